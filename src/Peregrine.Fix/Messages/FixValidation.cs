namespace Peregrine.Fix.Messages;

/// <summary>What of a dictionary a message need not keep to. Everything is checked unless it is switched off here.</summary>
public sealed record FixValidation
{
    /// <summary>Everything is checked; tags that two parties agree on are let through where the dictionary does not have them.</summary>
    public static FixValidation Default { get; } = new();

    /// <summary>Tags from 5000 on that the dictionary does not have are let through. Default true.</summary>
    public bool AllowUserDefinedTags { get; init; } = true;

    /// <summary>Tags that the dictionary does not have, or not in this type of message, are let through. Default false.</summary>
    public bool AllowUnknownTags { get; init; }

    /// <summary>Fields of header, body and trailer may stand anywhere. Default false.</summary>
    public bool AllowAnyOrder { get; init; }

    /// <summary>Fields without a value are let through. Default false.</summary>
    public bool AllowEmptyFields { get; init; }

    /// <summary>Values that the dictionary does not list are let through. Default false.</summary>
    public bool AllowOtherValues { get; init; }

    /// <summary>Required fields may be missing. Default false.</summary>
    public bool AllowMissingFields { get; init; }
}
