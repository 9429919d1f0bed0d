using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

/// <summary>What one contract looks like in each version.</summary>
public class VersionTests
{
    private const string Order = "11=C1|21=1|55=ACME|54=1|38=100|40=2|44=10|";

    public static TheoryData<string, string> Versions => new()
    {
        { "FIX.4.0", "" }, { "FIX.4.1", "" }, { "FIX.4.2", "" }, { "FIX.4.3", "" }, { "FIX.4.4", "" },
        { "FIXT.1.1", "7" }, { "FIXT.1.1", "8" }, { "FIXT.1.1", "9" }, { "FIXT.1.1", "4" },
    };

    [Theory]
    [MemberData(nameof(Versions))]
    public void Session_OfEachVersion_KeepsItsContract(string version, string applVerId)
    {
        SessionBench bench = Bench(version, applVerId);
        bool isOld = version is "FIX.4.0" or "FIX.4.1";
        bool isFixt = version == "FIXT.1.1";
        string appl = isFixt ? $"1137={applVerId}|" : "";

        bench.Peer("A", 1, $"98=0|108=30|{appl}");
        bench.Peer("1", 2, "112=hello|");
        string time = isOld ? "" : $"60={bench.Now}|";
        bench.Peer("D", 3, Order + time);
        bench.Peer("0", 4, "0=X|");
        bench.Peer("8", 5, "37=x|");
        bench.Peer("0", 9);
        bench.Peer("5", 10);

        Assert.Equal(["D 3 C1"], bench.Received);
        Assert.Equal(
            [
                $"35=A|34=1|98=0|108=30{(isFixt ? "|" + appl.TrimEnd('|') : "")}",
                "35=0|34=2|112=hello",
                version switch
                {
                    "FIX.4.0" or "FIX.4.1" => "35=3|34=3|45=4|58=Invalid tag number",
                    _ => "35=3|34=3|45=4|371=0|372=0|373=0|58=Invalid tag number",
                },
                isOld ? "35=3|34=4|45=5|58=Unsupported message type" : "35=j|34=4|45=5|372=8|380=3|58=Unsupported Message Type",
                $"35=2|34=5|7=6|16={(isOld ? 999999 : 0)}",
                "35=5|34=6",
            ],
            bench.Take());
    }

    [Theory]
    [InlineData("FIX.4.1", -1, 17)]
    [InlineData("FIX.4.2", -1, 21)]
    [InlineData("FIXT.1.1", -1, 21)]
    [InlineData("FIX.4.4", 0, 17)]
    [InlineData("FIX.4.4", 6, 24)]
    [InlineData("FIX.4.4", 9, 27)]
    public void SendingTime_OfEachVersion_HasItsDigitsOrThoseAskedFor(string version, int digits, int length)
    {
        SessionBench bench = new(options: Options(version, "9") with { TimeDigits = digits });
        bench.NowNs += 123_456_789;

        bench.Connect().Peer("A", 1, $"98=0|108=30|{(version == "FIXT.1.1" ? "1137=9|" : "")}");

        string time = bench.Raw[0].Split('|').Single(field => field.StartsWith("52=", StringComparison.Ordinal))[3..];
        Assert.Equal("20260131-12:00:00.123456789"[..length], time);
    }

    [Theory]
    [InlineData("FIX.4.2", 6, "35=j|34=2|45=7|372=D|380=0|58=no")]
    [InlineData("FIX.4.2", 4, "35=j|34=2|45=7|372=D|380=4|58=no")]
    [InlineData("FIX.4.3", 6, "35=j|34=2|45=7|372=D|380=6|58=no")]
    [InlineData("FIX.4.1", 6, "35=3|34=2|45=7|58=no")]
    public void BusinessReject_WithAReasonThatTheVersionHasNot_SaysOther(string version, int reason, string expected)
    {
        SessionBench bench = Bench(version, "");
        bench.Peer("A", 1, "98=0|108=30|");
        bench.Take();
        FixIndex index = new();
        byte[] frame = Encoding.ASCII.GetBytes("8=FIX\u00019=1\u000135=D\u000134=7\u000110=000\u0001");
        Assert.True(index.TryParse(frame));

        bench.Session.RejectBusiness(new FixMessage(frame, index), reason, default, "no"u8);

        Assert.Equal([expected], bench.Take());
    }

