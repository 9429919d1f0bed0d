using System.Text;
using System.Text.Json;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Testing;

namespace Peregrine.Tools.Tests.Fix;

/// <summary>peregrine fix as a process: what a shell sees.</summary>
public sealed class FixVerbTests : IDisposable
{
    private const string Order = "35=D|49=A|56=B|34=2|52=20261130-12:00:00.000|11=C1|453=1|448=P|447=D|452=1|55=X|54=1|38=1|40=2|44=1|18=6 G|"
        + "60=20261130-12:00:00.000|";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\u0001")]
    [InlineData("|")]
    [InlineData("^A")]
    [InlineData("<SOH>")]
    public void Decode_OfALogOfAnyKind_NamesFieldsAndValues(string separator)
    {
        string file = _folder.Write($"12:00:00 sent {Framed(Order, separator)}\nnoise 8=FIX\n", "a.log");

        CommandResult result = CommandProcess.Run("fix", "decode", file);

        Assert.Equal((0, "1 messages, 0 with a fault\n"), (result.ExitCode, result.Error));
        Assert.StartsWith("line 1: NewOrderSingle (D), FIX.4.4\n  8 BeginString = FIX.4.4\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\n  453 NoPartyIDs = 1\n    448 PartyID = P\n    447 PartyIDSource = D (Proprietary)\n", result.Output,
            StringComparison.Ordinal);
        Assert.Contains("\n  55 Symbol = X\n  54 Side = 1 (Buy)\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\n  18 ExecInst = 6 G (ParticipateDoNotInitiate AllOrNone)\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Audit_OfAFile_ProvesItsChainOrNamesTheFirstBrokenRecord()
    {
        string file = _folder.Write("", "audit.log");
        File.Delete(file);
        using (FixAudit audit = new(new FixAuditOptions { Folder = Path.GetDirectoryName(file)! }))
        {
            for (int record = 0; record < 3; record++)
            {
                _ = audit.Record(FixBreach.CheckSum, "CLIENT", "127.0.0.1:5", "8=FIX.4.4"u8, 1_000_000_000);
            }
        }

        CommandResult whole = CommandProcess.Run("fix", "audit", file);
        string[] lines = File.ReadAllLines(file);
        lines[2] = lines[2].Replace("CLIENT", "OTHER");
        File.WriteAllLines(file, lines);
        CommandResult changed = CommandProcess.Run("fix", "audit", file);
        CommandResult json = CommandProcess.Run("fix", "audit", file, "--json");
        CommandResult missing = CommandProcess.Run("fix", "audit", file + "x");

        Assert.Equal((0, $"{file}: records 1 to 3 whole, 0 breaches without a record\n"), (whole.ExitCode, whole.Output));
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains($"{file}: record 2 (line 3): its hash does not follow", changed.Output, StringComparison.Ordinal);
        JsonElement told = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal((1, false, 1), (json.ExitCode, told.GetProperty("whole").GetBoolean(), told.GetProperty("last").GetInt32()));
        Assert.Equal(1, missing.ExitCode);
    }

    [Fact]
    public void Decode_OfALogOfMessages_FindsEachOfThem()
    {
        string file = _folder.Write("", FixMessageLog.FileName);
        using (FixMessageLog log = new(new FixMessageLogOptions { Folder = Path.GetDirectoryName(file)! }))
        {
            Assert.True(log.TryWrite(isOutgoing: false, "CLIENT", Encoding.Latin1.GetBytes(Framed(Order, "\u0001")), 1_000_000_000));
            Assert.True(log.TryWrite(isOutgoing: true, "CLIENT", Encoding.Latin1.GetBytes(Framed(Order, "\u0001")), 2_000_000_000));
        }

        CommandResult result = CommandProcess.Run("fix", "decode", file);

        Assert.Equal((0, "2 messages, 0 with a fault\n"), (result.ExitCode, result.Error));
        Assert.Contains("line 2: NewOrderSingle (D), FIX.4.4\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_WithFaults_TellsTheFirstOfEach()
    {
        string file = _folder.Write(
            $"{Framed(Order, "|")}\n{Framed(Order.Replace("54=1", "54=@"), "|")}\n{Framed(Order, "|").Replace("38=1", "38=2")}\n" +
            Framed("35=0|0=x|", "|"), "b.log");

        CommandResult result = CommandProcess.Run("fix", "decode", file, "--json", "--faults");

        Assert.Equal((0, "4 messages, 3 with a fault\n"), (result.ExitCode, result.Error));
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([(2, "5 ValueIncorrect: Side (54)"), (3, "BodyLength (9) or CheckSum (10) is wrong"), (4, "0 InvalidTagNumber: 0")],
            lines.Select(line => JsonDocument.Parse(line).RootElement).Select(message =>
                (message.GetProperty("line").GetInt32(), message.GetProperty("fault").GetString()!)));
    }

    [Fact]
    public void Decode_OfMarketDataInAnOlderLayer_FindsEveryMessage()
    {
        CommandResult result = CommandProcess.Run("fix", "decode", SharedData.Require("data/fix/fix.5.0.set.1"), "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(13_888, result.Output.Count(letter => letter == '\n'));
        Assert.DoesNotContain("CheckSum (10) is wrong", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_WithoutAMessage_Fails()
    {
        string file = _folder.Write("nothing here\n", "c.log");

        CommandResult result = CommandProcess.Run("fix", "decode", file);

        Assert.Equal((1, $"peregrine: {file}: no FIX message in it, expected some that begin with 8=FIX\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public void Lint_OfAGoodDictionary_SaysWhatItHas()
    {
        string file = SharedData.Require("fix/dictionaries/FIX42.xml");

        CommandResult result = CommandProcess.Run("fix", "lint", file);

        Assert.Equal((0, $"{file}: FIX.4.2, 405 fields, 46 messages (7 of the session), no fault\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public void Lint_OfABadOne_TellsEveryFault()
    {
        string file = _folder.Write("peregrine-fix-dictionary 1\nversion X\nf 1 A CARD\nm D Order application 2 @Me\n", "bad.fixd");

        CommandResult result = CommandProcess.Run("fix", "lint", file);

        Assert.Equal((1, "3 faults\n"), (result.ExitCode, result.Error));
        Assert.Equal([$"{file}: field 1 A: type \"CARD\" is not known", $"{file}: message D Order: field 2 is not there",
            $"{file}: message D Order: component Me is not there"], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Framed(string body, string separator)
    {
        string front = $"8=FIX.4.4|9={body.Length}|{body}".Replace('|', '\u0001');
        string message = $"{front}10={front.Sum(letter => letter) & 255:000}\u0001";
        return message.Replace("\u0001", separator, StringComparison.Ordinal);
    }
}
