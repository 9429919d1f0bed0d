using System.Text;

namespace Peregrine.Distribution.Wire;

/// <summary>What a decoder found.</summary>
public enum WireStatus : byte
{
    Ok = 0,

    /// <summary>The bytes are no protobuf, or no message of this schema.</summary>
    Malformed = 1,

    /// <summary>Well-formed, but of a kind that this version does not know; to be skipped.</summary>
    Unknown = 2,
}

/// <summary>Reads the server's frames from bytes that may be hostile.</summary>
/// <remarks>
/// Snapshots and increments are read twice: once to check them whole, so that nothing is told of a broken frame, and once to tell.
/// Fields may come in any order, unknown ones are skipped. Allocates: only for frames with text.
/// </remarks>
public static class FrameDecoder
{
    /// <summary>Decodes one frame.</summary>
    /// <param name="frame">Without the length before it.</param>
    /// <param name="visitor">Told only when the whole frame is good.</param>
    public static WireStatus TryDecode(ReadOnlySpan<byte> frame, FrameVisitor visitor)
    {
        ProtoReader reader = new(frame);
        int field = 0;
        ReadOnlySpan<byte> body = default;
        while (reader.Next())
        {
            if (reader.IsBytes && reader.Field is >= 1 and <= 8)
            {
                field = reader.Field;
                body = reader.Content;
            }
        }

        if (reader.IsBroken)
        {
            return WireStatus.Malformed;
        }

        return field switch
        {
            1 => Welcome(body, visitor),
            2 => Instrument(body, visitor),
            3 => Book(body, isSnapshot: true, visitor),
            4 => Book(body, isSnapshot: false, visitor),
            5 => Heartbeat(body, visitor),
            6 => Conflated(body, visitor),
            7 or 8 => Told(body, isLast: field == 8, visitor),
            _ => WireStatus.Unknown,
        };
    }

    private static WireStatus Book(ReadOnlySpan<byte> body, bool isSnapshot, FrameVisitor visitor)
    {
        if (!TryReadHeader(body, isSnapshot, out FrameHeader header))
        {
            return WireStatus.Malformed;
        }

        if (isSnapshot)
        {
            visitor.OnSnapshot(header);
            Tell(body, 7, header, visitor);
            visitor.OnSnapshotEnd(header);
        }
        else
        {
            visitor.OnIncrement(header);
            Tell(body, 6, header, visitor);
            visitor.OnIncrementEnd(header);
        }

        return WireStatus.Ok;
    }

