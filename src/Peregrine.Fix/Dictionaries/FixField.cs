using System.Text;

namespace Peregrine.Fix.Dictionaries;

/// <summary>A value that a field may have.</summary>
/// <param name="Value">As it stands in a message.</param>
/// <param name="Name">Its name; empty when the dictionary has none.</param>
public readonly record struct FixValue(string Value, string Name);

/// <summary>A field of a dictionary.</summary>
public sealed class FixField
{
    private readonly byte[][] _values;

    // Values of one character, as bits: nearly all enumerations have no others.
    private readonly ulong _lowLetters;
    private readonly ulong _highLetters;

    internal FixField(int tag, string name, FixType type, IReadOnlyList<FixValue> values)
    {
        (Tag, Name, Type, Values) = (tag, name, type, values);
        _values = [.. values.Select(value => Encoding.ASCII.GetBytes(value.Value))];
        foreach (byte[] value in _values.Where(value => value.Length == 1 && value[0] < 128))
        {
            _lowLetters |= value[0] < 64 ? 1UL << value[0] : 0;
            _highLetters |= value[0] < 64 ? 0 : 1UL << (value[0] - 64);
        }
    }

    /// <summary>Its values of one letter, a bit for each.</summary>
    internal (ulong Low, ulong High) Letters => (_lowLetters, _highLetters);

    /// <summary>Its number.</summary>
    public int Tag { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What its value must look like.</summary>
    public FixType Type { get; }

    /// <summary>The values that it may have; none for any.</summary>
    public IReadOnlyList<FixValue> Values { get; }

    /// <summary>Whether a value is one of its values; always, when it may have any. Of several with a space between two, each must be.</summary>
    public bool Allows(ReadOnlySpan<byte> value)
    {
        if (_values.Length == 0)
        {
            return true;
        }

        if (Type != FixType.Multiple)
        {
            return AllowsOne(value);
        }

        while (true)
        {
            int end = value.IndexOf((byte)' ');
            if (!AllowsOne(end < 0 ? value : value[..end]))
            {
                return false;
            }

            if (end < 0)
            {
                return true;
            }

            value = value[(end + 1)..];
        }
    }

    /// <summary>The name of a value; empty when it has none.</summary>
    public string NameOf(ReadOnlySpan<byte> value)
    {
        for (int index = 0; index < _values.Length; index++)
        {
            if (value.SequenceEqual(_values[index]))
            {
                return Values[index].Name;
            }
        }

        return "";
    }

    private bool AllowsOne(ReadOnlySpan<byte> value)
    {
        if (value.Length == 1)
        {
            int letter = value[0];
            return ((letter < 64 ? _lowLetters >> letter : letter < 128 ? _highLetters >> (letter - 64) : 0) & 1) != 0;
        }

        foreach (byte[] allowed in _values)
        {
            if (value.SequenceEqual(allowed))
            {
                return true;
            }
        }

        return false;
    }
}
