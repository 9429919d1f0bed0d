using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Net;

namespace Peregrine.Samples;

/// <summary>The versions, each with its dictionary: a file of a folder where there is one, else Peregrine's own.</summary>
internal sealed class Versions(string? folder)
{
    private readonly Dictionary<string, FixDictionary> _loaded = [];

    /// <summary>Target, BeginString and DefaultApplVerID of each session.</summary>
    public static (string Target, string BeginString, string ApplVerId)[] Sessions { get; } =
    [
        .. Enumerable.Range(0, 5).Select(minor => ($"TW4{minor}", $"FIX.4.{minor}", "")),
        ("TW50", "FIXT.1.1", "7"),
        ("TW50SP1", "FIXT.1.1", "8"),
        ("TW50SP2", "FIXT.1.1", "9"),
        ("TW", "FIXT.1.1", "9"),
        .. Enumerable.Range(0, 5).Select(minor => ("TW", $"FIX.4.{minor}", "")),
    ];

    /// <summary>The dictionary of a version; null when there is none.</summary>
    public FixDictionary? Find(string beginString, string applVerId)
    {
        string key = beginString + applVerId;
        if (!_loaded.TryGetValue(key, out FixDictionary? dictionary))
        {
            dictionary = beginString != "FIXT.1.1" ? FileOf($"FIX{beginString[^3]}{beginString[^1]}")
                : NameOf(applVerId) is { } name && FileOf(name) is { } application
                    ? FixDictionary.Combine(FileOf("FIXT11") ?? FixDictionaries.Fixt11, application)
                    : null;
            dictionary ??= FixDictionaries.Find(beginString, applVerId);
            if (dictionary is not null)
            {
                _loaded.Add(key, dictionary);
            }
        }

        return dictionary;
    }

    private static string? NameOf(string applVerId) => applVerId switch
    {
        "2" or "3" or "4" or "5" or "6" => $"FIX4{applVerId[0] - '2'}",
        "7" => "FIX50",
        "8" => "FIX50SP1",
        "9" => "FIX50SP2",
        _ => null,
    };

    private FixDictionary? FileOf(string name)
    {
        string? path = folder is null ? null : Path.Combine(folder, $"{name}.xml");
        return path is not null && File.Exists(path) ? FixDictionaryFile.Load(path) : null;
    }
}
