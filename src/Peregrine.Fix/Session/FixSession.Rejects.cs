using System.Text;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Session;

/// <summary>Rejects at the session level.</summary>
public sealed partial class FixSession
{
    private static readonly string TooManyFields = $"more than {FixIndex.FieldsMax} fields: send fewer in a message";

    private void SendReject(in FixMessage message, long sequence, FixFault fault, int refTag, string? text = null)
    {
        Counters.Rejected++;
        FixWriter reject = Begin("3"u8);
        reject.Add(Messages.Tag.RefSeqNum, sequence);
        if (refTag != FixIndex.NoTag)
        {
            reject.Add(Messages.Tag.RefTagId, refTag);
        }

        if (message.MsgType.Length is > 0 and <= ReferenceBytesMax)
        {
            reject.Add(Messages.Tag.RefMsgType, message.MsgType);
        }

        reject.Add(Messages.Tag.SessionRejectReason, (int)fault);
        reject.Add(Messages.Tag.Text, Encoding.ASCII.GetBytes(text ?? TextOf(fault)));
        _ = TrySendSession(ref reject);
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
        FixFault.TagOutOfOrder => "Tag specified out of required order",
        FixFault.Other => TooManyFields,
        _ => "Incorrect NumInGroup count for repeating group",
    };
}
