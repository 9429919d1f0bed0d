namespace Peregrine.Fix.Messages;

/// <summary>Why a message is refused at the session level: the values of SessionRejectReason (373).</summary>
public enum FixFault : sbyte
{
    None = -1,
    InvalidTagNumber = 0,
    RequiredTagMissing = 1,
    TagNotDefinedForMessage = 2,
    UndefinedTag = 3,
    TagWithoutValue = 4,
    ValueIncorrect = 5,
    IncorrectDataFormat = 6,
    CompIdProblem = 9,
    SendingTimeProblem = 10,
    InvalidMsgType = 11,
    TagAppearsMoreThanOnce = 13,
    TagOutOfOrder = 14,
    IncorrectGroupCount = 16,

    /// <summary>A bound of ours, which the text names.</summary>
    Other = 99,
}

/// <summary>Holds a message against the dictionary.</summary>
/// <remarks>Pure. Allocates: no. Work: one pass over the fields, and one over the required ones.</remarks>
public static class FixValidator
{
    /// <summary>Checks everything that the dictionary says about the message's type.</summary>
    /// <param name="message">Parsed.</param>
    /// <param name="rule">The rule of its type.</param>
    /// <param name="refTag">The field at fault, or 0.</param>
    public static FixFault Validate(in FixMessage message, MessageRule rule, out int refTag)
    {
        ReadOnlySpan<int> tags = message.Tags;
        int section = 0;
        for (int place = 0; place < tags.Length; place++)
        {
            int tag = refTag = tags[place];
            ReadOnlySpan<byte> value = message.Value(place);
            if (value.Length == 0)
            {
                return FixFault.TagWithoutValue;
            }

            // Header, body, trailer: a field of an earlier section may not follow a later one.
            int own = FixDictionary.IsHeader(tag) ? 0 : FixDictionary.IsTrailer(tag) ? 2 : 1;
            if (own < section)
            {
                return FixFault.TagOutOfOrder;
            }

            section = own;
            if (own == 1 && !rule.Allows(tag))
            {
                return !FixDictionary.IsDefined(tag) ? FixFault.InvalidTagNumber : FixFault.TagNotDefinedForMessage;
            }

            if (!FixDictionary.IsInGroup(tag) && tags[..place].Contains(tag))
            {
                return FixFault.TagAppearsMoreThanOnce;
            }

            FixFault fault = ValidateValue(message, tag, value);
            if (fault != FixFault.None)
            {
                return fault;
            }
        }

        return ValidateRequired(tags, rule, out refTag);
    }

    private static FixFault ValidateRequired(ReadOnlySpan<int> tags, MessageRule rule, out int refTag)
    {
        ReadOnlySpan<int> header = [Tag.SenderCompId, Tag.TargetCompId, Tag.MsgSeqNum, Tag.SendingTime];
        foreach (int tag in header)
        {
            if (!tags.Contains(tag))
            {
                refTag = tag;
                return FixFault.RequiredTagMissing;
            }
        }

        foreach (int tag in rule.Required)
        {
            if (!tags.Contains(tag))
            {
                refTag = tag;
                return FixFault.RequiredTagMissing;
            }
        }

        refTag = 0;
        return FixFault.None;
    }

    private static FixFault ValidateValue(in FixMessage message, int tag, ReadOnlySpan<byte> value)
    {
        bool isFormat = FixDictionary.TypeOf(tag) switch
        {
            FixType.Int => FixText.TryInt(value, out _),
            FixType.Length or FixType.SeqNum => FixText.TryLong(value, out long number) && number >= 0,
            FixType.Decimal => FixText.TryDecimal(value, out _, out _),
            FixType.Boolean => value.Length == 1 && value[0] is (byte)'Y' or (byte)'N',
            FixType.Character => value.Length == 1,
            FixType.Timestamp => FixText.TryTimestamp(value, out _),
            FixType.Date => value.Length == 8 && FixText.TryDigits(value, out _),
            _ => true,
        };
        if (!isFormat)
        {
            return FixFault.IncorrectDataFormat;
        }

        ReadOnlySpan<byte> values = FixDictionary.ValuesOf(tag);
        if (values.Length > 0 && (value.Length != 1 || !values.Contains(value[0])))
        {
            return FixFault.ValueIncorrect;
        }

        int first = FixDictionary.GroupFirst(tag);
        return first > 0 && FixText.TryInt(value, out int count) && count != message.Tags.Count(first) ? FixFault.IncorrectGroupCount : FixFault.None;
    }
}
