using System.Buffers.Binary;
using Peregrine.Primitives;

namespace Peregrine.Trading.Orders;

// What only some commands have: fields that are not 0 and ids that are not empty, each announced by its bit.
public static partial class CommandCodec
{
    private static Presence PresenceOf(in OrderCommand command)
    {
        Presence presence = Presence.None;
        presence |= command.SessionSequence != 0 ? Presence.SessionSequence : Presence.None;
        presence |= command.ClientOrderId.Length != 0 ? Presence.ClientId : Presence.None;
        presence |= command.OriginalClientOrderId.Length != 0 ? Presence.OriginalId : Presence.None;
        ref readonly OrderAttributes attributes = ref command.Attributes;
        long any = attributes.StopPrice.Ticks |
            attributes.OffsetTicks | attributes.DisplayQuantity.Lots | attributes.MinimumQuantity.Lots | attributes.ExpireTimeNs;
        if (any == 0)
        {
            return presence;
        }

        presence |= attributes.StopPrice.Ticks != 0 ? Presence.StopPrice : Presence.None;
        presence |= attributes.OffsetTicks != 0 ? Presence.Offset : Presence.None;
        presence |= attributes.DisplayQuantity.Lots != 0 ? Presence.Display : Presence.None;
        presence |= attributes.MinimumQuantity.Lots != 0 ? Presence.Minimum : Presence.None;
        return presence | (attributes.ExpireTimeNs != 0 ? Presence.ExpireTime : Presence.None);
    }

    private static int EncodeRest(in OrderCommand command, Presence presence, Span<byte> target)
    {
        int at = 0;
        Write(presence, Presence.SessionSequence, command.SessionSequence, target, ref at);
        if ((presence & ~(Presence.SessionSequence | Presence.ClientId | Presence.OriginalId)) != 0)
        {
            Write(presence, Presence.StopPrice, command.Attributes.StopPrice.Ticks, target, ref at);
            Write(presence, Presence.Offset, command.Attributes.OffsetTicks, target, ref at);
            Write(presence, Presence.Display, command.Attributes.DisplayQuantity.Lots, target, ref at);
            Write(presence, Presence.Minimum, command.Attributes.MinimumQuantity.Lots, target, ref at);
            Write(presence, Presence.ExpireTime, command.Attributes.ExpireTimeNs, target, ref at);
        }

        Write(presence, Presence.ClientId, in command.ClientOrderId, target, ref at);
        Write(presence, Presence.OriginalId, in command.OriginalClientOrderId, target, ref at);
        return at;
    }

    private static void Write(Presence presence, Presence field, long value, Span<byte> target, ref int at)
    {
        if ((presence & field) != 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(target[at..], value);
            at += sizeof(long);
        }
    }

    private static void Write(Presence presence, Presence field, in ClientOrderId id, Span<byte> target, ref int at)
    {
        if ((presence & field) != 0)
        {
            // The length byte and the id, as they lie in the id itself.
            ReadOnlySpan<byte> bytes = ((ReadOnlySpan<byte>)id)[..(1 + id.Length)];
            bytes.CopyTo(target[at..]);
            at += bytes.Length;
        }
    }

    private static CodecStatus DecodeRest(ReadOnlySpan<byte> rest, Presence presence, ref OrderCommand command)
    {
        if ((presence & ~Presence.All) != 0)
        {
            return CodecStatus.BadValue;
        }

        CodecStatus status = CodecStatus.Ok;
        command.SessionSequence = Read(presence, Presence.SessionSequence, ref rest, ref status);
        command.Attributes.StopPrice = new Price(Read(presence, Presence.StopPrice, ref rest, ref status));
        command.Attributes.OffsetTicks = Read(presence, Presence.Offset, ref rest, ref status);
        command.Attributes.DisplayQuantity = new Quantity(Read(presence, Presence.Display, ref rest, ref status));
        command.Attributes.MinimumQuantity = new Quantity(Read(presence, Presence.Minimum, ref rest, ref status));
        command.Attributes.ExpireTimeNs = Read(presence, Presence.ExpireTime, ref rest, ref status);
        Read(presence, Presence.ClientId, out command.ClientOrderId, ref rest, ref status);
        Read(presence, Presence.OriginalId, out command.OriginalClientOrderId, ref rest, ref status);
        return status == CodecStatus.Ok && !rest.IsEmpty ? CodecStatus.WrongLength : status;
    }

    // A field that is announced is not 0: it would have two encodings.
    private static long Read(Presence presence, Presence field, ref ReadOnlySpan<byte> rest, ref CodecStatus status)
    {
        if ((presence & field) == 0 || status != CodecStatus.Ok)
        {
            return 0;
        }

        if (rest.Length < sizeof(long))
        {
            status = CodecStatus.WrongLength;
            return 0;
        }

        long value = BinaryPrimitives.ReadInt64LittleEndian(rest);
        rest = rest[sizeof(long)..];
        status = value == 0 ? CodecStatus.BadValue : CodecStatus.Ok;
        return value;
    }

    private static void Read(Presence presence, Presence field, out ClientOrderId id, ref ReadOnlySpan<byte> rest, ref CodecStatus status)
    {
        id = default;
        if ((presence & field) == 0 || status != CodecStatus.Ok)
        {
            return;
        }

        int length = rest.IsEmpty ? 0 : rest[0];
        if (rest.Length < 1 + length)
        {
            status = CodecStatus.WrongLength;
            return;
        }

        status = ClientOrderId.TryCreate(rest.Slice(1, length), out id) ? CodecStatus.Ok : CodecStatus.BadValue;
        rest = rest[(1 + length)..];
    }
}
