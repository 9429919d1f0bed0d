using System.Text;
using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

/// <summary>Whatever is framed is answered, and its number is used: nothing that a peer sends blocks its session.</summary>
public class AnswerTests
{
    [Fact]
    public void Reject_FromThePeer_IsToldToTheApplicationOnceAndInSequence()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("3", 2, "45=7|58=no|");
        bench.Peer("3", 2, "45=7|58=no|", $"43=Y|122={bench.Now}|");
        bench.Peer("3", 4, "45=8|58=later|");

        Assert.Equal(["rejected: 7 no"], bench.Events.Where(told => told.StartsWith("rejected", StringComparison.Ordinal)));
        Assert.Equal(3, bench.Session.NextIncoming);
    }

    [Theory]
    [InlineData("0=X|", "371=0|", "0", "Invalid tag number")]
    [InlineData("-1=X|", "371=-1|", "0", "Invalid tag number")]
    [InlineData("007=X|", "371=7|", "0", "Invalid tag number")]
    [InlineData("abc=X|", "", "0", "Invalid tag number")]
    [InlineData("12345678901=X|", "", "0", "Invalid tag number")]
    [InlineData("112|", "", "0", "Invalid tag number")]
    [InlineData("=X|", "", "0", "Invalid tag number")]
    [InlineData("|", "", "0", "Invalid tag number")]
    [InlineData("0=X|-1=X|", "371=0|", "0", "Invalid tag number")]
    [InlineData("0=X|212=5|213=ab|", "371=0|", "0", "Invalid tag number")]
    [InlineData("212=5|213=ab|", "371=212|", "5", "Value is incorrect (out of range) for this tag")]
    [InlineData("212=1|213=ab|", "371=212|", "5", "Value is incorrect (out of range) for this tag")]
    [InlineData("212=9999|213=ab|", "371=212|", "5", "Value is incorrect (out of range) for this tag")]
    public void Field_ThatIsNone_IsRejectedAndTheSessionGoesOn(string field, string tag, string reason, string text)
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("0", 2, header: field);
        bench.Peer("1", 3, "112=still here|");

        Assert.Equal([$"35=3|34=2|45=2|{tag}372=0|373={reason}|58={text}", "35=0|34=3|112=still here"], bench.Take());
        Assert.Equal((FixSessionState.LoggedOn, 4L, 0L), (bench.Session.State, bench.Session.NextIncoming, bench.Session.Counters.Garbled));
    }

    [Theory]
    [InlineData("D")]
    [InlineData("4")]
    [InlineData("2")]
    [InlineData("5")]
    [InlineData("8")]
    [InlineData("j")]
    [InlineData("*")]
    public void Message_OfAnyTypeWithABadField_UsesItsNumberUp(string type)
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer(type, 2, "0=X|123=Y|");

        Assert.Equal([$"35=3|34=2|45=2|371=0|372={type}|373=0|58=Invalid tag number"], bench.Take());
        Assert.Equal(3, bench.Session.NextIncoming);
    }

    [Fact]
    public void Message_WithABadFieldBehindAGap_IsAskedForAndThenRejected()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("D", 3, "0=X|");
        bench.Peer("0", 2, header: $"43=Y|122={bench.Now}|");
        bench.Peer("D", 3, "0=X|", $"43=Y|122={bench.Now}|");

        Assert.Equal(["35=2|34=2|7=2|16=0", "35=3|34=3|45=3|371=0|372=D|373=0|58=Invalid tag number"], bench.Take());
        Assert.Equal(4, bench.Session.NextIncoming);
    }

    [Theory]
    [InlineData(171)]
    [InlineData(700)]
    public void Order_OfManyFields_IsTaken(int parties)
    {
        SessionBench bench = new SessionBench().LogOn();
        StringBuilder group = new($"453={parties}|");
        for (int party = 0; party < parties; party++)
        {
            group.Append(System.Globalization.CultureInfo.InvariantCulture, $"448=P{party}|447=D|452=1|");
        }

        bench.Peer("D", 2, $"11=C1|{group}55=ACME|54=1|38=100|40=2|44=10.25|60={bench.Now}|");

        Assert.Equal(["D 2 C1"], bench.Received);
        Assert.Empty(bench.Take());
    }

    [Fact]
    public void Order_OfMoreFieldsThanOurBound_IsToldTheBound()
    {
        SessionBench bench = new SessionBench().LogOn();
        string fields = string.Concat(Enumerable.Repeat("448=P|", 66_000));

        bench.Peer("D", 2, $"11=C1|453=66000|{fields}55=ACME|54=1|38=100|40=2|44=10.25|60={bench.Now}|");

        Assert.Equal(["35=3|34=2|45=2|372=D|373=99|58=more than 65536 fields: send fewer in a message"], bench.Take());
        Assert.Equal(3, bench.Session.NextIncoming);
    }

    [Theory]
    [InlineData("0=X|", "Invalid tag number: tag 0")]
    [InlineData("abc=|", "Invalid tag number")]
    public void Logon_WithABadField_IsToldWhy(string field, string text)
    {
        SessionBench bench = new SessionBench().Connect();

        bench.Peer("A", 1, $"98=0|108=30|{field}");

        Assert.Equal([$"35=5|34=1|58={text}"], bench.Take());
        Assert.False(bench.IsConnected);
    }

    [Theory]
    [InlineData("7=50|16=0|", 7, "BeginSeqNo (7) is 50, expected 1 to 2, which is the last number sent")]
    [InlineData("7=0|16=0|", 7, "BeginSeqNo (7) is 0, expected 1 to 2, which is the last number sent")]
    [InlineData("7=3|16=2|", 7, "BeginSeqNo (7) is 3, expected 1 to 2, which is the last number sent")]
    [InlineData("7=2|16=1|", 16, "EndSeqNo (16) is 1, expected 2, which is BeginSeqNo (7), or more, or 0 for all")]
    public void ResendRequest_OfNothing_IsRejected(string body, int tag, string text)
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Report("E1");
        bench.Take();

        bench.Peer("2", 2, body);

        Assert.Equal([$"35=3|34=3|45=2|371={tag}|372=2|373=5|58={text}"], bench.Take());
        Assert.False(bench.Session.IsResending);
    }

    [Fact]
    public void Gap_ThatIsNeverFilled_IsAskedForFiveTimesAndThenNamed()
    {
        SessionBench bench = new SessionBench().LogOn();
        for (int number = 5; bench.IsConnected && number < 100; number++)
        {
            bench.Peer("0", number);
            bench.NowNs += 4 * SessionBench.SecondNs;
        }

        string[] sent = bench.Take();

        Assert.Equal(6, sent.Length);
        Assert.All(sent[..5], message => Assert.EndsWith("|7=2|16=0", message, StringComparison.Ordinal));
        Assert.Equal("35=5|34=7|58=message 2 was asked for 5 times and did not come: send it, or fill the gap (SequenceReset)", sent[5]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(77)]
    public void Reset_WithWhateverNumber_IsTaken(long number)
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("4", number, "36=25|");

        Assert.Equal((25L, FixSessionState.LoggedOn), (bench.Session.NextIncoming, bench.Session.State));
        Assert.Empty(bench.Take());
    }

    [Fact]
    public void GapFill_WithNumberZero_EndsTheSession()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("4", 0, "123=Y|36=25|");

        Assert.Equal(["35=5|34=2|58=MsgSeqNum missing or malformed"], bench.Take());
    }
}
