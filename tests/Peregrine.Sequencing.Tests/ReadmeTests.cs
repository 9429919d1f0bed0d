using Peregrine.Journal;
using Peregrine.Primitives;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Sharding;
using Peregrine.Testing;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Matching.Sharding;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Tests;

/// <summary>The README's examples compile and run.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sequencing-readme-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Readme_Example_RunTwice_GoesOnBehindTheFirst()
    {
        Assert.Equal((1, 0), Run());
        Assert.Equal((2, 1), Run());
        ReadmeExample.AssertStandsInThisFile("Peregrine.Sequencing", except: "folder");
    }

    // The sequence number of the run's order, and how many commands were replayed.
    private (long Sequence, long Replayed) Run()
    {
        string folder = _folder.FullName;
        Printer printer = new();
        JournalReplay replay = new(new CoreOptions { OrdersMax = 1_024, ClientOrderIdsMax = 1_024 }, printer);
        using JournalWriter journal =
            JournalWriter.Open(new JournalOptions { Folder = folder, Durability = Durability.Os }, replay, out JournalRecovery recovery);
        Sequencer sequencer = new(replay.Core, journal, replay.LastTimeNs, inFlightMax: 1 << 10);
        if (recovery.End.Records == 0)
        {
            Span<byte> bounds = stackalloc byte[JournalReplay.BoundsBytes];
            _ = JournalReplay.EncodeBounds(replay.Core.Options, bounds);
            TradingRules rules = new([new Instrument(0, "ACME", PriceDecimals: 2, TickUnits: 1, LotUnits: 1, IsOpen: true)],
                [new Account(0, "HOUSE", new AccountLimits(0, 0, 0))]);
            replay.Core.Configure(rules);
            _ = sequencer.TryAppendNow(JournalRecordType.Bounds, bounds) && sequencer.TryAppendNow(JournalRecordType.Rules, RulesCodec.Encode(rules));
        }

        OrderCommand order = new()
        {
            Type = CommandType.New, OrderId = (ulong)sequencer.LastSequence + 1, SessionId = 1, Side = Side.Buy, OrderType = OrderType.Limit,
                TimeInForce = TimeInForce.Day,
            Price = new Price(10_000), Quantity = new Quantity(5),
        };
        SubmitStatus status = sequencer.Submit(ref order); // Busy: release, then again; NoSpace: the disk is full; JournalFailed: stop
        _ = sequencer.TryCommit();
        journal.Drain();
        _ = sequencer.Release(printer); // nothing leaves before its command is durable
        sequencer.MarkSent();

        Assert.Equal(SubmitStatus.Ok, status);
        return (order.Sequence, replay.CommandCount);
    }

    [Fact]
    public void Readme_ShardingExample_TakesBothOrders()
    {
        using ShardedMatching matching = new(new ShardedMatchingOptions { Sharding = new ShardingOptions { Shards = 2, OrderCapacity = 100_000 } });
        int first = matching.AtRest.AddInstrument(new InstrumentTerms());
        int second = matching.AtRest.AddInstrument(new InstrumentTerms());
        MatchOrder order = new() { OrderId = 1, InstrumentId = first, Account = -1, Side = Side.Buy, Type = OrderType.Limit,
            TimeInForce = TimeInForce.Day, Price = new Price(100), Quantity = new Quantity(5) };
        MatchOrder other = order with { OrderId = 2, InstrumentId = second };
        RouteStatus sent = matching.TrySend(ShardCommand.Submit(in order)); // Full or Waits: take results, then try again
        sent = matching.TrySend(ShardCommand.Submit(in other));
        while (matching.InFlight > 0)
        {
            matching.Take(out int result); // in the order in which they were sent
            Console.WriteLine($"{(RejectReason)result}, {matching.Events.Length} events");
        }

        Assert.Equal(RouteStatus.Sent, sent);
        Assert.Equal(2, matching.AtRest.OrderCount);
    }

    private sealed class Printer : IReportSink
    {
        public void Deliver(in ReportView report) => Console.WriteLine($"command {report.Sequence}: {report.Type}");
    }
}