    // The lists of levels, orders and trades follow each other in both messages: from field 7 in a snapshot, from 6 in an increment.
    private static bool TryReadHeader(ReadOnlySpan<byte> body, bool isSnapshot, out FrameHeader header)
    {
        header = default;
        int lists = isSnapshot ? 7 : 6;
        ProtoReader reader = new(body);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    header.InstrumentId = reader.Unsigned > int.MaxValue ? -1 : (int)reader.Unsigned;
                    break;
                case 2:
                    header.Depth = (Depth)reader.Small;
                    break;
                case 3:
                    header.Sequence = reader.Count;
                    break;
                case 4:
                    (header.PreviousSequence, header.TimeNs) = isSnapshot ? (0, reader.Count) : (reader.Count, header.TimeNs);
                    break;
                case 5:
                    (header.IsFirst, header.TimeNs) = isSnapshot ? (reader.Unsigned != 0, header.TimeNs) : (false, reader.Count);
                    break;
                case 6 when isSnapshot:
                    header.IsLast = reader.Unsigned != 0;
                    break;
                case 9 when !isSnapshot:
                    header.Digest = reader.Unsigned;
                    break;
                default:
                    if (reader.Field >= lists && reader.Field < lists + 3 && !IsEntry(reader.Content, reader.Field - lists, isSnapshot))
                    {
                        return false;
                    }

                    break;
            }
        }

        return !reader.IsBroken && header.InstrumentId >= 0 && header.Depth is >= Depth.Best and <= Depths.Last;
    }

    private static bool IsEntry(ReadOnlySpan<byte> content, int list, bool isSnapshot) => list switch
    {
        0 => TryLevel(content, out _),
        1 => TryOrder(content, isSnapshot, out _),
        _ => TryTrade(content, out _),
    };

    private static void Tell(ReadOnlySpan<byte> body, int lists, in FrameHeader header, FrameVisitor visitor)
    {
        ProtoReader reader = new(body);
        while (reader.Next())
        {
            if (reader.Field == lists && TryLevel(reader.Content, out LevelEntry level))
            {
                visitor.OnLevel(header, level);
            }
            else if (reader.Field == lists + 1 && TryOrder(reader.Content, isSnapshot: lists == 7, out OrderEntry order))
            {
                visitor.OnOrder(header, order);
            }
            else if (reader.Field == lists + 2 && TryTrade(reader.Content, out TradeEntry trade))
            {
                visitor.OnTrade(header, trade);
            }
        }
    }

    private static bool TryLevel(ReadOnlySpan<byte> content, out LevelEntry level)
    {
        level = default;
        ProtoReader reader = new(content);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    level.Side = (Side)reader.Small;
                    break;
                case 2:
                    level.Price = reader.Signed;
                    break;
                case 3:
                    level.Quantity = reader.Count;
                    break;
                case 4:
                    level.OrderCount = (int)Math.Min(reader.Count, int.MaxValue);
                    break;
                default:
                    break;
            }
        }

        return !reader.IsBroken && level.Side is Side.Buy or Side.Sell;
    }

    // A change begins with its kind; an order of a snapshot has none, and its other fields stand one earlier.
    private static bool TryOrder(ReadOnlySpan<byte> content, bool isSnapshot, out OrderEntry order)
    {
        order = default;
        order.Kind = isSnapshot ? OrderChangeKind.Add : 0;
        int shift = isSnapshot ? 1 : 0;
        ProtoReader reader = new(content);
        while (reader.Next())
        {
            switch (reader.Field + shift)
            {
                case 1:
                    order.Kind = (OrderChangeKind)reader.Small;
                    break;
                case 2:
                    order.OrderId = reader.Unsigned;
                    break;
                case 3:
                    order.Side = (Side)reader.Small;
                    break;
                case 4:
                    order.Price = reader.Signed;
                    break;
                case 5:
                    order.Quantity = reader.Count;
                    break;
                case 6:
                    order.TradeId = reader.Count;
                    break;
                default:
                    break;
            }
        }

        bool hasSide = order.Side is Side.Buy or Side.Sell;
        bool hasKind = order.Kind is >= OrderChangeKind.Add and <= OrderChangeKinds.Last;
        return !reader.IsBroken && hasKind && (hasSide || order is { Side: 0, Kind: OrderChangeKind.Clear or OrderChangeKind.Trade });
    }

    private static bool TryTrade(ReadOnlySpan<byte> content, out TradeEntry trade)
    {
        trade = default;
        ProtoReader reader = new(content);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    trade.TradeId = reader.Count;
                    break;
                case 2:
                    trade.Price = reader.Signed;
                    break;
                case 3:
                    trade.Quantity = reader.Count;
                    break;
                case 4:
                    trade.Aggressor = (Side)reader.Small;
                    break;
                case 5:
                    trade.TimeNs = reader.Count;
                    break;
                default:
                    break;
            }
        }

        return !reader.IsBroken && trade.Aggressor is 0 or Side.Buy or Side.Sell;
    }

    private static WireStatus Welcome(ReadOnlySpan<byte> body, FrameVisitor visitor)
    {
        ProtoReader reader = new(body);
        (long version, string source, long heartbeatMs, long count) = (0, "", 0, 0);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    version = reader.Count;
                    break;
                case 2:
                    source = Encoding.UTF8.GetString(reader.Content);
                    break;
                case 3:
                    heartbeatMs = reader.Count;
                    break;
                case 4:
                    count = reader.Count;
                    break;
                default:
                    break;
            }
        }

        if (reader.IsBroken || version is < 1 or > int.MaxValue || heartbeatMs > int.MaxValue)
        {
            return WireStatus.Malformed;
        }

        visitor.OnWelcome((int)version, source, (int)heartbeatMs, count);
        return WireStatus.Ok;
    }

    private static WireStatus Instrument(ReadOnlySpan<byte> body, FrameVisitor visitor)
    {
        ProtoReader reader = new(body);
        (long id, string symbol, long decimals, long tick, long lot, byte depth) = (0, "", 0, 0, 0, 0);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    id = reader.Count;
                    break;
                case 2:
                    symbol = Encoding.UTF8.GetString(reader.Content);
                    break;
                case 3:
                    decimals = reader.Count;
                    break;
                case 4:
                    tick = reader.Signed;
                    break;
                case 5:
                    lot = reader.Count;
                    break;
                case 6:
                    depth = reader.Small;
                    break;
                default:
                    break;
            }
        }

        if (reader.IsBroken || id > int.MaxValue || symbol.Length is 0 or > WireLimits.SymbolBytesMax || decimals > 18 || tick < 0
            || depth > (byte)Depths.Last)
        {
            return WireStatus.Malformed;
        }

        visitor.OnInstrument((int)id, new InstrumentInfo(symbol, (int)decimals, tick, Math.Max(lot, 1)), (Depth)depth);
        return WireStatus.Ok;
    }

    private static WireStatus Heartbeat(ReadOnlySpan<byte> body, FrameVisitor visitor)
    {
        ProtoReader reader = new(body);
        long timeNs = 0;
        while (reader.Next())
        {
            timeNs = reader.Field == 1 ? reader.Count : timeNs;
        }

        if (reader.IsBroken)
        {
            return WireStatus.Malformed;
        }

        visitor.OnHeartbeat(timeNs);
        return WireStatus.Ok;
    }

    private static WireStatus Conflated(ReadOnlySpan<byte> body, FrameVisitor visitor)
    {
        ProtoReader reader = new(body);
        (long id, byte depth, long last, long count) = (0, 0, 0, 0);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    id = reader.Count;
                    break;
                case 2:
                    depth = reader.Small;
                    break;
                case 3:
                    last = reader.Count;
                    break;
                case 4:
                    count = reader.Count;
                    break;
                default:
                    break;
            }
        }

        if (reader.IsBroken || id > int.MaxValue || depth is 0 or > (byte)Depths.Last)
        {
            return WireStatus.Malformed;
        }

        visitor.OnConflated((int)id, (Depth)depth, last, count);
        return WireStatus.Ok;
    }

    private static WireStatus Told(ReadOnlySpan<byte> body, bool isLast, FrameVisitor visitor)
    {
        ProtoReader reader = new(body);
        (byte reason, string text) = (0, "");
        while (reader.Next())
        {
            reason = reader.Field == 1 ? reader.Small : reason;
            text = reader.Field == 2 ? Encoding.UTF8.GetString(reader.Content) : text;
        }

        if (reader.IsBroken)
        {
            return WireStatus.Malformed;
        }

        if (isLast)
        {
            visitor.OnGoodbye((Reason)reason, text);
        }
        else
        {
            visitor.OnRefused((Reason)reason, text);
        }

        return WireStatus.Ok;
    }
}
