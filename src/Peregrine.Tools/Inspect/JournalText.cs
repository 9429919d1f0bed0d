using System.Globalization;
using System.Text;
using Peregrine.Trading.Orders;

namespace Peregrine.Tools.Inspect;

/// <summary>How values of a journal are written for people and for other programs.</summary>
internal static class JournalText
{
    /// <summary>UTC to the nanosecond: 2026-01-02T03:04:05.000000006Z.</summary>
    public static string Time(long unixNs)
    {
        (long seconds, long rest) = Math.DivRem(unixNs, 1_000_000_000);
        (seconds, rest) = rest < 0 ? (seconds - 1, rest + 1_000_000_000) : (seconds, rest);
        DateTime second = DateTime.UnixEpoch.AddSeconds(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{second:yyyy-MM-ddTHH:mm:ss}.{rest:D9}Z");
    }

    /// <summary>An enum's value as one word in lower case; null for 0, which stands for none.</summary>
    public static string? Word<T>(T value)
        where T : struct, Enum => Words<T>.Of(value);

    /// <summary>What is set of an enum of flags, in lower case with | between; null for none.</summary>
    public static string? Set<T>(byte value)
        where T : struct, Enum => Sets<T>.All[value];

    /// <summary>A client's id: its bytes as ASCII, a byte that is not printable and a backslash as \xNN. Null for none.</summary>
    /// <param name="alsoEscaped">Further characters to write as \xNN.</param>
    public static string? Id(in ClientOrderId id, string alsoEscaped = "")
    {
        ReadOnlySpan<byte> bytes = id.Span;
        if (bytes.IsEmpty)
        {
            return null;
        }

        StringBuilder? text = null;
        for (int index = 0; index < bytes.Length; index++)
        {
            byte value = bytes[index];
            bool isPlain = value is >= 0x20 and < 0x7f and not (byte)'\\' && !alsoEscaped.Contains((char)value, StringComparison.Ordinal);
            if (!isPlain)
            {
                text ??= new StringBuilder(Encoding.ASCII.GetString(bytes[..index]));
                _ = text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
            }
            else
            {
                _ = text?.Append((char)value);
            }
        }

        return text?.ToString() ?? Encoding.ASCII.GetString(bytes);
    }

    private static class Sets<T>
        where T : struct, Enum
    {
        public static readonly string?[] All =
            [null, .. Enumerable.Range(1, byte.MaxValue)
            .Select(value => Enum.ToObject(typeof(T), value).ToString()!.ToLowerInvariant().Replace(", ", "|", StringComparison.Ordinal))];
    }

    // Made once for each enum: an export asks for millions of them.
    private static class Words<T>
        where T : struct, Enum
    {
        private static readonly Dictionary<T, string?> Known = Enum.GetValues<T>().ToDictionary(value => value, Make);

        public static string? Of(T value) => Known.TryGetValue(value, out string? word) ? word : Make(value);

        private static string? Make(T value) => Convert.ToInt32(value, CultureInfo.InvariantCulture) == 0
            ? null
            : value.ToString().ToLowerInvariant();
    }
}
