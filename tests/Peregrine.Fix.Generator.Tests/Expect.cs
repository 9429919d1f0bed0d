using System.Globalization;
using System.Text;
using Peregrine.Fix.Views;

namespace Peregrine.Fix.Generator.Tests;

/// <summary>Holds what a view says to what was meant, by another reader of each type. Called by sources that tests write.</summary>
public static class Expect
{
    public static void Has(MessageNode node, int tag, bool has) => Assert.True(node.Has(tag) == has, $"Has of {tag}: {has}");

    public static void Nothing(int tag, ReadOnlySpan<byte> value) => Assert.True(value.IsEmpty, $"tag {tag} is not there, and has a value");

    public static void Count(MessageNode node, int tag, int count) => Assert.True(node.Count(tag) == count, $"entries of {tag}: {count}");

    public static void Bytes(MessageNode node, int tag, ReadOnlySpan<byte> value) =>
        Same(node, tag, node.Value(tag).Replace('|', '\u0001'), Encoding.Latin1.GetString(value));

    public static void Long(MessageNode node, int tag, long value) =>
        Same(node, tag, long.Parse(node.Value(tag), CultureInfo.InvariantCulture), value);

    public static void Letter(MessageNode node, int tag, char value) => Same(node, tag, node.Value(tag)[0], value);

    public static void Flag(MessageNode node, int tag, bool value) => Same(node, tag, node.Value(tag) == "Y", value);

    public static void Decimal(MessageNode node, int tag, FixDecimal value)
    {
        Same(node, tag, decimal.Parse(node.Value(tag), CultureInfo.InvariantCulture), value.ToDecimal());
        Same(node, tag, value.ToDecimal(), decimal.Parse(value.ToString(), CultureInfo.InvariantCulture));
    }

    public static void Date(MessageNode node, int tag, DateOnly value) => Same(node, tag, node.Value(tag), $"{value:yyyyMMdd}");

    public static void TimeOfDay(MessageNode node, int tag, long ns) => Same(node, tag, Nanoseconds(node.Value(tag)), ns);

    public static void Timestamp(MessageNode node, int tag, long unixNs)
    {
        string text = node.Value(tag);
        long days = DateOnly.ParseExact(text[..8], "yyyyMMdd", CultureInfo.InvariantCulture).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
        Same(node, tag, (days * 86_400_000_000_000) + Nanoseconds(text[9..]), unixNs);
    }

    // HH:MM:SS.fffffffff
    private static long Nanoseconds(string time)
    {
        long seconds = (long)TimeSpan.ParseExact(time[..8], @"hh\:mm\:ss", CultureInfo.InvariantCulture).TotalSeconds;
        return (seconds * 1_000_000_000) + (time.Length == 8 ? 0 : long.Parse(time[9..].PadRight(9, '0'), CultureInfo.InvariantCulture));
    }

    private static void Same<T>(MessageNode node, int tag, T expected, T found) =>
        Assert.True(EqualityComparer<T>.Default.Equals(expected, found), $"tag {tag}={node.Value(tag)}: expected {expected}, found {found}");
}
