using System.Text.Json;
using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Tests.Match;

/// <summary>What a script asks of the engine, and how its answers are told, with an engine that only answers what it is told to.</summary>
public sealed class ScriptPlayerTests
{
    [Fact]
    public void Commands_AreCarriedOutInOrder()
    {
        RecordingEngine engine = new();

        _ = Played.Run("new A buy 1 @ 1\nreduce A by 2\nreplace A @ 3\ncancel A\nmass-cancel account 5 buy\nterms reference 4\nphase halted\ntime " +
            "10:00", isJson: false, _ => engine);

        Assert.Equal(["submit 1", "reduce 1 2", "replace 1 Price", "cancel 1", "mass -1 5 -1 Buy", "terms 0", "phase 0 Halted", "time 01-05 10:00"],
            engine.Calls);
    }

    [Fact]
    public void FirstTime_OfAVenueWithACalendar_FindsThePhaseThatIsInForce()
    {
        RecordingEngine engine = new();

        _ = Played.Run("venue ashare\ninstrument A\ntime 2026-01-05 09:22", isJson: false, _ => engine);

        Assert.Equal(["time 01-05 01:22", "phase 0 OpeningAuction no-cancel"], engine.Calls);
    }

    [Fact]
    public void LaterTimes_GoThroughEveryChangeOfEveryInstrument()
    {
        RecordingEngine engine = new();

        _ = Played.Run("venue ashare\ninstrument A\ntime 2026-01-09 14:58\ninstrument B\ntime 2026-01-12 09:20", isJson: false, _ => engine);

        Assert.Equal(
            [
                "time 01-09 06:58", "phase 0 ClosingAuction no-cancel", "phase 1 ClosingAuction no-cancel",
                "time 01-09 07:00", "phase 0 Closed", "phase 1 Closed",
                "time 01-12 01:15", "phase 0 OpeningAuction", "phase 1 OpeningAuction",
                "time 01-12 01:20", "phase 0 OpeningAuction no-cancel", "phase 1 OpeningAuction no-cancel",
                "time 01-12 01:20",
            ],
            engine.Calls);
    }

