namespace Peregrine.Fix.Fast;

/// <summary>When previous values are forgotten, beside templates with reset and calls of Reset: feeds differ.</summary>
public enum FastReset : byte
{
    /// <summary>Never by itself. Feeds that reset with each packet call Reset in front of each.</summary>
    Explicit = 0,

    /// <summary>In front of each message.</summary>
    EachMessage = 1,
}

/// <summary>Limits and habits of a feed, the same for its decoders and encoders.</summary>
/// <remarks>A value outside its range is refused when a decoder or an encoder is made.</remarks>
public sealed record FastOptions
{
    // What one decoder or encoder may have to remember.
    private const int PreviousBytesMax = 1 << 29;

    /// <summary>When previous values are forgotten.</summary>
    public FastReset Reset { get; init; } = FastReset.Explicit;

    /// <summary>Takes numbers, strings and presence maps with more bytes or bits than they need (R6 to R9), as some senders write them.</summary>
    public bool AllowsOverlong { get; init; }

    /// <summary>Encoders write the identifier of the template into each message, also when it is that of the message before.</summary>
    public bool WritesEachTemplateId { get; init; }

    /// <summary>Most elements of a sequence, 0 to 1,048,576.</summary>
    public int SequenceLengthMax { get; init; } = 4_096;

    /// <summary>
    /// Most bytes of a string or byte vector, 1 to 1,048,576; less where the templates have so many strings with previous values that all of them
    /// together would be more than 512 MiB.
    /// </summary>
    public int StringBytesMax { get; init; } = 65_536;

    /// <summary>Most bytes that the strings of a message may have together, what deltas make of few bytes included, 1 to 268,435,456.</summary>
    public int MessageStringBytesMax { get; init; } = 1 << 20;

    /// <summary>Most fields of a message, those of sequences and constants included, 64 to 16,777,216.</summary>
    public int FieldsMax { get; init; } = 1 << 17;

    /// <summary>How deep groups, sequences and templates may stand inside of each other in a message, 1 to 64.</summary>
    public int DepthMax { get; init; } = 32;

    /// <summary>These, when they are in their ranges, with limits that previous values of the templates can be held to.</summary>
    internal FastOptions For(FastTemplates templates)
    {
        Validate();
        return this with { StringBytesMax = Math.Min(StringBytesMax, PreviousBytesMax / Math.Max(1, templates.StringSlots)) };
    }

    private void Validate()
    {
        List<string> faults = [];
        Hold(faults, nameof(SequenceLengthMax), SequenceLengthMax, 0, 1 << 20);
        Hold(faults, nameof(StringBytesMax), StringBytesMax, 1, 1 << 20);
        Hold(faults, nameof(MessageStringBytesMax), MessageStringBytesMax, 1, 1 << 28);
        Hold(faults, nameof(FieldsMax), FieldsMax, 64, 1 << 24);
        Hold(faults, nameof(DepthMax), DepthMax, 1, 64);
        if (Reset is not (FastReset.Explicit or FastReset.EachMessage))
        {
            faults.Add($"{nameof(Reset)}: {(int)Reset} is no {nameof(FastReset)}");
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException($"FAST options: {string.Join("; ", faults)}");
        }
    }

    private static void Hold(List<string> faults, string name, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            faults.Add($"{name}: {value}, expected {min} to {max}");
        }
    }
}
