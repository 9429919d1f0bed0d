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
    GroupOutOfOrder = 15,
    IncorrectGroupCount = 16,

    /// <summary>A bound of ours, which the text names.</summary>
    Other = 99,
}
