using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Net;

/// <summary>Dictionaries in files.</summary>
public static class FixDictionaryFile
{
    /// <summary>Reads a dictionary: XML of QuickFIX, a FIX Orchestra repository, or our own form, told apart by what is in it.</summary>
    /// <exception cref="InvalidDataException">It is none of these, or has faults: the message has the path and all of them.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FixDictionary Load(string path)
    {
        using StreamReader reader = new(path);
        return FixDictionary.Read(reader, path);
    }
}
