namespace Peregrine.Fix.Views;

/// <summary>Whether a typed view was made of a message.</summary>
public enum FixViewStatus : byte
{
    /// <summary>It was.</summary>
    Ok = 0,

    /// <summary>The message is of another type.</summary>
    OtherType = 1,

    /// <summary>The frame is not the one that was indexed, or not as long as its BodyLength says.</summary>
    FrameMismatch = 2,

    /// <summary>A field is there twice outside of a group: the message was not validated.</summary>
    FieldTwice = 3,

    /// <summary>A group has more or fewer entries than its count says, or begins with another field: the message was not validated.</summary>
    GroupBroken = 4,

    /// <summary>It has more than <see cref="FixShape.PlacesMax"/> fields.</summary>
    TooLong = 5,
}
