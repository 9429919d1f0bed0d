using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace Peregrine.Trading.Orders;

/// <summary>
/// A client's own id of an order (FIX ClOrdID) held in place: 1 length byte and up to <see cref="LengthMax"/> bytes,
/// the rest zero, so that equal ids are equal bytes. 48 bytes.
/// </summary>
[InlineArray(Size)]
public struct ClientOrderId : IEquatable<ClientOrderId>
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 48;

    /// <summary>The longest id, in bytes; a UUID has 36.</summary>
    public const int LengthMax = Size - 1;

    private byte _first;

    /// <summary>Length in bytes; 0 is no id.</summary>
    public readonly int Length => this[0];

    /// <summary>The id's bytes, where they lie.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Span => ((ReadOnlySpan<byte>)this).Slice(1, this[0]);

    /// <summary>Copies an id in.</summary>
    /// <returns>False, and an empty id, when it is empty or longer than <see cref="LengthMax"/>.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> text, out ClientOrderId id)
    {
        id = default;
        if (text.Length is 0 or > LengthMax)
        {
            return false;
        }

        Span<byte> bytes = id;
        bytes[0] = (byte)text.Length;
        text.CopyTo(bytes[1..]);
        return true;
    }

    /// <summary>Makes an id of ASCII text; for tests and tools.</summary>
    public static ClientOrderId From(string text) => TryCreate(Encoding.ASCII.GetBytes(text), out ClientOrderId id)
        ? id
        : throw new ArgumentException($"client order id '{text}' has {text.Length} characters, expected 1 to {LengthMax}", nameof(text));

    /// <inheritdoc/>
    public readonly bool Equals(ClientOrderId other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is ClientOrderId other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override readonly string ToString() => Encoding.ASCII.GetString(Span);

    public static bool operator ==(ClientOrderId left, ClientOrderId right) => left.Equals(right);

    public static bool operator !=(ClientOrderId left, ClientOrderId right) => !left.Equals(right);
}
