using System.Globalization;
using Peregrine.Trading.Instruments;
using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>What a session may ask besides its orders: instruments, their state, its trades.</summary>
public class QuestionsTests
{
    [Fact]
    public void SecurityList_OfAll_ComesInParts_OfOneAlone_OfNoneSaysSo()
    {
        using LinkRig rig = new(change: options => options with
        {
            Rules = options.Rules with
            {
                Instruments = [.. options.Rules.Instruments, .. Enumerable.Range(options.Rules.Instruments.Count, 70)
                    .Select(id => new Instrument(id, $"I{id}", 3, 5, 10, IsOpen: true) { Currency = "EUR" })],
            },
        });
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add);
        client.Send("x", "320=all|559=4|");
        client.Send("x", "320=one|559=0|55=I40|");
        client.Send("x", "320=none|559=0|55=NONE|");
        client.Send("x", "320=bad|559=3|");
        rig.Pump(client, () => client.Messages('j') == 1);

        List<string> all = Of(seen, "320=all");
        int total = int.Parse(Field(all[0], 393), CultureInfo.InvariantCulture);
        Assert.True(total >= 70);
        Assert.Equal((total + 31) / 32, all.Count);
        Assert.Equal(total, all.Sum(message => message.Split("|55=").Length - 1));
        Assert.All(all, message => Assert.Equal(message == all[^1] ? "Y" : "N", Field(message, 893)));
        string one = Assert.Single(Of(seen, "320=one"));
        Assert.Contains("|560=0|393=1|893=Y|146=1|55=I40|15=EUR|561=10|58=tick 0.005, lot 10|", one, StringComparison.Ordinal);
        Assert.Contains("|560=2|393=0|893=Y|10=", Assert.Single(Of(seen, "320=none")), StringComparison.Ordinal);
        Assert.Equal("bad", Field(seen[^1], 379));
    }

    [Theory]
    [InlineData("x", "320=*|559=4|", "SecurityReqID (320)")]
    [InlineData("e", "324=*|55=TEST|263=0|", "SecurityStatusReqID (324)")]
    [InlineData("e", "324=q|55=*|263=0|", "Symbol (55)")]
    [InlineData("AD", "568=*|569=0|", "TradeRequestID (568)")]
    [InlineData("AD", "568=q|569=1|55=*|", "Symbol (55)")]
    public void Question_WithAFieldThatIsTooLong_IsRefused(string type, string fields, string text)
    {
        using LinkRig rig = new();
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add);
        foreach (int length in (int[])[65, 5_000])
        {
            client.Send(type, fields.Replace("*", new string('q', length), StringComparison.Ordinal));
        }

        rig.Pump(client, () => client.Messages('j') == 2);

        Assert.All(seen.TakeLast(2), refusal => Assert.StartsWith(text, Field(refusal, 58), StringComparison.Ordinal));
    }

    [Fact]
    public void SecurityStatus_TellsThePhase()
    {
        using LinkRig rig = new();
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add);
        client.Send("e", "324=q1|55=TEST|263=0|");
        client.Send("e", "324=q2|55=NONE|263=0|");
        client.Send("e", "324=q3|55=TEST|263=1|");
        rig.Pump(client, () => client.Messages('j') == 1);

        Assert.Equal(("17", "continuous"), (Field(Assert.Single(Of(seen, "324=q1")), 326), Field(Of(seen, "324=q1")[0], 58)));
        Assert.Equal("20", Field(Assert.Single(Of(seen, "324=q2")), 326));
        Assert.Equal("q3", Field(seen[^1], 379));
    }

    [Fact]
    public void TradeCapture_TellsTheSessionsTrades_AlsoAfterARestart()
    {
        using LinkRig rig = new();
        List<string> seen = [];
        long trades;
        (long Out, long In) next;
        using (FixClient client = rig.Connect(seen: seen.Add))
        {
            for (int order = 0; order < 100; order++)
            {
                client.New(order, order % 2 == 0 ? '1' : '2', order % 2 == 0 ? "A"u8 : "B"u8, 10_000, 1 + (order / 2));
                rig.Pump(client, () => client.Reports('0') == order + 1);
            }

            trades = client.Reports('F');
            Assert.Equal(100, trades);
            Ask(rig, client, "568=t1|569=0|", seen, (int)trades);
            Ask(rig, client, "568=t2|569=1|55=TEST|54=1|", seen, (int)trades / 2);
            Ask(rig, client, "568=t3|569=1|55=NONE|", seen, 0);
            next = (client.NextOutgoing, client.NextIncoming);
        }

        List<string> executions = [.. seen.Where(message => Field(message, 35) == "8" && Field(message, 150) == "F")
            .Select(message => string.Join(' ', new[] { 17, 55, 32, 31, 60, 54, 37, 11, 1 }.Select(tag => Field(message, tag))))];
        List<string> captured = [.. Of(seen, "568=t1").Where(message => Field(message, 35) == "AE")
            .Select(message => string.Join(' ', new[] { 571, 55, 32, 31, 60, 54, 37, 11, 1 }.Select(tag => Field(message, tag))))];
        Assert.Equal(executions, captured);

        rig.CrashAndStart();
        using FixClient again = rig.Connect(next.Out, next.In, seen.Add);
        Ask(rig, again, "568=t4|569=0|", seen, (int)trades);
    }

    private static void Ask(LinkRig rig, FixClient client, string request, List<string> seen, int expected)
    {
        string id = request[..request.IndexOf('|', StringComparison.Ordinal)];
        client.Send("AD", request);
        rig.Pump(client, () => Of(seen, id).Any(message => Field(message, 750) == "1"));

        List<string> answers = Of(seen, id);
        Assert.Equal(("AQ", "0"), (Field(answers[0], 35), Field(answers[0], 750)));
        Assert.Equal(expected.ToString(CultureInfo.InvariantCulture), Field(answers[^1], 748));
        Assert.Equal(expected, answers.Count(message => Field(message, 35) == "AE"));
        Assert.Equal(Math.Min(expected, 1), answers.Count(message => Field(message, 912) == "Y"));
    }

    private static List<string> Of(List<string> seen, string field) =>
        [.. seen.Where(message => message.Contains($"|{field}|", StringComparison.Ordinal))];
}