    [Fact]
    public void ManyDaysAtOnce_AreAllGoneThrough()
    {
        RecordingEngine engine = new();

        _ = Played.Run("venue ashare\ninstrument A\ntime 2026-01-05 00:00\ntime 2026-03-02 00:00", isJson: false, _ => engine);

        // 8 weeks of 5 days with 8 changes; the first finds the instrument closed.
        Assert.Equal(1 + (40 * 8), engine.Calls.Count(call => call.StartsWith("phase", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(Side.Sell, "buy B (leaves 7), sell A (leaves 0), aggressor sell")]
    [InlineData(Side.Buy, "buy A (leaves 0), sell B (leaves 7), aggressor buy")]
    [InlineData((Side)0, "buy A (leaves 0), sell B (leaves 7)")]
    public void Trade_IsToldBySides(Side aggressor, string tells)
    {
        RecordingEngine engine = new();
        engine.Answers.Enqueue([]);
        engine.Answers.Enqueue([new MatchEvent { Type = MatchEventType.Trade, Side = aggressor, OrderId = 1, RestingOrderId = 2,
            Price = new Price(1005), Quantity = new Quantity(3), RestingLeaves = new Quantity(7) }]);

        string output = Played.Run("new A buy 3 @ 1\nnew B buy 3 @ 1", isJson: false, _ => engine).Output;

        Assert.Contains($"trade       3 @ 10.05  {tells}\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Events_OfOrdersWithoutAPrice_HaveNone()
    {
        RecordingEngine engine = new();
        engine.Answers.Enqueue([new MatchEvent { Type = MatchEventType.Accepted, Side = Side.Buy, OrderId = 1, Quantity = new Quantity(3),
            Leaves = new Quantity(3) }]);
        engine.Answers.Enqueue([new MatchEvent { Type = MatchEventType.Rejected, OrderId = 2, InstrumentId = -1,
            Reason = RejectReason.UnknownOrder }]);

        JsonElement[] lines = [.. Played.Run("new A buy 3 stop 5\ncancel B", isJson: true, _ => engine).Output.Split('\n',
            StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

        Assert.All(lines[..2], line => Assert.Equal(JsonValueKind.Null, line.GetProperty("price").ValueKind));
        Assert.Equal(JsonValueKind.Null, lines[1].GetProperty("instrument").ValueKind);
        Assert.Equal("B", lines[1].GetProperty("order").GetString());
    }

    [Fact]
    public void Expectations_OfEvents_TakeThemInOrder()
    {
        RecordingEngine engine = new();
        MatchEvent cancelled = new() { Type = MatchEventType.Cancelled, OrderId = 1, Side = Side.Buy, Price = new Price(100),
            Quantity = new Quantity(2), Leaves = new Quantity(1), Reason = RejectReason.Expired };
        engine.Answers.Enqueue([]);
        engine.Answers.Enqueue([cancelled with { OrderId = 2 }, cancelled with { OrderId = 1, Reason = RejectReason.None }]);

        (string output, int failures) = Played.Run(
            "new B buy 1 @ 1\nnew A buy 2 @ 1\nexpect cancelled A 2 @ 1 leaves 1 Expired\nexpect cancelled A\nexpect no cancelled\nexpect " +
            "cancelled\nexpect trade", isJson: false, _ => engine);

        Assert.Equal(3, failures);
        Assert.Contains("expect cancelled A\n       NOT MET, found: cancelled", output, StringComparison.Ordinal);
        Assert.Contains("expect cancelled\n       NOT MET, found: no further cancelled", output, StringComparison.Ordinal);
        Assert.Contains("expect trade\n       NOT MET, found: no trade", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Book_ListsOrdersAsTheyWouldTrade()
    {
        RecordingEngine engine = new();
        string script = string.Concat(Enumerable.Range(1, 7).Select(id => $"new N{id} sell 1 @ 1\n"));
        Place(engine, 1, OrderType.Limit, price: 102, shown: 5, sequence: 1);
        Place(engine, 2, OrderType.Limit, price: 101, shown: 0, sequence: 2, flags: OrderFlags.Hidden);
        Place(engine, 3, OrderType.Limit, price: 101, shown: 5, sequence: 4);
        Place(engine, 4, OrderType.Limit, price: 101, shown: 2, sequence: 3, display: 2);
        Place(engine, 5, OrderType.Market, price: 0, shown: 5, sequence: 5);
        Place(engine, 6, OrderType.Stop, price: 0, shown: 0, sequence: 6, place: OrderPlace.Stop);
        Place(engine, 7, OrderType.Limit, price: 99, shown: 0, sequence: 7, place: OrderPlace.Parked);

        (string output, int failures) = Played.Run(script + "expect queue sell N5 N4 N3 N2 N1", isJson: false, _ => engine);

        Assert.Equal(0, failures);
        Assert.EndsWith(
            """
            book DEMO: continuous
              bid   price  ask  orders
                     1.02    5  N1 5
                     1.01    7  N4 5 (iceberg, shows 2), N3 5, N2 5 (hidden)
                   market    5  N5 5
              stops:
                N6 sell 5 stop 0.00
              parked:
                N7 sell 5 limit @ 0.99

            expectations: 1 met, 0 not met

            """,
            output);
    }

    private static void Place(RecordingEngine engine, ulong id, OrderType type, long price, long shown, long sequence, OrderFlags flags = 0,
        long display = 0, OrderPlace place = OrderPlace.Queue) =>
        engine.Orders[id] = new RestingOrder
        {
            OrderId = id,
            Side = Side.Sell,
            Type = type,
            TimeInForce = TimeInForce.Day,
            Price = new Price(price),
            Leaves = new Quantity(5),
            Shown = new Quantity(shown),
            DisplayQuantity = new Quantity(display),
            PrioritySequence = sequence,
            Flags = flags,
            Place = place,
        };
}
