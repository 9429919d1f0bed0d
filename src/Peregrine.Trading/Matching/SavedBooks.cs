using System.Buffers;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>What stands before the books in the saved state of an engine, or of several that are together one.</summary>
internal readonly record struct SavedBooks(
    ulong Hash, long TimeNs, long TradeCount, Int128 TradedLots, long RejectCount, int Instruments, int Orders)
{
    private const int Bytes = (6 * sizeof(long)) + (2 * sizeof(int));

    public static SavedBooks Read(IStateSource source)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        source.ReadExactly(bytes);
        StateReader reader = new(bytes);
        ulong hash = (ulong)reader.ReadInt64();
        long timeNs = reader.ReadInt64();
        long trades = reader.ReadInt64();
        ulong low = (ulong)reader.ReadInt64();
        Int128 lots = new((ulong)reader.ReadInt64(), low);
        return new SavedBooks(hash, timeNs, trades, lots, reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt32());
    }

    public void Write(IBufferWriter<byte> target)
    {
        StateWriter writer = new(target, Bytes);
        writer.Write((long)Hash);
        writer.Write(TimeNs);
        writer.Write(TradeCount);
        writer.Write((long)(ulong)TradedLots);
        writer.Write((long)(ulong)(TradedLots >> 64));
        writer.Write(RejectCount);
        writer.Write(Instruments);
        writer.Write(Orders);
        writer.Complete();
    }
}
