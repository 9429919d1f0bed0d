using System.Globalization;
using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Generator.Writing;

/// <summary>What the type of a field is in C#, and how it is read.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Reader">The method of FixRead that reads it.</param>
/// <param name="Unit">What a user is told of the number; empty when nothing.</param>
internal sealed record ValueKind(string Type, string Reader, string Unit)
{
    /// <summary>The underlying type of the field's own enumeration; empty when it has none.</summary>
    public static string EnumOf(FixField field) => field switch
    {
        { Type: FixType.Character, Values.Count: > 0 } => "byte",
        { Type: FixType.Int, Values.Count: > 0 } when field.Values.All(value => IsNumber(value.Value)) => "long",
        _ => "",
    };

    /// <summary>Whether the field has constants instead: its values are texts.</summary>
    public static bool HasConstants(FixField field) => field.Values.Count > 0 && field.Type is FixType.Text or FixType.Multiple;

    /// <summary>The kind of a field.</summary>
    /// <param name="enumeration">Name of its own enumeration, if it has one.</param>
    public static ValueKind Of(FixField field, string enumeration) => field.Type switch
    {
        FixType.Character => new ValueKind(enumeration.Length > 0 ? enumeration : "char", "Letter", ""),
        FixType.Int => new ValueKind(enumeration.Length > 0 ? enumeration : "long", "Long", ""),
        FixType.SeqNum => new ValueKind("long", "Long", ""),
        FixType.Length => new ValueKind("long", "Long", ", bytes"),
        FixType.NumInGroup => new ValueKind("int", "Int", ""),
        FixType.DayOfMonth => new ValueKind("int", "Int", ", 1 to 31"),
        FixType.Decimal => new ValueKind("FixDecimal", "Decimal", ""),
        FixType.Boolean => new ValueKind("bool", "Flag", ""),
        FixType.Timestamp => new ValueKind("long", "Timestamp", ", UTC in Unix nanoseconds"),
        FixType.Time => new ValueKind("long", "TimeOfDay", ", UTC in nanoseconds since midnight"),
        FixType.Date => new ValueKind("DateOnly", "Date", ""),
        _ => new ValueKind("ReadOnlySpan<byte>", "Bytes", ""),
    };

    /// <summary>Whether it is given as it lies there.</summary>
    public bool IsText => Reader == "Bytes";

    private static bool IsNumber(string text) =>
        text.Length <= 18 && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) && text[0] != '+';
}
