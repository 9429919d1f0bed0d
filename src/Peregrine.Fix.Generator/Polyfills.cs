// What newer frameworks have and netstandard2.0 lacks, as far as the sources of dictionaries, which are shared with the library, use it.
using System.Globalization;

namespace System
{
    internal readonly struct Index(int value, bool fromEnd = false)
    {
        public static implicit operator Index(int value) => new(value);

        public int GetOffset(int length) => fromEnd ? length - value : value;
    }

    internal readonly struct Range(Index start, Index end)
    {
        public Index Start { get; } = start;

        public Index End { get; } = end;
    }
}

namespace System.Runtime.CompilerServices
{
    internal static class IsExternalInit;
}

namespace System.Numerics
{
    internal static class BitOperations
    {
        public static uint RoundUpToPowerOf2(uint value)
        {
            uint power = 1;
            while (power < value)
            {
                power <<= 1;
            }

            return power;
        }

        public static int TrailingZeroCount(ulong value)
        {
            int count = 0;
            for (; count < 64 && (value & 1) == 0; count++)
            {
                value >>= 1;
            }

            return count;
        }
    }
}

namespace System.Text
{
    internal static class Ascii
    {
        public static bool Equals(ReadOnlySpan<byte> left, string right)
        {
            if (left.Length != right.Length)
            {
                return false;
            }

            for (int at = 0; at < left.Length; at++)
            {
                if (left[at] != right[at])
                {
                    return false;
                }
            }

            return true;
        }
    }
}

namespace Peregrine.Fix
{
    internal static class Polyfills
    {
        extension(string)
        {
            public static string Create(IFormatProvider provider, FormattableString text) => text.ToString(provider);
        }

        extension(char)
        {
            public static bool IsAsciiLetterOrDigit(char letter) => letter is (>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z');
        }

        public static string[] Split(this string text, char separator, StringSplitOptions options) => text.Split([separator], options);

        public static int IndexOf(this string text, char sought, StringComparison comparison) =>
            text.IndexOf(sought.ToString(CultureInfo.InvariantCulture), comparison);

        public static bool StartsWith(this string text, char letter) => text.Length > 0 && text[0] == letter;

        public static bool TryAdd<TKey, TValue>(this Dictionary<TKey, TValue> map, TKey key, TValue value)
        {
            if (map.ContainsKey(key))
            {
                return false;
            }

            map.Add(key, value);
            return true;
        }

        public static TValue? GetValueOrDefault<TKey, TValue>(this Dictionary<TKey, TValue> map, TKey key) =>
            map.TryGetValue(key, out TValue value) ? value : default;

        public static IEnumerable<T> DistinctBy<T, TKey>(this IEnumerable<T> all, Func<T, TKey> key) => all.GroupBy(key).Select(same => same.First());
    }
}
