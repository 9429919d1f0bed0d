using Peregrine.Primitives;

namespace Peregrine.Testing;

/// <summary>Saved state that lies in memory.</summary>
internal sealed class SavedBytes(ReadOnlyMemory<byte> bytes) : IStateSource
{
    private int _at;

    public void ReadExactly(Span<byte> target)
    {
        bytes.Span.Slice(_at, target.Length).CopyTo(target);
        _at += target.Length;
    }
}
