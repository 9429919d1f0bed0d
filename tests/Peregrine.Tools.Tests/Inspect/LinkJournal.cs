using Peregrine.Journal;
using Peregrine.Journal.Snapshots;
using Peregrine.Primitives;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Recovery;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Tools.Tests.Inspect;

/// <summary>Writes journals as a link does, record by record.</summary>
internal static class LinkJournal
{
    /// <summary>Time of the first command: 2026-01-02T03:04:05.000000006Z.</summary>
    public const long TimeNs = 1_767_323_045_000_000_006;

    // docs/wire/journal-v1.md
    public const int SegmentHeaderBytes = 128;
    public const int RecordHeaderBytes = 32;

    public static JournalWriter Open(string folder, long segmentBytes = 64 << 10) =>
        JournalWriter.Open(new JournalOptions { Folder = folder, SegmentBytes = segmentBytes, BatchBytesMax = 32 << 10 }, new Nothing(), out _);

    public static void Append(JournalWriter journal, byte type, long sequence, ReadOnlySpan<byte> payload) =>
        Append(journal, type, sequence, sequence == 0 ? 0 : TimeNs + sequence - 1, payload);

    private static void Append(JournalWriter journal, byte type, long sequence, long timeNs, ReadOnlySpan<byte> payload)
    {
        Assert.Equal(JournalStatus.Ok, journal.TryAppend(type, sequence, timeNs, payload));
        Assert.Equal(JournalStatus.Ok, journal.Commit());
    }

    public static void Append(JournalWriter journal, in OrderCommand command)
    {
        byte[] bytes = new byte[CommandCodec.BytesMax];
        Append(journal, JournalRecordType.Command, command.Sequence, command.TimeNs, bytes.AsSpan(0, CommandCodec.Encode(in command, bytes)));
    }

    /// <summary>The bounds and the rules, with which every journal of a link starts: ticks of 0.05, lots of 100.</summary>
    public static void AppendStart(JournalWriter journal)
    {
        byte[] bounds = new byte[JournalReplay.BoundsBytes];
        _ = JournalReplay.EncodeBounds(new CoreOptions { OrdersMax = 16, ClosedOrdersMax = 8, ClientOrderIdsMax = 32 }, bounds);
        Append(journal, JournalRecordType.Bounds, 0, bounds);
        TradingRules rules = new([new Instrument(0, "ACME", 2, 5, 100, IsOpen: true)], [new Account(0, "HOUSE", new AccountLimits(0, 0, 0))]);
        Append(journal, JournalRecordType.Rules, 0, RulesCodec.Encode(rules));
    }

    /// <summary>A limit order of that number.</summary>
    public static OrderCommand Order(long sequence) => new()
    {
        Sequence = sequence,
        TimeNs = TimeNs + sequence - 1,
        Type = CommandType.New,
        OrderId = 77,
        Price = new Price(247),
        Quantity = new Quantity(5),
        SessionId = 3,
        Side = Side.Buy,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Day,
        ClientOrderId = ClientOrderId.From("A =1"),
    };

    /// <summary>A new order, a replace, a cancel, and a market order for what no rules know.</summary>
    public static void WriteEveryKind(string folder)
    {
        using JournalWriter journal = Open(folder);
        AppendStart(journal);
        OrderCommand order = Order(1);
        Append(journal, in order);
        OrderCommand replace = Order(2) with { Type = CommandType.Replace, OrderId = 0, Price = new Price(1), Quantity = new Quantity(3),
            ClientOrderId = ClientOrderId.From("A2"), OriginalClientOrderId = order.ClientOrderId };
        Append(journal, in replace);
        OrderCommand cancel = Order(3) with { Type = CommandType.Cancel, OrderId = 0, ClientOrderId = ClientOrderId.From("A3"),
            OriginalClientOrderId = replace.ClientOrderId };
        Append(journal, in cancel);
        OrderCommand market = Order(4) with
        {
            OrderId = 78,
            InstrumentId = -1,
            AccountId = -1,
            Side = Side.Sell,
            OrderType = OrderType.Market,
            TimeInForce = TimeInForce.FillOrKill,
            Quantity = new Quantity(7),
            ClientOrderId = ClientOrderId.From("A4"),
        };
        Append(journal, in market);
    }

    /// <summary>Orders numbered from 1, one a batch: many segments of 64 KiB with more than 300 orders each.</summary>
    public static void WriteOrders(string folder, int count, long ticks = 247)
    {
        using JournalWriter journal = Open(folder);
        AppendStart(journal);
        for (int sequence = 1; sequence <= count; sequence++)
        {
            OrderCommand order = Order(sequence) with { Price = new Price(ticks) };
            Append(journal, in order);
        }
    }

    /// <summary>Snapshots of no particular content at places of the journal, counted in records.</summary>
    public static void WriteSnapshots(string folder, string snapshots, params long[] records)
    {
        SnapshotStore store = SnapshotStore.Open(snapshots, keep: records.Length);
        using JournalFollower follower = JournalFollower.Open(folder);
        foreach (long record in records)
        {
            _ = follower.Read(new Nothing(), record);
            Assert.Equal(record, follower.Position.Records);
            using SnapshotWriter writer = store.Create(follower.Position, TimeNs, schema: 3);
            writer.Write("the state of a core"u8);
            _ = writer.Complete();
        }
    }

    /// <summary>The segments, the oldest first.</summary>
    public static string[] Segments(string folder) => [.. Directory.GetFiles(folder, "*.journal").Order(StringComparer.Ordinal)];

    /// <summary>Changes one bit in the payload of the first record.</summary>
    /// <returns>The segment's path.</returns>
    public static string Damage(string folder) => Damage(Segments(folder)[0], SegmentHeaderBytes + RecordHeaderBytes + 8);

    /// <summary>Changes one bit of a file.</summary>
    public static string Damage(string path, int offset)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[offset] ^= 4;
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private sealed class Nothing : IJournalVisitor
    {
        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
        {
        }
    }
}
