namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>The scenarios of <see cref="OrderStateMatrixTests"/> in every version: the same things happen, each in the version's own words.</summary>
public class OrderStateVersionsTests
{
    // What they ask for, these versions have no field for: the account of a cancel, CashOrderQty.
    private static readonly (string Name, string Version)[] WithAFieldOfLater =
        [("B.1.f", "FIX.4.0"), ("B.1.f", "FIX.4.1"), ("C.2.c", "FIX.4.0")];

    public static TheoryData<string, string, string> Sample => Rows(["FIX.4.0", "FIX.4.2", "FIX.5.0SP2"], ["A.1.a", "C.3.a", "F.1.b of", "G.1.c"]);

    public static TheoryData<string, string, string> Whole => Rows(Gateway.OrderEntry.OrderDialect.Names, [""]);

    [Theory]
    [MemberData(nameof(Sample))]
    public void Scenario_InAVersion_IsToldInItsWords(string version, string name, string script) => Play(version, name, script);

    [Theory]
    [Trait("Size", "Long")]
    [MemberData(nameof(Whole))]
    public void Scenario_InEachVersion_IsToldInItsWords(string version, string name, string script) => Play(version, name, script);

    private static TheoryData<string, string, string> Rows(IEnumerable<string> versions, string[] names)
    {
        TheoryData<string, string, string> rows = [];
        foreach (string version in versions)
        {
            foreach (ITheoryDataRow row in OrderStateMatrixTests.Scenarios)
            {
                string name = (string)row.GetData()[0]!;
                bool canBeAsked = !WithAFieldOfLater.Any(other => other.Version == version && name.StartsWith(other.Name, StringComparison.Ordinal));
                if (canBeAsked && names.Any(begin => name.StartsWith(begin, StringComparison.Ordinal)))
                {
                    rows.Add(version, name, (string)row.GetData()[1]!);
                }
            }
        }

        return rows;
    }

    private static void Play(string version, string name, string script)
    {
        using LinkRig rig = new(change: LinkRig.Speaking(version));
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add, version: version);
        VersionTable table = new(version);

        new MatrixPlayer(rig, client, seen, version).Play(name, script, told => InWords(version, told));

        Assert.All(seen, message => Assert.True(table.FindFault(message) is null, $"{table.FindFault(message)}: {message}"));
    }

    // From FIX 4.4: message, ClOrdID, OrigClOrdID, ExecType, OrdStatus, OrderQty, CumQty, LeavesQty, LastQty; of a 9: ids, OrdStatus, CxlRejReason.
    private static string InWords(string version, string told)
    {
        string[] words = told.Split(' ');
        bool isBefore43 = string.CompareOrdinal(version, "FIX.4.3") < 0;
        if (words[0] == "9")
        {
            words[4] = words[4] is not ("6" or "99") ? words[4] : version switch
            {
                "FIX.4.0" or "FIX.4.1" => "-",
                "FIX.4.2" => "2",
                "FIX.4.3" => words[4] == "6" ? "6" : "2",
                _ => words[4],
            };
            (words[2], words[3]) = version == "FIX.4.0" ? ("-", "-") : (words[2], words[3]);
            return string.Join(' ', words);
        }

        if (words[0] != "8")
        {
            return told;
        }

        string type = words[3];
        words[4] = type == "5" && words[4] == "0" && string.CompareOrdinal(version, "FIX.4.4") < 0 ? "5" : words[4];
        words[3] = isBefore43 && type is ("F" or "I") ? words[4] : type;
        if (version is "FIX.4.0" or "FIX.4.1")
        {
            words[8] = words[8] == "-" ? "0" : words[8];
        }

        if (version == "FIX.4.0")
        {
            words[4] = type == "8" ? "8" : words[4];
            (words[2], words[3], words[7]) = ("-", "-", "-");
        }

        return string.Join(' ', words);
    }
}
