using System.Buffers;
using System.Runtime.CompilerServices;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>Takes the state of one order.</summary>
public delegate void OrderVisitor(in OrderReport report);

// Saving everything that decides what happens next, and loading it. Layout: docs/wire/core-state-v1.md.
public sealed partial class TradingCore
{
    private const long StateMagic = 0x3153_4345_5245_4750; // "PGERECS1" read as bytes
    private const int RulesBytesMax = 1 << 28;
    private const int HeaderStateBytes = (4 * sizeof(long)) + (6 * sizeof(int));

    /// <summary>Writes the state: equal cores that were made alike write equal bytes.</summary>
    /// <remarks>Allocates: lists of free slots, and what the target needs. Time: about 0.3 us an order. Not for the hot path.</remarks>
    public void Save(IBufferWriter<byte> target)
    {
        byte[] rules = Rules is null ? [] : RulesCodec.Encode(Rules);
        StateWriter writer = new(target, HeaderStateBytes);
        writer.Write(StateMagic);
        writer.Write((long)StateHash);
        writer.Write(LastSequence);
        writer.Write(LastExecId);
        writer.Write(Options.OrdersMax);
        writer.Write(Options.ClosedOrdersMax);
        writer.Write(Options.ClientOrderIdsMax);
        writer.Write(rules.Length);
        writer.Write(_reportCounts.Length);
        writer.Write(_reasonCounts.Length);
        writer.Complete();
        target.Write(rules);
        SaveCounts(_reportCounts, target);
        SaveCounts(_reasonCounts, target);
        _engine.Save(target);
        _clientIds.Save(target);
        _orders.Save(target);
        GC.KeepAlive(this);
    }

    /// <summary>Makes a core of a saved state: the same options and rules, and everything goes on as in the core that was saved.</summary>
    /// <param name="emitsOrderDeltas">As in the constructor.</param>
    /// <exception cref="InvalidDataException">The state is not one that a core of this version can have; says what was found.</exception>
    /// <remarks>Allocates: the core. No allocation for an order.</remarks>
    public static TradingCore Load(IStateSource source, bool emitsOrderDeltas = false)
    {
        Span<byte> bytes = stackalloc byte[HeaderStateBytes];
        source.ReadExactly(bytes);
        StateReader reader = new(bytes);
        long magic = reader.ReadInt64();
        Require(magic == StateMagic, $"magic {magic:x16}, expected {StateMagic:x16}");
        ulong hash = (ulong)reader.ReadInt64();
        (long sequence, long execId) = (reader.ReadInt64(), reader.ReadInt64());
        CoreOptions options = new() { OrdersMax = reader.ReadInt32(), ClosedOrdersMax = reader.ReadInt32(), ClientOrderIdsMax = reader.ReadInt32() };
        int rulesBytes = reader.ReadInt32();
        (int reports, int reasons) = (reader.ReadInt32(), reader.ReadInt32());
        TradingCore core = Make(options, emitsOrderDeltas);
        Require(sequence >= 0 && execId >= 0, $"command {sequence} and report {execId} as the last");
        Require(reports == core._reportCounts.Length && reasons == core._reasonCounts.Length,
            $"counts of {reports} kinds of reports and {reasons} reasons, expected {core._reportCounts.Length} and {core._reasonCounts.Length}");
        core.LoadRules(source, rulesBytes);
        (core.LastSequence, core.LastExecId) = (sequence, execId);
        LoadCounts(core._reportCounts, source);
        LoadCounts(core._reasonCounts, source);
        core._engine.Load(source);
        core.LoadOrders(source);
        Require(core.StateHash == hash, $"state hash {hash:x16}, but what was loaded has {core.StateHash:x16}");
        return core;
    }

    /// <summary>Tells the state of every order that the core remembers, as a status request would: the closed ones in the order of their end,
    /// then the working ones.</summary>
    /// <remarks>Changes nothing. Not for the hot path.</remarks>
    public void TellOrders(OrderVisitor visitor)
    {
        foreach (int slot in _orders.OldestFirst())
        {
            OrderReport report = new()
            {
                Sequence = LastSequence,
                TimeNs = _engine.TimeNs,
                Type = ReportType.Status,
                SessionId = _orders[slot].SessionId,
                Reason = _orders[slot].Reason,
                ClientOrderId = (_orders[slot].Kind & RecordKind.HasClientId) != 0 ? _orders.Name(slot).Id : default,
            };
            CopyOrder(slot, ref report);
            visitor(in report);
        }

        GC.KeepAlive(this);
    }

    private static TradingCore Make(CoreOptions options, bool emitsOrderDeltas)
    {
        try
        {
            return new TradingCore(options, emitsOrderDeltas);
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"saved state of the core has bounds that no core has: {fault.Message}");
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
        _clientIds.Load(source, Options.OrdersMax + Options.ClosedOrdersMax + 1, out (int Count, ulong Hash) ids);
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

    private static void LoadCounts(long[] counts, IStateSource source)
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

    private static void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref FaultText found)
    {
        if (!holds)
        {
            throw new InvalidDataException($"saved state of the core has {found.Take()}");
        }
    }
}