    [Theory]
    [InlineData("FIX.4.0", "the numbers of this session were lost here: have both numbers set back to 1 by the operator, and every report")]
    [InlineData("FIX.4.1", "the numbers of this session were lost here: log on with ResetSeqNumFlag=Y, and every report follows once more")]
    public void Logon_WhereTheNumbersWereLost_IsToldWhatTheVersionCanDo(string version, string expected)
    {
        SessionBench bench = Bench(version, "");
        bench.Session.MustReset = true;

        bench.Peer("A", 1, "98=0|108=30|");

        Assert.Contains($"|58={expected}", Assert.Single(bench.Take()), StringComparison.Ordinal);
    }

    [Fact]
    public void ApplVerId_OfAMessage_ChoosesItsDictionary()
    {
        SessionBench bench = Bench("FIXT.1.1", "9");
        bench.Peer("A", 1, "98=0|108=30|1137=9|");
        bench.Take();

        // HandlInst is required in 4.2 and not in 5.0 SP2.
        bench.Peer("D", 2, $"11=C1|55=ACME|54=1|38=1|40=2|44=10|60={bench.Now}|", "1128=4|");
        bench.Peer("D", 3, $"11=C2|55=ACME|54=1|38=1|40=2|44=10|60={bench.Now}|");
        bench.Peer("D", 4, $"11=C3|55=ACME|54=1|38=1|40=2|44=10|60={bench.Now}|", "1128=x|");

        Assert.Equal(["D 3 C2"], bench.Received);
        Assert.Equal(["35=3|34=2|45=2|371=21|372=D|373=1|58=Required tag missing",
            "35=3|34=3|45=4|371=1128|372=D|373=5|58=Value is incorrect (out of range) for this tag"], bench.Take());
    }

    [Theory]
    [InlineData("1137=99|", "DefaultApplVerID (1137) is 99, expected 2 to 9")]
    [InlineData("", "Required tag missing: tag 1137")]
    public void Logon_OfFixtWithoutAVersionThatIsKnown_IsToldWhy(string field, string text)
    {
        SessionBench bench = Bench("FIXT.1.1", "9");

        bench.Peer("A", 1, $"98=0|108=30|{field}");

        Assert.Equal([$"35=5|34=1|58={text}"], bench.Take());
    }

    [Fact]
    public void Rejects_GoBackTheWayTheMessageCame()
    {
        SessionBench bench = Bench("FIX.4.4", "");
        bench.LogOn();

        bench.Peer("0", 2, "0=X|", "115=FUND|116=DESK|144=CHI|");
        bench.Peer("8", 3, "37=1|", "128=BANK|129=|145=NYC|");

        Assert.Equal(["35=3|34=2|128=FUND|129=DESK|145=CHI|45=2|371=0|372=0|373=0|58=Invalid tag number",
            "35=j|34=3|115=BANK|144=NYC|45=3|372=8|380=3|58=Unsupported Message Type"], bench.Take());
    }

    [Fact]
    public void NamesOfDesksAndPlaces_AreInEveryMessage()
    {
        FixSessionOptions plain = Options("FIX.4.4", "");
        SessionBench bench = new(options: plain with { SubId = "DESK", LocationId = "CHI", PeerSubId = "THEM", PeerLocationId = "NYC" });
        const string names = "|50=DESK|142=CHI|57=THEM|143=NYC|";

        bench.Connect();
        bench.Peer("A", 1, "98=0|108=30|");
        bench.Peer("2", 2, "7=1|16=0|");

        Assert.Equal(2, bench.Raw.Count);
        Assert.All(bench.Raw, message => Assert.Contains(names, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("FIX.5.0", "9")]
    [InlineData("FIXT.1.1", "1")]
    public void Options_WithoutADictionary_AreRefused(string version, string applVerId)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new SessionBench(options: Options(version, applVerId)));

        Assert.Contains($"BeginString {version}", refused.Message, StringComparison.Ordinal);
    }

    private static SessionBench Bench(string version, string applVerId)
    {
        SessionBench bench = new(options: Options(version, applVerId));
        return bench.Connect();
    }

    private static FixSessionOptions Options(string version, string applVerId) => new()
    {
        CompId = "BROKER",
        PeerCompId = "CLIENT",
        BeginString = version,
        DefaultApplVerId = applVerId,
        MessageTypes = ["D"],
    };
}
