using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Peregrine.Configuration;

/// <summary>Reads values out of a configuration, notes every error with its path, and knows which keys there are.</summary>
internal sealed class OptionReader(IConfiguration configuration)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every error so far: path, value, what was expected.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Every key that was asked for, list positions as *.</summary>
    public IReadOnlyCollection<string> KnownKeys => _known;

    /// <summary>How a person writes the path: a:1:b is a[1].b.</summary>
    public static string Display(string path)
    {
        string[] parts = path.Split(':');
        string text = parts[0];
        foreach (string part in parts.Skip(1))
        {
            text += int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? $"[{part}]" : $".{part}";
        }

        return text;
    }

    public string Text(string path, string fallback, int lengthMax = 4096)
    {
        string value = Value(path) ?? fallback;
        if (value.Length == 0 || value.Length > lengthMax)
        {
            Error(path, value, $"1 to {lengthMax} characters");
        }

        return value;
    }

    /// <summary>A name that stands in messages and file names.</summary>
    public string Name(string path, string? fallback, int lengthMax)
    {
        string value = Value(path) ?? fallback ?? "";
        if (value.Length == 0 || value.Length > lengthMax || value.Any(character => character is <= ' ' or > '~' or '/' or '\\' or '=') || value.StartsWith('.'))
        {
            Error(path, value, $"a name of 1 to {lengthMax} printable ASCII characters without spaces, '/', '\\' or '='");
        }

        return value;
    }

    public int Int(string path, int fallback, int min, int max) => (int)Long(path, fallback, min, max);

    public long Long(string path, long fallback, long min, long max)
    {
        string? value = Value(path);
        if (value is null)
        {
            return fallback;
        }

        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) || number < min || number > max)
        {
            Error(path, value, string.Create(CultureInfo.InvariantCulture, $"a whole number, {min} to {max}"));
            return fallback;
        }

        return number;
    }

    public bool Bool(string path, bool fallback)
    {
        string? value = Value(path);
        if (value is null)
        {
            return fallback;
        }

        if (!bool.TryParse(value, out bool flag))
        {
            Error(path, value, "true or false");
        }

        return flag;
    }

    /// <summary>A decimal in units of 10^-decimals, such as 0.25 with 2 decimals: 25.</summary>
    public long Decimal(string path, string fallback, int decimals, long min)
    {
        string value = Value(path) ?? fallback;
        decimal scale = (decimal)Math.Pow(10, decimals);
        bool ok = decimal.TryParse(value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal number)
            && Math.Abs(number) < 1_000_000_000_000m && number * scale == decimal.Truncate(number * scale) && number * scale >= min && number * scale < long.MaxValue;
        if (!ok)
        {
            Error(path, value, string.Create(CultureInfo.InvariantCulture, $"a decimal of at least {min / scale} with at most {decimals} decimals"));
            return Math.Max(min, 1);
        }

        return (long)(number * scale);
    }

    public T Choice<T>(string path, T fallback, params (string Word, T Value)[] choices)
    {
        string? value = Value(path);
        if (value is null)
        {
            return fallback;
        }

        foreach ((string word, T choice) in choices)
        {
            if (word == value)
            {
                return choice;
            }
        }

        Error(path, value, string.Join(", ", choices.Select(choice => choice.Word)));
        return fallback;
    }

    /// <summary>The paths of a list's entries; empty when it is not configured.</summary>
    public IReadOnlyList<string> List(string path)
    {
        _ = _known.Add(Pattern(path));
        return [.. configuration.GetSection(path).GetChildren().Select(entry => entry.Path)];
    }

    public void Error(string path, string value, string expected) => Errors.Add($"{Display(path)}: '{value}', expected {expected}");

    /// <summary>Notes every configured key that nobody asked for.</summary>
    public void RefuseUnknown()
    {
        foreach ((string path, string? value) in configuration.AsEnumerable())
        {
            string pattern = Pattern(path);
            bool isSection = value is null or "" && _known.Any(known => known.StartsWith(pattern + ":", StringComparison.OrdinalIgnoreCase));
            if (isSection || _known.Contains(pattern))
            {
                continue;
            }

            string last = pattern.Split(':')[^1];
            string? near = _known.Select(known => known.Split(':')[^1]).FirstOrDefault(name => IsNear(name, last));
            Errors.Add($"{Display(path)}: unknown key{(near is null ? "" : $", did you mean '{near}'?")}");
        }
    }

    private static bool IsNear(string name, string given) =>
        name.Contains(given, StringComparison.OrdinalIgnoreCase) || given.Contains(name, StringComparison.OrdinalIgnoreCase)
        || name.Order().SequenceEqual(given.Order()) || name.Zip(given).Count(pair => pair.First != pair.Second) + Math.Abs(name.Length - given.Length) <= 2;

    private string? Value(string path)
    {
        _ = _known.Add(Pattern(path));
        return configuration[path];
    }

    private static string Pattern(string path) =>
        string.Join(':', path.Split(':').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? "*" : part));
}
