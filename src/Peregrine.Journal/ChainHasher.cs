using System.Security.Cryptography;

namespace Peregrine.Journal;

/// <summary>Makes the links of the hash chain.</summary>
/// <remarks>Thread: one at a time. Allocates: only when made.</remarks>
internal sealed class ChainHasher : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The link after a batch.</summary>
    public ChainLink Next(in ChainLink before, ReadOnlySpan<byte> batch)
    {
        Start(before);
        return Finish(batch);
    }

    /// <summary>Starts on a link whose batch comes in parts.</summary>
    public void Start(in ChainLink before)
    {
        Span<byte> link = stackalloc byte[ChainLink.Bytes];
        before.Write(link);
        _hash.AppendData(link);
    }

    /// <summary>Adds a part of the batch.</summary>
    public void Append(ReadOnlySpan<byte> part) => _hash.AppendData(part);

    /// <summary>Adds the last part and gives the link.</summary>
    public ChainLink Finish(ReadOnlySpan<byte> last)
    {
        Span<byte> link = stackalloc byte[ChainLink.Bytes];
        _hash.AppendData(last);
        bool isWhole = _hash.TryGetHashAndReset(link, out int written);
        Check.That(isWhole && written == ChainLink.Bytes, "SHA-256 has 32 bytes");
        Invariant.That(!ChainLink.Read(link).IsZero, "no batch has the link of none");
        return ChainLink.Read(link);
    }

    public void Dispose() => _hash.Dispose();
}
