using System.Buffers.Binary;
using System.Text;

namespace Peregrine.Distribution.Wire;

/// <summary>Writes the server's frames, prefix included, straight to where they are sent from.</summary>
/// <remarks>
/// Sizes are computed before anything is written, so each byte is written once, in place. The bytes are those that protoc's own
/// encoders write. Allocates: no, but for the frames with text.
/// </remarks>
public static class FrameEncoder
{
    /// <summary>Most bytes that one entry of any kind takes, and the most that all else in a frame takes.</summary>
    public const int EntryBytesMax = 64;

    private const int WelcomeField = 1;
    private const int InstrumentField = 2;
    private const int SnapshotField = 3;
    private const int IncrementField = 4;
    private const int HeartbeatField = 5;
    private const int ConflatedField = 6;
    private const int RefusedField = 7;
    private const int GoodbyeField = 8;

    /// <summary>Most entries that surely fit one frame.</summary>
    public const int EntriesMax = (WireLimits.FrameBytesMax / EntryBytesMax) - 2;

    /// <summary>Writes an increment.</summary>
    /// <param name="target">At least <see cref="BytesFor"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Increment(Span<byte> target, in FrameHeader header, ReadOnlySpan<LevelEntry> levels, ReadOnlySpan<OrderEntry> changes,
        ReadOnlySpan<TradeEntry> trades)
    {
        int size = SizeOfHead(header) + ProtoWriter.SizeOfField((ulong)header.PreviousSequence)
            + ProtoWriter.SizeOfFixed((ulong)header.TimeNs) +
            ProtoWriter.SizeOfFixed(header.Digest) + SizeOf(levels) + SizeOfChanges(changes) + SizeOf(trades);
        ProtoWriter writer = Begin(target, IncrementField, size, out int frameBytes);
        WriteHead(ref writer, header);
        writer.Unsigned(4, (ulong)header.PreviousSequence);
        writer.Fixed(5, (ulong)header.TimeNs);
        Write(ref writer, 6, levels);
        WriteChanges(ref writer, 7, changes);
        Write(ref writer, 8, trades);
        writer.Fixed(9, header.Digest);
        return frameBytes;
    }

    /// <summary>Writes a snapshot, or a part of one. Of the entries of orders, kind and trade are not sent.</summary>
    public static int Snapshot(Span<byte> target, in FrameHeader header, ReadOnlySpan<LevelEntry> levels, ReadOnlySpan<OrderEntry> orders,
        ReadOnlySpan<TradeEntry> trades)
    {
        int size = SizeOfHead(header) + ProtoWriter.SizeOfFixed((ulong)header.TimeNs) + (header.IsFirst ? 2 : 0) + (header.IsLast ? 2 : 0)
            + SizeOf(levels) + SizeOfOrders(orders) + SizeOf(trades);
        ProtoWriter writer = Begin(target, SnapshotField, size, out int frameBytes);
        WriteHead(ref writer, header);
        writer.Fixed(4, (ulong)header.TimeNs);
        writer.Unsigned(5, header.IsFirst ? 1u : 0);
        writer.Unsigned(6, header.IsLast ? 1u : 0);
        Write(ref writer, 7, levels);
        WriteOrders(ref writer, 8, orders);
        Write(ref writer, 9, trades);
        return frameBytes;
    }

    /// <summary>Bytes that a frame with so many entries takes at most.</summary>
    public static int BytesFor(int entries) => (entries + 2) * EntryBytesMax;

    /// <summary>Writes a welcome.</summary>
    public static int Welcome(Span<byte> target, string source, int heartbeatMs, int instrumentCount)
    {
        Span<byte> text = stackalloc byte[256];
        text = text[..Utf8(source, text)];
        int size = ProtoWriter.SizeOfField((ulong)WireLimits.Version) +
            SizeOfText(text) + ProtoWriter.SizeOfField((ulong)heartbeatMs) + ProtoWriter.SizeOfField((ulong)instrumentCount);
        ProtoWriter writer = Begin(target, WelcomeField, size, out int frameBytes);
        writer.Unsigned(1, WireLimits.Version);
        writer.Text(2, text);
        writer.Unsigned(3, (ulong)heartbeatMs);
        writer.Unsigned(4, (ulong)instrumentCount);
        return frameBytes;
    }

    /// <summary>Writes the definition of an instrument.</summary>
    /// <param name="depth">0 for none.</param>
    public static int Instrument(Span<byte> target, int instrumentId, InstrumentInfo info, Depth depth)
    {
        Span<byte> symbol = stackalloc byte[256];
        symbol = symbol[..Utf8(info.Symbol, symbol)];
        int size = ProtoWriter.SizeOfField((ulong)instrumentId) + SizeOfText(symbol) + ProtoWriter.SizeOfField((ulong)info.PriceDecimals)
            + ProtoWriter.SizeOfField(info.TickUnits) + ProtoWriter.SizeOfField((ulong)info.LotUnits) + ProtoWriter.SizeOfField((ulong)depth);
        ProtoWriter writer = Begin(target, InstrumentField, size, out int frameBytes);
        writer.Unsigned(1, (ulong)instrumentId);
        writer.Text(2, symbol);
        writer.Unsigned(3, (ulong)info.PriceDecimals);
        writer.Signed(4, info.TickUnits);
        writer.Unsigned(5, (ulong)info.LotUnits);
        writer.Unsigned(6, (ulong)depth);
        return frameBytes;
    }

    /// <summary>Writes a heartbeat.</summary>
    public static int Heartbeat(Span<byte> target, long timeNs)
    {
        ProtoWriter writer = Begin(target, HeartbeatField, ProtoWriter.SizeOfFixed((ulong)timeNs), out int frameBytes);
        writer.Fixed(1, (ulong)timeNs);
        return frameBytes;
    }

    /// <summary>Writes that changes were left out.</summary>
    public static int Conflated(Span<byte> target, int instrumentId, Depth depth, long lastSequence, long count)
    {
        int size = ProtoWriter.SizeOfField((ulong)instrumentId) +
            ProtoWriter.SizeOfField((ulong)depth) + ProtoWriter.SizeOfField((ulong)lastSequence) + ProtoWriter.SizeOfField((ulong)count);
        ProtoWriter writer = Begin(target, ConflatedField, size, out int frameBytes);
        writer.Unsigned(1, (ulong)instrumentId);
        writer.Unsigned(2, (ulong)depth);
        writer.Unsigned(3, (ulong)lastSequence);
        writer.Unsigned(4, (ulong)count);
        return frameBytes;
    }

    /// <summary>Writes that a request was refused.</summary>
    public static int Refused(Span<byte> target, Reason reason, string text) => Told(target, RefusedField, reason, text);

    /// <summary>Writes why the connection ends.</summary>
    public static int Goodbye(Span<byte> target, Reason reason, string text) => Told(target, GoodbyeField, reason, text);

    private static int Told(Span<byte> target, int field, Reason reason, string text)
    {
        Span<byte> words = stackalloc byte[512];
        words = words[..Utf8(text, words)];
        ProtoWriter writer = Begin(target, field, ProtoWriter.SizeOfField((ulong)reason) + SizeOfText(words), out int frameBytes);
        writer.Unsigned(1, (ulong)reason);
        writer.Text(2, words);
        return frameBytes;
    }

    // The prefix, and the one field of the frame's oneof; the rest is the content.
    private static ProtoWriter Begin(Span<byte> target, int field, int contentBytes, out int frameBytes)
    {
        int messageBytes = ProtoWriter.SizeOfMessage(contentBytes);
        frameBytes = WireLimits.PrefixBytes + messageBytes;
        Check.That(frameBytes <= target.Length, "a frame fits its target");
        BinaryPrimitives.WriteInt32BigEndian(target, messageBytes);
        ProtoWriter writer = new(target[WireLimits.PrefixBytes..frameBytes]);
        writer.Message(field, contentBytes);
        return writer;
    }

    private static int SizeOfHead(in FrameHeader header) =>
        ProtoWriter.SizeOfField((ulong)header.InstrumentId) +
        ProtoWriter.SizeOfField((ulong)header.Depth) + ProtoWriter.SizeOfField((ulong)header.Sequence);

    private static void WriteHead(ref ProtoWriter writer, in FrameHeader header)
    {
        writer.Unsigned(1, (ulong)header.InstrumentId);
        writer.Unsigned(2, (ulong)header.Depth);
        writer.Unsigned(3, (ulong)header.Sequence);
    }

    private static int SizeOf(in LevelEntry level) => ProtoWriter.SizeOfField((ulong)level.Side) + ProtoWriter.SizeOfField(level.Price)
        + ProtoWriter.SizeOfField((ulong)level.Quantity) + ProtoWriter.SizeOfField((ulong)level.OrderCount);

    private static int SizeOf(ReadOnlySpan<LevelEntry> levels)
    {
        int size = 0;
        foreach (ref readonly LevelEntry level in levels)
        {
            size += ProtoWriter.SizeOfMessage(SizeOf(level));
        }

        return size;
    }

    private static void Write(ref ProtoWriter writer, int field, ReadOnlySpan<LevelEntry> levels)
    {
        foreach (ref readonly LevelEntry level in levels)
        {
            writer.Message(field, SizeOf(level));
            writer.Unsigned(1, (ulong)level.Side);
            writer.Signed(2, level.Price);
            writer.Unsigned(3, (ulong)level.Quantity);
            writer.Unsigned(4, (ulong)level.OrderCount);
        }
    }

    private static int SizeOfOrder(in OrderEntry order) => ProtoWriter.SizeOfField(order.OrderId) + ProtoWriter.SizeOfField((ulong)order.Side)
        + ProtoWriter.SizeOfField(order.Price) + ProtoWriter.SizeOfField((ulong)order.Quantity);

    private static int SizeOfChange(in OrderEntry change) =>
        SizeOfOrder(change) + ProtoWriter.SizeOfField((ulong)change.Kind) + ProtoWriter.SizeOfField((ulong)change.TradeId);

    private static int SizeOfOrders(ReadOnlySpan<OrderEntry> orders)
    {
        int size = 0;
        foreach (ref readonly OrderEntry order in orders)
        {
            size += ProtoWriter.SizeOfMessage(SizeOfOrder(order));
        }

        return size;
    }

    private static int SizeOfChanges(ReadOnlySpan<OrderEntry> changes)
    {
        int size = 0;
        foreach (ref readonly OrderEntry change in changes)
        {
            size += ProtoWriter.SizeOfMessage(SizeOfChange(change));
        }

        return size;
    }

    private static void WriteOrders(ref ProtoWriter writer, int field, ReadOnlySpan<OrderEntry> orders)
    {
        foreach (ref readonly OrderEntry order in orders)
        {
            writer.Message(field, SizeOfOrder(order));
            writer.Unsigned(1, order.OrderId);
            writer.Unsigned(2, (ulong)order.Side);
            writer.Signed(3, order.Price);
            writer.Unsigned(4, (ulong)order.Quantity);
        }
    }

    private static void WriteChanges(ref ProtoWriter writer, int field, ReadOnlySpan<OrderEntry> changes)
    {
        foreach (ref readonly OrderEntry change in changes)
        {
            writer.Message(field, SizeOfChange(change));
            writer.Unsigned(1, (ulong)change.Kind);
            writer.Unsigned(2, change.OrderId);
            writer.Unsigned(3, (ulong)change.Side);
            writer.Signed(4, change.Price);
            writer.Unsigned(5, (ulong)change.Quantity);
            writer.Unsigned(6, (ulong)change.TradeId);
        }
    }

    private static int SizeOf(in TradeEntry trade) => ProtoWriter.SizeOfField((ulong)trade.TradeId) + ProtoWriter.SizeOfField(trade.Price)
        + ProtoWriter.SizeOfField((ulong)trade.Quantity) +
        ProtoWriter.SizeOfField((ulong)trade.Aggressor) + ProtoWriter.SizeOfFixed((ulong)trade.TimeNs);

    private static int SizeOf(ReadOnlySpan<TradeEntry> trades)
    {
        int size = 0;
        foreach (ref readonly TradeEntry trade in trades)
        {
            size += ProtoWriter.SizeOfMessage(SizeOf(trade));
        }

        return size;
    }

    private static void Write(ref ProtoWriter writer, int field, ReadOnlySpan<TradeEntry> trades)
    {
        foreach (ref readonly TradeEntry trade in trades)
        {
            writer.Message(field, SizeOf(trade));
            writer.Unsigned(1, (ulong)trade.TradeId);
            writer.Signed(2, trade.Price);
            writer.Unsigned(3, (ulong)trade.Quantity);
            writer.Unsigned(4, (ulong)trade.Aggressor);
            writer.Fixed(5, (ulong)trade.TimeNs);
        }
    }

    private static int SizeOfText(ReadOnlySpan<byte> text) => text.Length == 0 ? 0 : ProtoWriter.SizeOfMessage(text.Length);

    // Texts are short; what does not fit is cut at a whole character.
    private static int Utf8(string text, Span<byte> target)
    {
        Encoding.UTF8.GetEncoder().Convert(text, target, flush: false, out _, out int bytes, out _);
        return bytes;
    }
}
