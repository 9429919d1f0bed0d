using Peregrine.Primitives;

namespace Peregrine.Trading.MarketData;

/// <summary>What the messages that two packets have in common say of their streams.</summary>
public enum MoldLikeness : byte
{
    /// <summary>They have none in common that is remembered.</summary>
    Unknown = 0,

    /// <summary>They are the same: two lines of one stream.</summary>
    Same = 1,

    /// <summary>They differ: two streams that number alike.</summary>
    Other = 2,
}

/// <summary>
/// One stream of numbered messages, put in order from however many lines it comes on: the first copy of a message counts, one that comes too early is
/// held until those before it are there, and a gap is one only when no line has it.
/// </summary>
/// <remarks>
/// Thread: one owner. Allocates: for messages that are held. Bound: <see cref="HeldMessagesMax"/> and <see cref="HeldBytesMax"/>; beyond it
/// <see cref="IsFull"/> says that what is missing has to be given up. Numbers end at <see cref="ulong.MaxValue"/>, which is no message's.
/// </remarks>
public sealed class MoldStream
{
    /// <summary>Most messages that are held.</summary>
    public const int HeldMessagesMax = 1 << 16;

    /// <summary>Most bytes of them.</summary>
    public const int HeldBytesMax = 8 << 20;

    // Of so many of the last messages it is known what was in them.
    private const int RecentMax = 1 << 12;

    private readonly SortedDictionary<ulong, byte[]> _held = [];
    private readonly (ulong Number, ulong Hash)[] _recent = new (ulong, ulong)[RecentMax];
    private int _heldBytes;
    private ulong _end;

    /// <summary>The number of the message that is due; 0 before the first.</summary>
    public ulong Next { get; private set; }

    /// <summary>Runs of messages that were given up.</summary>
    public long Gaps { get; private set; }

    /// <summary>Messages missing in them; stays at <see cref="long.MaxValue"/> once there.</summary>
    public long MissingMessages { get; private set; }

    /// <summary>Copies of messages that were there before, and messages that came after they were given up.</summary>
    public long SeenMessages { get; private set; }

    /// <summary>Messages that came after later ones, and in time.</summary>
    public long LateMessages { get; private set; }

    /// <summary>Messages that wait for those before them.</summary>
    public int HeldMessages => _held.Count;

    /// <summary>No more can be held.</summary>
    public bool IsFull => _held.Count >= HeldMessagesMax || _heldBytes >= HeldBytesMax;

    /// <summary>Offers a message.</summary>
    /// <returns>True: it is the one that is due. False: it is held, or was there before.</returns>
    public bool Offer(ulong number, ReadOnlySpan<byte> message)
    {
        Next = Next == 0 ? number : Next;
        if (number < Next || number == ulong.MaxValue || (number > Next && _held.ContainsKey(number)))
        {
            SeenMessages++;
            return false;
        }

        _recent[number % RecentMax] = (number, HashOf(message));
        if (number > Next)
        {
            _held.Add(number, message.ToArray());
            _heldBytes += message.Length;
            return false;
        }

        Invariant.That(number == Next, "the message that is due goes out");
        LateMessages += _held.Count > 0 ? 1 : 0;
        Next++;
        return true;
    }

    /// <summary>The sender says what its next message is: those before it were sent.</summary>
    public void Expect(ulong next) => (Next, _end) = (Next == 0 ? next : Next, Math.Max(_end, next));

    /// <summary>Takes the message that is due, if it is held.</summary>
    public bool TryTakeHeld(out ReadOnlySpan<byte> message)
    {
        message = default;
        if (_held.Count == 0 || !_held.Remove(Next, out byte[]? held))
        {
            return false;
        }

        message = held;
        _heldBytes -= held.Length;
        Invariant.That(_heldBytes >= 0, "what is held is counted");
        Next++;
        return true;
    }

    /// <summary>Gives up what is missing before the first message that is held, or that the sender spoke of.</summary>
    /// <returns>False when nothing is missing.</returns>
    public bool TryGiveUp()
    {
        ulong following = _held.Count > 0 ? FirstHeld() : _end;
        if (following <= Next)
        {
            return false;
        }

        Invariant.That(!_held.ContainsKey(Next), "what is there is not given up");
        Gaps++;
        MissingMessages += (long)Math.Min(following - Next, (ulong)(long.MaxValue - MissingMessages));
        Next = following;
        return true;
    }

    /// <summary>Whether a message of this number was like this one, as far as it is remembered.</summary>
    public MoldLikeness Compare(ulong number, ReadOnlySpan<byte> message)
    {
        (ulong known, ulong hash) = _recent[number % RecentMax];
        return known != number || number == 0 ? MoldLikeness.Unknown : hash == HashOf(message) ? MoldLikeness.Same : MoldLikeness.Other;
    }

    /// <summary>Whether a number is among those that are missing, before one that is held.</summary>
    public bool IsMissing(ulong number) => _held.Count > 0 && number >= Next && number < FirstHeld();

    private ulong FirstHeld()
    {
        foreach (ulong number in _held.Keys)
        {
            return number;
        }

        return 0;
    }

    // FNV-1a: messages are short, and nobody gains by two that are alike.
    private static ulong HashOf(ReadOnlySpan<byte> message)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte letter in message)
        {
            hash = (hash ^ letter) * 0x100000001b3;
        }

        return hash;
    }
}
