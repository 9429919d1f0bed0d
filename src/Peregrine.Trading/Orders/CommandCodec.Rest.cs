using System.Buffers.Binary;
using System.Numerics;

namespace Peregrine.Trading.Orders;

// What only some commands have: fields that are not 0 and ids that are not empty, each announced by its bit.
public static partial class CommandCodec
{
    private static CommandParts PartsOf(in OrderCommand command)
    {
        CommandParts parts = CommandParts.None;
        parts |= command.SessionSequence != 0 ? CommandParts.SessionSequence : CommandParts.None;
        parts |= command.ClientOrderId.Length != 0 ? CommandParts.ClientId : CommandParts.None;
        parts |= command.OriginalClientOrderId.Length != 0 ? CommandParts.OriginalId : CommandParts.None;
        ref readonly OrderAttributes attributes = ref command.Attributes;
        long any = attributes.StopPrice.Ticks |
            attributes.OffsetTicks | attributes.DisplayQuantity.Lots | attributes.MinimumQuantity.Lots | attributes.ExpireTimeNs;
        if (any == 0)
        {
            return parts;
        }

        parts |= attributes.StopPrice.Ticks != 0 ? CommandParts.StopPrice : CommandParts.None;
        parts |= attributes.OffsetTicks != 0 ? CommandParts.Offset : CommandParts.None;
        parts |= attributes.DisplayQuantity.Lots != 0 ? CommandParts.Display : CommandParts.None;
        parts |= attributes.MinimumQuantity.Lots != 0 ? CommandParts.Minimum : CommandParts.None;
        return parts | (attributes.ExpireTimeNs != 0 ? CommandParts.ExpireTime : CommandParts.None);
    }

    private static int EncodeRest(in OrderCommand command, CommandParts parts, Span<byte> target)
    {
        int at = 0;
        Write(parts, CommandParts.SessionSequence, command.SessionSequence, target, ref at);
        if ((parts & ~(CommandParts.SessionSequence | CommandParts.ClientId | CommandParts.OriginalId)) != 0)
        {
            Write(parts, CommandParts.StopPrice, command.Attributes.StopPrice.Ticks, target, ref at);
            Write(parts, CommandParts.Offset, command.Attributes.OffsetTicks, target, ref at);
            Write(parts, CommandParts.Display, command.Attributes.DisplayQuantity.Lots, target, ref at);
            Write(parts, CommandParts.Minimum, command.Attributes.MinimumQuantity.Lots, target, ref at);
            Write(parts, CommandParts.ExpireTime, command.Attributes.ExpireTimeNs, target, ref at);
        }

        Write(parts, CommandParts.ClientId, in command.ClientOrderId, target, ref at);
        Write(parts, CommandParts.OriginalId, in command.OriginalClientOrderId, target, ref at);
        return at;
    }

    private static void Write(CommandParts parts, CommandParts field, long value, Span<byte> target, ref int at)
    {
        if ((parts & field) != 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(target[at..], value);
            at += sizeof(long);
        }
    }

    private static void Write(CommandParts parts, CommandParts field, in ClientOrderId id, Span<byte> target, ref int at)
    {
        if ((parts & field) != 0)
        {
            // The length byte and the id, as they lie in the id itself.
            ReadOnlySpan<byte> bytes = ((ReadOnlySpan<byte>)id)[..(1 + id.Length)];
            bytes.CopyTo(target[at..]);
            at += bytes.Length;
        }
    }

    // Everything behind the plain part is announced and is there, and nothing else is.
    private static CodecStatus CheckRest(ReadOnlySpan<byte> rest, CommandParts parts)
    {
        if ((parts & ~CommandParts.All) != 0)
        {
            return CodecStatus.BadValue;
        }

        for (int words = BitOperations.PopCount((uint)(parts & CommandParts.Words)); words > 0; words--)
        {
            if (rest.Length < sizeof(long))
            {
                return CodecStatus.WrongLength;
            }

            // One that is announced is not 0: it would have two encodings.
            if (BinaryPrimitives.ReadInt64LittleEndian(rest) == 0)
            {
                return CodecStatus.BadValue;
            }

            rest = rest[sizeof(long)..];
        }

        CodecStatus status = CheckId(parts & CommandParts.ClientId, ref rest);
        status = status == CodecStatus.Ok ? CheckId(parts & CommandParts.OriginalId, ref rest) : status;
        return status == CodecStatus.Ok && !rest.IsEmpty ? CodecStatus.WrongLength : status;
    }

    private static CodecStatus CheckId(CommandParts announced, ref ReadOnlySpan<byte> rest)
    {
        if (announced == CommandParts.None)
        {
            return CodecStatus.Ok;
        }

        int length = rest.IsEmpty ? 0 : rest[0];
        if (rest.Length < 1 + length)
        {
            return CodecStatus.WrongLength;
        }

        rest = rest[(1 + length)..];
        return length is > 0 and <= ClientOrderId.LengthMax ? CodecStatus.Ok : CodecStatus.BadValue;
    }
}
