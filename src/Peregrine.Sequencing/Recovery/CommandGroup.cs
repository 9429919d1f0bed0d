using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Recovery;

/// <summary>
/// Commands that are under way together in a replay, with their bytes: the journal's are gone when their turn comes. Where a group ends follows
/// from the journal alone (docs/adr/0018-a-window-in-the-sequence.md).
/// </summary>
/// <remarks>Thread: the replay's. Allocates: when it is made.</remarks>
internal sealed class CommandGroup(int window)
{
    private readonly byte[] _bytes = new byte[window * CommandCodec.BytesMax];
    private readonly Entry[] _entries = new Entry[window];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>A command.</summary>
    public CommandView this[int index] =>
        CommandCodec.View(_bytes.AsSpan(index * CommandCodec.BytesMax, _entries[index].Length), _entries[index].Sequence, _entries[index].TimeNs);

    /// <summary>Its keys.</summary>
    public ref readonly CommandKeys KeysOf(int index) => ref _entries[index].Keys;

    /// <summary>Whether a group ends behind a command whatever follows: its number is a multiple of the window.</summary>
    public static bool EndsBehind(long sequence, int window) => sequence % window == 0;

    /// <inheritdoc cref="EndsBehind(long, int)"/>
    public bool EndsBehind(long sequence) => EndsBehind(sequence, window);

    public void Add(in CommandView command, in CommandKeys keys)
    {
        Invariant.That(Count < window, "no more commands are under way than the window says");
        ReadOnlySpan<byte> bytes = command.Bytes;
        bytes.CopyTo(_bytes.AsSpan(Count * CommandCodec.BytesMax));
        _entries[Count++] = new Entry { Sequence = command.Sequence, TimeNs = command.TimeNs, Length = bytes.Length, Keys = keys };
    }

    public void Clear() => Count = 0;

    private struct Entry
    {
        public long Sequence;
        public long TimeNs;
        public int Length;
        public CommandKeys Keys;
    }
}
