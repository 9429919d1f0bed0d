namespace Peregrine.Samples;

/// <summary>The 64-bit digest that a server and its subscribers compute of a book, each on its own.</summary>
/// <remarks>
/// Layout: docs/wire/marketdata-v1.md. The order of the words counts. A signed value goes in as its two's complement. Default: no word yet.
/// </remarks>
public struct BookDigest
{
    /// <summary>The digest of the words so far.</summary>
    public ulong Value { get; private set; }

    /// <summary>Adds one word; all arithmetic is modulo 2^64.</summary>
    /// <param name="word">Any value.</param>
    public void Add(ulong word)
    {
        unchecked
        {
            word ^= word >> 33;
            word *= 0xff51afd7ed558ccd;
            word ^= word >> 33;
            word *= 0xc4ceb9fe1a85ec53;
            word ^= word >> 33;
            Value = (Value ^ word) * 0x9e3779b97f4a7c15;
            Value ^= Value >> 29;
        }
    }

    /// <summary>Adds one signed word, as its two's complement.</summary>
    /// <param name="word">Any value.</param>
    public void Add(long word) => Add(unchecked((ulong)word));
}
