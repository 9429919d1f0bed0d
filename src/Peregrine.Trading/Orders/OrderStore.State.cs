using System.Buffers;
using System.Runtime.CompilerServices;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

// Saving records with their slots, and the free slots in the order in which they will be taken: a slot is the tag of its order in the
// engine, and what a client id names. Layout: docs/wire/core-state-v1.md.
internal sealed partial class OrderStore
{
    private const int HeaderStateBytes = (2 * sizeof(long)) + (4 * sizeof(int));
    private const int RecordStateBytes = (7 * sizeof(long)) + (4 * sizeof(int)) + 8;
    private const int ExtrasStateBytes = (6 * sizeof(long)) + sizeof(int) + 4;
    private const byte NameAgedBit = 0x80;
    private const RecordKind KindsKnown = RecordKind.HasClientId | RecordKind.HasExtras | RecordKind.Triggered;

    /// <summary>Writes every record, and which slots are free.</summary>
    public void Save(IBufferWriter<byte> target)
    {
        int[] recycled = FindRecycled(out int usedEnd);
        int used = 0;
        long bytes = 0;
        for (int slot = 0; slot < usedEnd; slot++)
        {
            used += _records[slot].OrderId != 0 ? 1 : 0;
            bytes += _records[slot].OrderId != 0 ? StateBytesOf(slot) : 0;
        }

        StateWriter writer = new(target, HeaderStateBytes);
        writer.Write(_closedCount);
        writer.Write(bytes);
        writer.Write(_records.Length);
        writer.Write(usedEnd);
        writer.Write(used);
        writer.Write(recycled.Length);
        writer.Complete();
        for (int slot = 0; slot < usedEnd; slot++)
        {
            if (_records[slot].OrderId != 0)
            {
                SaveRecord(slot, target);
            }
        }

        foreach (int slot in recycled)
        {
            writer = new StateWriter(target, sizeof(int));
            writer.Write(slot);
            writer.Complete();
        }
    }

    /// <summary>Takes over saved records into a store without any. The digest is computed anew.</summary>
    /// <param name="onRecord">Told of each slot, and whether its client id is known for its working order only;
    /// throws when the record fits nothing else.</param>
    /// <exception cref="InvalidDataException">The state is not one that a store like this can have; this store is not to be used then.</exception>
    public void Load(IStateSource source, int instruments, int accounts, Action<int, bool> onRecord)
    {
        Span<byte> bytes = stackalloc byte[HeaderStateBytes];
        source.ReadExactly(bytes);
        StateReader reader = new(bytes);
        _closedCount = reader.ReadInt64();
        long sectionBytes = reader.ReadInt64();
        int capacity = reader.ReadInt32();
        int usedEnd = reader.ReadInt32();
        int used = reader.ReadInt32();
        int recycled = reader.ReadInt32();
        Require(capacity == _records.Length, $"room for {capacity} records, expected {_records.Length}");
        Require(usedEnd >= 0 && usedEnd <= capacity && used >= 0
            && recycled == usedEnd - used, $"{used} used and {recycled} free of {usedEnd} slots");
        Require(_closedCount >= 0 && sectionBytes >= 0, $"{_closedCount} closed orders in {sectionBytes} bytes");
        Array.Fill(_closed, new ClosedOrder { Slot = None });
        _closedPlace = (int)(_closedCount % _closed.Length);
        StateSection section = new(source, sectionBytes);
        int before = None;
        int closed = 0;
        for (int i = 0; i < used; i++)
        {
            int slot = LoadRecord(section, before, usedEnd, instruments, accounts, out bool isNameAged);
            closed += _records[slot].IsWorking ? 0 : 1;
            onRecord(slot, isNameAged);
            before = slot;
        }

        Require(section.IsAtEnd, $"bytes behind the last record");
        Require(closed == Math.Min(_closedCount, _closed.Length), $"{closed} closed orders, expected {Math.Min(_closedCount, _closed.Length)}");
        LoadFree(source, usedEnd, recycled);
    }

    /// <summary>Slots of all records: the closed ones as they were closed, then the working ones.</summary>
    public IEnumerable<int> OldestFirst()
    {
        for (long ordinal = Math.Max(0, _closedCount - _closed.Length); ordinal < _closedCount; ordinal++)
        {
            yield return _closed[ordinal % _closed.Length].Slot;
        }

        for (int slot = 0; slot < _records.Length; slot++)
        {
            if (_records[slot].OrderId != 0 && _records[slot].IsWorking)
            {
                yield return slot;
            }
        }
    }

