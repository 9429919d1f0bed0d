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
        Span<byte> link = stackalloc byte[ChainLink.Bytes];
        before.Write(link);
        _hash.AppendData(link);
        _hash.AppendData(batch);
        bool isWhole = _hash.TryGetHashAndReset(link, out int written);
        Check.That(isWhole && written == ChainLink.Bytes, "SHA-256 has 32 bytes");
        return ChainLink.Read(link);
    }

    public void Dispose() => _hash.Dispose();
}
