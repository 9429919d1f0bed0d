using System.Buffers.Binary;
using System.Text;

namespace Peregrine.Distribution.Wire;

/// <summary>What a client asks for. 0 is nothing.</summary>
public enum RequestKind : byte
{
    Subscribe = 1,
    Unsubscribe = 2,
    ListInstruments = 3,
}

/// <summary>One request of a client.</summary>
/// <param name="Symbols">Empty for a list request.</param>
/// <param name="Depth">0 for a list request, or when the client named none that is known.</param>
public sealed record Request(RequestKind Kind, IReadOnlyList<string> Symbols, Depth Depth);

/// <summary>Requests on the wire. They are rare, so both ways allocate.</summary>
public static class RequestCodec
{
    /// <summary>Encodes a request, length prefix included.</summary>
    public static byte[] Encode(Request request)
    {
        byte[][] symbols = [.. request.Symbols.Select(Encoding.UTF8.GetBytes)];
        int contentBytes = symbols.Sum(symbol => ProtoWriter.SizeOfMessage(symbol.Length)) + ProtoWriter.SizeOfField((ulong)request.Depth);
        int bytes = ProtoWriter.SizeOfMessage(contentBytes);
        byte[] encoded = new byte[WireLimits.PrefixBytes + bytes];
        BinaryPrimitives.WriteInt32BigEndian(encoded, bytes);
        ProtoWriter writer = new(encoded.AsSpan(WireLimits.PrefixBytes));
        writer.Message((int)request.Kind, contentBytes);
        foreach (byte[] symbol in symbols)
        {
            writer.Text(1, symbol);
        }

        writer.Unsigned(2, (ulong)request.Depth);
        return encoded;
    }

    /// <summary>Decodes a request.</summary>
    /// <param name="message">Without the length before it; at most <see cref="WireLimits.RequestBytesMax"/> bytes, which bounds the work.</param>
    /// <returns>Ok; Malformed; Unknown: no request that this version knows.</returns>
    public static WireStatus TryDecode(ReadOnlySpan<byte> message, out Request? request)
    {
        request = null;
        ProtoReader reader = new(message);
        int field = 0;
        ReadOnlySpan<byte> body = default;
        while (reader.Next())
        {
            if (reader.IsBytes && reader.Field is >= 1 and <= 3)
            {
                field = reader.Field;
                body = reader.Content;
            }
        }

        if (reader.IsBroken)
        {
            return WireStatus.Malformed;
        }

        List<string> symbols = [];
        byte depth = 0;
        ProtoReader content = new(body);
        while (content.Next())
        {
            if (content.Field == 1 && content.IsBytes)
            {
                symbols.Add(Encoding.UTF8.GetString(content.Content));
            }

            depth = content.Field == 2 ? content.Small : depth;
        }

        if (content.IsBroken)
        {
            return WireStatus.Malformed;
        }

        if (field == 0)
        {
            return WireStatus.Unknown;
        }

        request = new Request((RequestKind)field, symbols, depth <= (byte)Depths.Last ? (Depth)depth : 0);
        return WireStatus.Ok;
    }
}