    // The list of free slots ends with those that were never taken, in order; what is before them is what came back.
    private int[] FindRecycled(out int usedEnd)
    {
        List<int> free = [];
        int inOrder = 0;
        for (int slot = _free; slot != None; slot = _records[slot].NextFree)
        {
            inOrder = free.Count > 0 && slot == free[^1] + 1 ? inOrder + 1 : 1;
            free.Add(slot);
        }

        bool hasUntaken = free.Count > 0 && free[^1] == _records.Length - 1;
        int recycled = hasUntaken ? free.Count - inOrder : free.Count;
        usedEnd = hasUntaken ? free[recycled] : _records.Length;
        return [.. free.Take(recycled)];
    }

    private int StateBytesOf(int slot)
    {
        RecordKind kind = _records[slot].Kind;
        return RecordStateBytes + ((kind & RecordKind.HasClientId) != 0
            ? _names[slot].Id.Length
            : 0) + ((kind & RecordKind.HasExtras) != 0 ? ExtrasStateBytes : 0);
    }

    private void SaveRecord(int slot, IBufferWriter<byte> target)
    {
        ref OrderRecord record = ref _records[slot];
        bool hasName = (record.Kind & RecordKind.HasClientId) != 0;
        StateWriter writer = new(target, StateBytesOf(slot));
        writer.Write((long)(ulong)record.CumulativeNotional);
        writer.Write((long)(ulong)(record.CumulativeNotional >> 64));
        writer.Write((long)record.OrderId);
        writer.Write(record.Price.Ticks);
        writer.Write(record.Quantity.Lots);
        writer.Write(record.CumulativeQuantity.Lots);
        writer.Write(record.ClosedOrdinal);
        writer.Write(slot);
        writer.Write(record.InstrumentId);
        writer.Write(record.AccountId);
        writer.Write(record.SessionId);
        writer.Write((byte)record.Side);
        writer.Write((byte)record.OrderType);
        writer.Write((byte)record.TimeInForce);
        writer.Write((byte)record.Flags);
        writer.Write((byte)record.Status);
        writer.Write((byte)record.Reason);
        writer.Write((byte)((byte)record.Kind | (record.IsNameAged ? NameAgedBit : 0)));
        writer.Write((byte)(hasName ? _names[slot].Id.Length : 0));
        if (hasName)
        {
            foreach (byte part in _names[slot].Id.Span)
            {
                writer.Write(part);
            }
        }

        if ((record.Kind & RecordKind.HasExtras) != 0)
        {
            SaveExtras(in _extras[slot], ref writer);
        }

        writer.Complete();
    }

    private static void SaveExtras(in OrderExtras extras, ref StateWriter writer)
    {
        writer.Write(extras.Attributes.StopPrice.Ticks);
        writer.Write(extras.Attributes.OffsetTicks);
        writer.Write(extras.Attributes.DisplayQuantity.Lots);
        writer.Write(extras.Attributes.MinimumQuantity.Lots);
        writer.Write(extras.Attributes.ExpireTimeNs);
        writer.Write(extras.PeggedPrice.Ticks);
        writer.Write(extras.StrategyId);
        writer.Write((byte)extras.Peg);
        writer.Write((byte)extras.SelfTrade);
        writer.Write((byte)0);
        writer.Write((byte)0);
    }

    private int LoadRecord(StateSection section, int before, int usedEnd, int instruments, int accounts, out bool isNameAged)
    {
        StateReader reader = new(section.Take(RecordStateBytes));
        ulong low = (ulong)reader.ReadInt64();
        Int128 notional = new((ulong)reader.ReadInt64(), low);
        OrderRecord record = new()
        {
            CumulativeNotional = notional,
            OrderId = (ulong)reader.ReadInt64(),
            Price = new Price(reader.ReadInt64()),
            Quantity = new Quantity(reader.ReadInt64()),
            CumulativeQuantity = new Quantity(reader.ReadInt64()),
            ClosedOrdinal = reader.ReadInt64(),
        };
        int slot = reader.ReadInt32();
        record.InstrumentId = reader.ReadInt32();
        record.AccountId = reader.ReadInt32();
        record.SessionId = reader.ReadInt32();
        record.Side = (Side)reader.ReadByte();
        record.OrderType = (OrderType)reader.ReadByte();
        record.TimeInForce = (TimeInForce)reader.ReadByte();
        record.Flags = (OrderFlags)reader.ReadByte();
        record.Status = (OrderStatus)reader.ReadByte();
        record.Reason = (RejectReason)reader.ReadByte();
        byte kind = reader.ReadByte();
        record.Kind = (RecordKind)(kind & ~NameAgedBit);
        int nameLength = reader.ReadByte();
        isNameAged = (kind & NameAgedBit) != 0;
        record.IsNameAged = isNameAged;
        Require(slot > before && slot < usedEnd, $"a record in slot {slot}, expected one from {before + 1} to {usedEnd - 1}");
        RequireRecord(in record, slot, nameLength, isNameAged, instruments, accounts);
        _records[slot] = record;
        if (nameLength > 0)
        {
            Require(ClientOrderId.TryCreate(section.Take(nameLength), out ClientOrderId id),
                $"a client order id of {nameLength} bytes in slot {slot}");
            _names[slot] = new OrderName { Id = id, Key = Digest.KeyOf(record.SessionId, in id) };
        }

        if ((record.Kind & RecordKind.HasExtras) != 0)
        {
            _extras[slot] = LoadExtras(section.Take(ExtrasStateBytes));
        }

        if (!record.IsWorking)
        {
            _closed[(record.ClosedOrdinal - 1) % _closed.Length] = new ClosedOrder { OrderId = record.OrderId, Slot = slot };
        }

        Register(slot);
        return slot;
    }

