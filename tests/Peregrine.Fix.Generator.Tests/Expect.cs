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
        Same(node, tag, Encoding.Latin1.GetString(Meant.Bytes(node, tag)), Encoding.Latin1.GetString(value));

    public static void Long(MessageNode node, int tag, long value) => Same(node, tag, Meant.Long(node, tag), value);

    public static void Letter(MessageNode node, int tag, char value) => Same(node, tag, Meant.Letter(node, tag), value);

    public static void Flag(MessageNode node, int tag, bool value) => Same(node, tag, Meant.Flag(node, tag), value);

    public static void Decimal(MessageNode node, int tag, FixDecimal value)
    {
        Same(node, tag, decimal.Parse(node.Value(tag), CultureInfo.InvariantCulture), value.ToDecimal());
        Same(node, tag, value.ToDecimal(), decimal.Parse(value.ToString(), CultureInfo.InvariantCulture));
    }

    public static void Date(MessageNode node, int tag, DateOnly value) => Same(node, tag, node.Value(tag), $"{value:yyyyMMdd}");

    public static void TimeOfDay(MessageNode node, int tag, long ns) => Same(node, tag, Meant.TimeOfDay(node, tag), ns);

    public static void Timestamp(MessageNode node, int tag, long unixNs) => Same(node, tag, Meant.Timestamp(node, tag), unixNs);

    private static void Same<T>(MessageNode node, int tag, T expected, T found) =>
        Assert.True(EqualityComparer<T>.Default.Equals(expected, found), $"tag {tag}={node.Value(tag)}: expected {expected}, found {found}");
}
