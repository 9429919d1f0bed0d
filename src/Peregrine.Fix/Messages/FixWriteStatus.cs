namespace Peregrine.Fix.Messages;

/// <summary>Whether a message was written as its type has it; the first thing that is wrong is told, with its tag.</summary>
public enum FixWriteStatus : byte
{
    /// <summary>It was.</summary>
    Ok = 0,

    /// <summary>The buffer is too small, or the body longer than 999,999 bytes.</summary>
    Full = 1,

    /// <summary>A required field was not written; for one of a group's entry the same.</summary>
    FieldMissing = 2,

    /// <summary>A field was written twice.</summary>
    FieldTwice = 3,

    /// <summary>A field of the header was written behind one of the body, or one of the body behind one of the trailer.</summary>
    OutOfOrder = 4,

    /// <summary>A group was begun and not ended before the next field of what it is in; the tag is the group's count.</summary>
    GroupOpen = 5,

    /// <summary>A group has another number of entries than it was begun with (the tag is its count), or a field is outside of its entries.</summary>
    GroupCount = 6,

    /// <summary>A value that no message can have: text that is empty or has a separator in it, a number of more than 18 digits.</summary>
    BadValue = 7,
}
