using System.Reflection;
using System.Text;

namespace Peregrine.Fix.Dictionaries;

/// <summary>The dictionaries of the standard, made when they are first used.</summary>
/// <remarks>For any number of threads.</remarks>
public static class FixDictionaries
{
    private static readonly Lazy<FixDictionary>[] All =
    [
        .. new[] { "FIX40", "FIX41", "FIX42", "FIX43", "FIX44" }.Select(name => new Lazy<FixDictionary>(() => Read(name))),
        new(() => Read("FIXT11")),
        .. new[] { "FIX50", "FIX50SP1", "FIX50SP2" }.Select(name => new Lazy<FixDictionary>(() => FixDictionary.Combine(Fixt11, Read(name)))),
    ];

    /// <summary>FIX 4.0.</summary>
    public static FixDictionary Fix40 => All[0].Value;

    /// <summary>FIX 4.1.</summary>
    public static FixDictionary Fix41 => All[1].Value;

    /// <summary>FIX 4.2.</summary>
    public static FixDictionary Fix42 => All[2].Value;

    /// <summary>FIX 4.3.</summary>
    public static FixDictionary Fix43 => All[3].Value;

    /// <summary>FIX 4.4.</summary>
    public static FixDictionary Fix44 => All[4].Value;

    /// <summary>FIXT 1.1, without application messages.</summary>
    public static FixDictionary Fixt11 => All[5].Value;

    /// <summary>FIX 5.0 in a FIXT 1.1 session.</summary>
    public static FixDictionary Fix50 => All[6].Value;

    /// <summary>FIX 5.0 SP1 in a FIXT 1.1 session.</summary>
    public static FixDictionary Fix50Sp1 => All[7].Value;

    /// <summary>FIX 5.0 SP2 in a FIXT 1.1 session.</summary>
    public static FixDictionary Fix50Sp2 => All[8].Value;

    /// <summary>The dictionary of a session's first words.</summary>
    /// <param name="beginString">BeginString (8), FIX.4.0 to FIX.4.4 or FIXT.1.1.</param>
    /// <param name="applVerId">For FIXT.1.1: DefaultApplVerID (1137) or ApplVerID (1128), 2 to 9; else not looked at.</param>
    /// <returns>Null when there is none.</returns>
    public static FixDictionary? Find(string beginString, string applVerId = "") => beginString switch
    {
        "FIX.4.0" => Fix40,
        "FIX.4.1" => Fix41,
        "FIX.4.2" => Fix42,
        "FIX.4.3" => Fix43,
        "FIX.4.4" => Fix44,
        "FIXT.1.1" => applVerId switch
        {
            "7" => Fix50,
            "8" => Fix50Sp1,
            "9" => Fix50Sp2,
            "2" => Older(0),
            "3" => Older(1),
            "4" => Older(2),
            "5" => Older(3),
            "6" => Older(4),
            _ => null,
        },
        _ => null,
    };

    // Application messages of an older version in a session of FIXT.
    private static FixDictionary Older(int index) => FixDictionary.Combine(Fixt11, All[index].Value);

    private static FixDictionary Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{name}.fixd")!;
        byte[] text = new byte[stream.Length];
        stream.ReadExactly(text);
        using StringReader reader = new(Encoding.ASCII.GetString(text));
        return FixDictionary.Read(reader, name);
    }
}
