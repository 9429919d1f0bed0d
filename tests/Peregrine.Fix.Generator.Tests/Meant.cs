using System.Globalization;
using System.Text;
using Peregrine.Fix.Views;

namespace Peregrine.Fix.Generator.Tests;

/// <summary>The values of a message as they were meant, by a reader of .NET's own. Called by sources that tests write.</summary>
public static class Meant
{
    public static byte[] Bytes(MessageNode node, int tag) => Encoding.Latin1.GetBytes(node.Value(tag).Replace('|', '\u0001'));

    public static long Long(MessageNode node, int tag) => long.Parse(node.Value(tag), CultureInfo.InvariantCulture);

    public static char Letter(MessageNode node, int tag) => node.Value(tag)[0];

    public static bool Flag(MessageNode node, int tag) => node.Value(tag) == "Y";

    public static FixDecimal Decimal(MessageNode node, int tag)
    {
        string text = node.Value(tag);
        int point = text.IndexOf('.', StringComparison.Ordinal);
        return new FixDecimal(long.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture),
            point < 0 ? 0 : text.Length - point - 1);
    }

    public static DateOnly Date(MessageNode node, int tag) => DateOnly.ParseExact(node.Value(tag), "yyyyMMdd", CultureInfo.InvariantCulture);

    public static long TimeOfDay(MessageNode node, int tag) => Nanoseconds(node.Value(tag));

    public static long Timestamp(MessageNode node, int tag)
    {
        string text = node.Value(tag);
        long days = DateOnly.ParseExact(text[..8], "yyyyMMdd", CultureInfo.InvariantCulture).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
        return (days * 86_400_000_000_000) + Nanoseconds(text[9..]);
    }

    // HH:MM:SS.fffffffff
    private static long Nanoseconds(string time)
    {
        long seconds = (long)TimeSpan.ParseExact(time[..8], @"hh\:mm\:ss", CultureInfo.InvariantCulture).TotalSeconds;
        return (seconds * 1_000_000_000) + (time.Length == 8 ? 0 : long.Parse(time[9..].PadRight(9, '0'), CultureInfo.InvariantCulture));
    }
}
