using System.Buffers;
using System.Runtime.CompilerServices;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>Takes the state of one order.</summary>
public delegate void OrderVisitor(in ReportView report);

/// <summary>What stands before the saved state of a core.</summary>
internal readonly record struct SavedHeader(CoreOptions Options, ulong Hash, long Sequence, long ExecId, int RulesBytes, int Reports, int Reasons);

// Saving everything that decides what happens next, and loading it. Layout: docs/wire/core-state-v1.md.
public partial class TradingCore<TEngine>
    where TEngine : struct, ICoreEngine
{
    private const long StateMagic = 0x3153_4345_5245_4750; // "PGERECS1" read as bytes
    private const int RulesBytesMax = 1 << 28;
    private const long WindowStateMagic = 0x3253_4345_5245_4750; // "PGERECS2": the same, and the window
    private const int HeaderStateBytes = (4 * sizeof(long)) + (6 * sizeof(int));

    /// <summary>Writes the state: equal cores that were made alike write equal bytes.</summary>
    /// <remarks>Allocates: lists of free slots, and what the target needs. Time: about 0.3 us an order. Not for the hot path.</remarks>
    public void Save(IBufferWriter<byte> target)
    {
        byte[] rules = Rules is null ? [] : RulesCodec.Encode(Rules);
        bool hasWindow = Options.Window > 1;
        StateWriter writer = new(target, HeaderStateBytes + (hasWindow ? sizeof(int) : 0));
        writer.Write(hasWindow ? WindowStateMagic : StateMagic);
        writer.Write((long)StateHash);
        writer.Write(LastSequence);
        writer.Write(LastExecId);
        writer.Write(Options.OrdersMax);
        writer.Write(Options.ClosedOrdersMax);
        writer.Write(Options.ClientOrderIdsMax);
        writer.Write(rules.Length);
        writer.Write(_reportCounts.Length);
        writer.Write(_reasonCounts.Length);
        if (hasWindow)
        {
            writer.Write(Options.Window);
        }

        writer.Complete();
        target.Write(rules);
        SaveCounts(_reportCounts, target);
        SaveCounts(_reasonCounts, target);
        _engine.Save(target);
        _clientIds.Save(target);
        _orders.Save(target);
        GC.KeepAlive(this);
    }

    /// <summary>Reads what stands before the state: with it a core is made that can take the rest.</summary>
    /// <exception cref="InvalidDataException">It is of another version.</exception>
    private protected static SavedHeader ReadHeader(IStateSource source)
    {
        Span<byte> bytes = stackalloc byte[HeaderStateBytes];
        source.ReadExactly(bytes);
        StateReader reader = new(bytes);
        long magic = reader.ReadInt64();
        Require(magic is StateMagic or WindowStateMagic, $"magic {magic:x16}, expected {StateMagic:x16} or {WindowStateMagic:x16}");
        ulong hash = (ulong)reader.ReadInt64();
        (long sequence, long execId) = (reader.ReadInt64(), reader.ReadInt64());
        CoreOptions options = new() { OrdersMax = reader.ReadInt32(), ClosedOrdersMax = reader.ReadInt32(), ClientOrderIdsMax = reader.ReadInt32() };
        int rulesBytes = reader.ReadInt32();
        SavedHeader header = new(options, hash, sequence, execId, rulesBytes, reader.ReadInt32(), reader.ReadInt32());
        return magic == StateMagic ? header : header with { Options = options with { Window = ReadWindow(source) } };
    }

    private static int ReadWindow(IStateSource source)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        source.ReadExactly(bytes);
        int window = new StateReader(bytes).ReadInt32();
        Require(window > 1, $"a window of {window}, expected 2 or more where one is told");
        return window;
    }

    /// <summary>Takes a saved state; the core is new, and has the options of the header.</summary>
    /// <exception cref="InvalidDataException">The state is not one that a core of this version can have; says what was found.</exception>
    private protected void Load(IStateSource source, in SavedHeader header)
    {
        Require(header.Sequence >= 0 && header.ExecId >= 0, $"command {header.Sequence} and report {header.ExecId} as the last");
        Require(header.Reports == _reportCounts.Length && header.Reasons >= 0 && header.Reasons <= _reasonCounts.Length,
            $"counts of {header.Reports} kinds of reports and {header.Reasons} reasons, " +
            $"expected {_reportCounts.Length} and at most {_reasonCounts.Length}");
        LoadRules(source, header.RulesBytes);
        (LastSequence, LastExecId) = (header.Sequence, header.ExecId);
        LoadCounts(_reportCounts, source);
        LoadCounts(_reasonCounts.AsSpan(0, header.Reasons), source);
        _engine.Load(source);
        for (int id = 0; id < _lastTrades.Length; id++)
        {
            _lastTrades[id] = _engine.TryGetLastTrade(id, out Price price) ? price : null;
            LoadShown(id);
        }

        LoadOrders(source);
        Require(StateHash == header.Hash, $"state hash {header.Hash:x16}, but what was loaded has {StateHash:x16}");
    }

    /// <summary>Tells the state of every order that the core remembers, as a status request would: the closed ones in the order of their end,
    /// then the working ones.</summary>
    /// <remarks>Changes nothing. Not for the hot path.</remarks>
    public void TellOrders(OrderVisitor visitor)
    {
        Span<byte> bytes = stackalloc byte[ReportCodec.BytesMax];
        foreach (int slot in _orders.OldestFirst())
        {
            ReportWriter writer = new(bytes);
            writer.Head = default;
            WriteOrder(ref writer.Head, slot);
            writer.Head.Type = ReportType.Status;
            writer.Head.Reason = _orders[slot].Reason;
            writer.Head.Sequence = LastSequence;
            writer.Head.TimeNs = _engine.TimeNs;
            writer.Head.SessionId = _orders[slot].SessionId;
            WriteParts(ref writer, slot, new Told());
            if ((_orders[slot].Kind & RecordKind.HasClientId) != 0)
            {
                writer.Add(ReportParts.ClientId, _orders.Name(slot).Id.Span);
            }

            visitor(new ReportView(bytes[..writer.Complete()]));
        }

        GC.KeepAlive(this);
    }

    private void LoadShown(int id)
    {
        if (_lastTrades[id] is not null)
        {
            HasTraded(id);
            return;
        }

        foreach (Side side in (ReadOnlySpan<Side>)[Side.Buy, Side.Sell])
        {
            for (int depth = 0; _engine.TryGetLevel(id, side, depth, out BookLevel level); depth++)
            {
                _shown[id]!.Apply(side, level.Price, isShown: true);
            }
        }
    }

    private void LoadRules(IStateSource source, int bytes)
    {
        Require(bytes is >= 0 and <= RulesBytesMax, $"rules of {bytes} bytes");
        if (bytes == 0)
        {
            return;
        }

        byte[] encoded = new byte[bytes];
        source.ReadExactly(encoded);
        CodecStatus status = RulesCodec.TryDecode(encoded, out TradingRules? rules);
        Require(status == CodecStatus.Ok, $"rules that do not decode ({status})");
        Configure(rules!);
    }

    private void LoadOrders(IStateSource source)
    {
        _clientIds.Load(source, Options.OrdersMax + Options.ClosedOrdersMax + Options.Window, out (int Count, ulong Hash) ids);
        int working = 0;
        _orders.Load(source, _instruments.Length, _accounts.Length, (slot, isNameAged) =>
        {
            ref OrderRecord record = ref _orders[slot];
            if (record.IsWorking)
            {
                RequireInBook(in record, slot);
                working++;
            }

            if (isNameAged)
            {
                _clientIds.AddAged(_orders.Name(slot).Key, record.OrderId, slot);
            }
        });
        Require(working == _engine.OrderCount, $"{working} working orders, but the books hold {_engine.OrderCount}");
        Require((_clientIds.Count, _clientIds.Hash) == ids,
            $"{ids.Count} client order ids with digest {ids.Hash:x16}, but what was loaded is {_clientIds.Count} with {_clientIds.Hash:x16}");
    }

    // The engine's order carries the slot as its tag: every event of it would go to another order's record.
    private void RequireInBook(in OrderRecord record, int slot)
    {
        Require(
            _engine.Holds(record.OrderId, slot, record.Side, record.InstrumentId, record.SessionId, record.Leaves),
            $"working order {record.OrderId} in slot {slot}, which is not the order of that id in the books");
    }

    private static void SaveCounts(long[] counts, IBufferWriter<byte> target)
    {
        StateWriter writer = new(target, counts.Length * sizeof(long));
        foreach (long count in counts)
        {
            writer.Write(count);
        }

        writer.Complete();
    }

    private static void LoadCounts(Span<long> counts, IStateSource source)
    {
        byte[] bytes = new byte[counts.Length * sizeof(long)];
        source.ReadExactly(bytes);
        StateReader reader = new(bytes);
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = reader.ReadInt64();
            Require(counts[i] >= 0, $"a count of {counts[i]}");
        }
    }

    private protected static void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref FaultText found)
    {
        if (!holds)
        {
            throw new InvalidDataException($"saved state of the core has {found.Take()}");
        }
    }
}