    private static OrderExtras LoadExtras(ReadOnlySpan<byte> bytes)
    {
        StateReader reader = new(bytes);
        OrderExtras extras = new()
        {
            Attributes = new OrderAttributes
            {
                StopPrice = new Price(reader.ReadInt64()),
                OffsetTicks = reader.ReadInt64(),
                DisplayQuantity = new Quantity(reader.ReadInt64()),
                MinimumQuantity = new Quantity(reader.ReadInt64()),
                ExpireTimeNs = reader.ReadInt64(),
            },
            PeggedPrice = new Price(reader.ReadInt64()),
            StrategyId = reader.ReadInt32(),
            Peg = (PegReference)reader.ReadByte(),
            SelfTrade = (SelfTradePrevention)reader.ReadByte(),
        };
        return extras;
    }

    private void RequireRecord(in OrderRecord record, int slot, int nameLength, bool isNameAged, int instruments, int accounts)
    {
        bool isKnown = record.OrderId != 0 && _index.Find(record.OrderId) == None && record.Side is Side.Buy or Side.Sell
            && OrderTypes.IsKnown(record.OrderType) && TimesInForce.IsKnown(record.TimeInForce)
            && (uint)record.InstrumentId < (uint)instruments && (uint)record.AccountId < (uint)accounts
            && OrderStatuses.IsKnown(record.Status) && record.Status != OrderStatus.Rejected
            && record.Reason <= RejectReasons.Last;
        bool isNamed = (record.Kind & ~KindsKnown) == 0 && (nameLength > 0) == ((record.Kind & RecordKind.HasClientId) != 0)
            && (!isNameAged || (nameLength > 0 && record.IsWorking));
        bool isCounted = record.CumulativeQuantity.Lots >= 0 && record.CumulativeQuantity <= record.Quantity
            && record.Quantity.Lots <= MatchingEngine.QuantityLotsMax;
        bool isPlaced = record.IsWorking
            ? record.ClosedOrdinal == 0
            : record.ClosedOrdinal > Math.Max(0, _closedCount - _closed.Length) && record.ClosedOrdinal <= _closedCount
                && _closed[(record.ClosedOrdinal - 1) % _closed.Length].Slot == None;
        Require(isKnown && isNamed && isCounted && isPlaced, $"a record of order {record.OrderId} in slot {slot} with values that none has");
    }

    private void LoadFree(IStateSource source, int usedEnd, int recycled)
    {
        StateSection section = new(source, recycled * (long)sizeof(int));
        bool[] isFree = new bool[usedEnd];
        _free = None;
        int last = None;
        for (int i = 0; i < recycled; i++)
        {
            int slot = new StateReader(section.Take(sizeof(int))).ReadInt32();
            Require((uint)slot < (uint)usedEnd && _records[slot].OrderId == 0 && !isFree[slot], $"slot {slot} among the free ones");
            isFree[slot] = true;
            Chain(ref last, slot);
        }

        if (usedEnd < _records.Length)
        {
            Chain(ref last, usedEnd);
        }
        else if (last != None)
        {
            _records[last].NextFree = None;
        }
    }

    private void Chain(ref int last, int slot)
    {
        if (last == None)
        {
            _free = slot;
        }
        else
        {
            _records[last].NextFree = slot;
        }

        last = slot;
    }

    private static void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref FaultText found)
    {
        if (!holds)
        {
            throw new InvalidDataException($"saved state of the order store has {found.Take()}");
        }
    }
}
