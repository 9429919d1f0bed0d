using System.Text;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Session;

/// <summary>Rejects: by the session, and by its application.</summary>
public sealed partial class FixSession
{
    // A longer name of a firm or a desk is not repeated.
    private const int RouteBytesMax = 64;

    private static readonly string TooDeep = $"groups more than {FixValidator.GroupsMax} deep inside of each other: send them flatter";
    private static readonly string TooManyFields = $"more than {FixIndex.FieldsMax} fields: send fewer in a message";

    /// <summary>Refuses an application message for a reason of the application's: BusinessMessageReject.</summary>
    /// <remarks>Before FIX 4.2 there is none: a Reject says it, with the text alone.</remarks>
    /// <param name="message">The message refused.</param>
    /// <param name="reason">BusinessRejectReason (380); one that the version does not have is told as 0, other.</param>
    /// <param name="refId">The message's own id, such as its ClOrdID; left out when empty or longer than 256 bytes.</param>
    /// <param name="text">Why, for people; cut after 256 bytes.</param>
    public void RejectBusiness(in FixMessage message, int reason, ReadOnlySpan<byte> refId, ReadOnlySpan<byte> text)
    {
        Counters.Rejected++;
        _ = message.TryGetLong(Messages.Tag.MsgSeqNum, out long sequence);
        if (!_dialect.HasBusinessReject)
        {
            RejectPlainly(message, sequence, text);
            return;
        }

        FixWriter reject = Begin("j"u8);
        AddReverseRoute(message, ref reject);
        reject.Add(Messages.Tag.RefSeqNum, sequence);
        reject.Add(Messages.Tag.RefMsgType, message.MsgType[..Math.Min(message.MsgType.Length, ReferenceBytesMax)]);
        if (refId.Length is > 0 and <= ReferenceBytesMax)
        {
            reject.Add(Messages.Tag.BusinessRejectRefId, refId);
        }

        reject.Add(Messages.Tag.BusinessRejectReason, _dialect.BusinessReasonOf(reason));
        reject.Add(Messages.Tag.Text, text[..Math.Min(text.Length, ReferenceBytesMax)]);
        _ = TrySendSession(ref reject);
    }

    /// <summary>Refuses an application message as one of a type that is not taken here.</summary>
    public void RejectUnsupported(in FixMessage message) =>
        RejectBusiness(message, 3, default, _dialect.HasBusinessReject ? "Unsupported Message Type"u8 : "Unsupported message type"u8);

    private void RejectPlainly(in FixMessage message, long sequence, ReadOnlySpan<byte> text)
    {
        FixWriter reject = Begin("3"u8);
        AddReverseRoute(message, ref reject);
        reject.Add(Messages.Tag.RefSeqNum, sequence);
        reject.Add(Messages.Tag.Text, text[..Math.Min(text.Length, ReferenceBytesMax)]);
        _ = TrySendSession(ref reject);
    }

    private void SendReject(in FixMessage message, long sequence, FixFault fault, int refTag, string? text = null)
    {
        Counters.Rejected++;
        FixWriter reject = Begin("3"u8);
        AddReverseRoute(message, ref reject);
        reject.Add(Messages.Tag.RefSeqNum, sequence);
        if (refTag != FixIndex.NoTag && _dialect.RejectHas(Messages.Tag.RefTagId))
        {
            reject.Add(Messages.Tag.RefTagId, refTag);
        }

        if (message.MsgType.Length is > 0 and <= ReferenceBytesMax && _dialect.RejectHas(Messages.Tag.RefMsgType))
        {
            reject.Add(Messages.Tag.RefMsgType, message.MsgType);
        }

        if (_dialect.HasReason(fault))
        {
            reject.Add(Messages.Tag.SessionRejectReason, (int)fault);
        }

        reject.Add(Messages.Tag.Text, Encoding.ASCII.GetBytes(text ?? TextOf(fault)));
        _ = TrySendSession(ref reject);
    }

    // A refusal goes back the way that the message came.
    private void AddReverseRoute(in FixMessage message, ref FixWriter reject)
    {
        AddRoute(message, ref reject, from: 115, to: 128);
        AddRoute(message, ref reject, from: 116, to: 129);
        AddRoute(message, ref reject, from: 144, to: 145);
        AddRoute(message, ref reject, from: 128, to: 115);
        AddRoute(message, ref reject, from: 129, to: 116);
        AddRoute(message, ref reject, from: 145, to: 144);
    }

    private void AddRoute(in FixMessage message, ref FixWriter reject, int from, int to)
    {
        if (message.TryGet(from, out ReadOnlySpan<byte> value) && value.Length is > 0 and <= RouteBytesMax && _dialect.Dictionary.Header.Has(to))
        {
            reject.Add(to, value);
        }
    }

    private static string TextOf(FixFault fault) => fault switch
    {
        FixFault.InvalidTagNumber => "Invalid tag number",
        FixFault.RequiredTagMissing => "Required tag missing",
        FixFault.TagNotDefinedForMessage => "Tag not defined for this message type",
        FixFault.UndefinedTag => "Undefined tag",
        FixFault.TagWithoutValue => "Tag specified without a value",
        FixFault.ValueIncorrect => "Value is incorrect (out of range) for this tag",
        FixFault.IncorrectDataFormat => "Incorrect data format for value",
        FixFault.CompIdProblem => "CompID problem",
        FixFault.SendingTimeProblem => "SendingTime accuracy problem",
        FixFault.InvalidMsgType => "Invalid MsgType",
        FixFault.TagAppearsMoreThanOnce => "Tag appears more than once",
        FixFault.GroupOutOfOrder => "Repeating group fields out of order",
        FixFault.TagOutOfOrder => "Tag specified out of required order",
        FixFault.Other => TooDeep,
        _ => "Incorrect NumInGroup count for repeating group",
    };
}
