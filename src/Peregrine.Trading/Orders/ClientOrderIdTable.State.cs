using System.Buffers;
using System.Runtime.CompilerServices;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

// The window is saved, oldest first. Ids that have left it are known for their working orders only: the store's records tell them.
// Layout: docs/wire/core-state-v1.md.
internal sealed partial class ClientOrderIdTable
{
    private const int HeaderStateBytes = (2 * sizeof(long)) + (2 * sizeof(int));
    private const int EntryStateBytes = (3 * sizeof(long)) + sizeof(int);

    /// <summary>Writes the ids of the window.</summary>
    public void Save(IBufferWriter<byte> target)
    {
        StateWriter writer = new(target, HeaderStateBytes);
        writer.Write(_added);
        writer.Write((long)Hash);
        writer.Write(_windowCount);
        writer.Write(Count);
        writer.Complete();
        int stored = (int)Math.Min(_added, _windowCount);
        for (int number = 0; number < stored; number++)
        {
            ref Entry entry = ref _entries[IsFull ? (_place + number) % _windowCount : number];
            writer = new StateWriter(target, EntryStateBytes);
            writer.Write((long)entry.Key.Low);
            writer.Write((long)entry.Key.High);
            writer.Write((long)entry.OrderId);
            writer.Write(entry.Slot);
            writer.Complete();
        }
    }

    /// <summary>Takes over the window into an empty table.</summary>
    /// <param name="slots">How many slots the store has.</param>
    /// <param name="count">How many ids there must be with those that <see cref="AddAged"/> adds, and their digest.</param>
    /// <exception cref="InvalidDataException">The state is not one that a table like this can have; this table is not to be used then.</exception>
    public void Load(IStateSource source, int slots, out (int Count, ulong Hash) count)
    {
        Span<byte> bytes = stackalloc byte[HeaderStateBytes];
        source.ReadExactly(bytes);
        StateReader reader = new(bytes);
        long added = reader.ReadInt64();
        ulong hash = (ulong)reader.ReadInt64();
        int window = reader.ReadInt32();
        count = (reader.ReadInt32(), hash);
        Require(window == _windowCount, $"a window of {window}, expected {_windowCount}");
        Require(added >= 0, $"{added} ids added");
        long stored = Math.Min(added, window);
        StateSection section = new(source, stored * EntryStateBytes);
        _added = added - stored;
        _place = (int)(_added % _windowCount);
        for (long i = 0; i < stored; i++)
        {
            reader = new StateReader(section.Take(EntryStateBytes));
            ulong low = (ulong)reader.ReadInt64();
            ClientOrderKey key = new(low, (ulong)reader.ReadInt64());
            ulong orderId = (ulong)reader.ReadInt64();
            int slot = reader.ReadInt32();
            Require(slot >= -1 && slot < slots, $"an id of slot {slot}, expected -1 to {slots - 1}");
            Require(!TryFind(key, out _, out _), $"an id twice, of order {orderId}");
            Add(key, orderId, slot);
        }
    }

    /// <summary>Adds an id that has left the window and names a working order.</summary>
    /// <exception cref="InvalidDataException">It is known already.</exception>
    public void AddAged(ClientOrderKey key, ulong orderId, int slot)
    {
        int at = Seek(key);
        Require(_index[at].Place == 0, $"an id in the window that is said to have left it, of order {orderId}");
        Age(at, new Entry { Key = key, OrderId = orderId, Slot = slot });
        Count++;
    }

    private static void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref FaultText found)
    {
        if (!holds)
        {
            throw new InvalidDataException($"saved state of the client order ids has {found.Take()}");
        }
    }
}
