namespace Peregrine.Sequencing.Hops;

/// <summary>
/// The hop time stamps of commands on their way, oldest first, from sequencing until their reports were handed to the kernel. Commands
/// that passed every hop together share one entry; they count as durable, and as sent, when the last of them is.
/// </summary>
/// <remarks>Thread: the link's. Allocates: no. Bound: the sequencer takes no command while it is full.</remarks>
public sealed class CommandTrail
{
    private readonly Entry[] _entries;
    private long _sentEnd;
    private long _durableEnd;
    private long _tail;

    /// <summary>Makes an empty trail.</summary>
    /// <param name="capacity">A power of two: how many commands may be on their way.</param>
    public CommandTrail(int capacity)
    {
        Check.That(capacity > 0 && (capacity & (capacity - 1)) == 0, "the capacity of a command trail is a power of two");
        _entries = new Entry[capacity];
    }

    /// <summary>True when no further command fits.</summary>
    public bool IsFull => Count == _entries.Length;

    /// <summary>How many commands are on their way.</summary>
    public int Count { get; private set; }

    /// <summary>How many more fit.</summary>
    public int FreeCount => _entries.Length - Count;

    /// <summary>Adds a command that was matched.</summary>
    public void Push(long sequence, in HopTimes hops)
    {
        Invariant.That(!IsFull, "the sequencer takes no command while as many as may be are on their way");
        Count++;
        if (_tail > _durableEnd)
        {
            ref Entry last = ref _entries[(_tail - 1) & (_entries.Length - 1)];
            if (IsSame(in last.Hops, in hops))
            {
                Invariant.That(sequence == last.Sequence + 1, "commands that share an entry follow each other");
                last.Sequence = sequence;
                last.Count++;
                return;
            }
        }

        ref Entry entry = ref _entries[_tail++ & (_entries.Length - 1)];
        Invariant.That(_tail - _sentEnd <= _entries.Length, "an entry is written over only when its commands were sent");
        entry.Sequence = sequence;
        entry.Count = 1;
        entry.Hops = hops;
    }

    /// <summary>Stamps every command up to a sequence number as durable.</summary>
    public void MarkDurable(long durableSequence, long nowNs)
    {
        while (_durableEnd < _tail)
        {
            ref Entry entry = ref _entries[_durableEnd & (_entries.Length - 1)];
            if (entry.Sequence > durableSequence)
            {
                return;
            }

            entry.Hops.DurableNs = nowNs;
            _durableEnd++;
            Invariant.That(_sentEnd <= _durableEnd && _durableEnd <= _tail,
                "commands are sent when they are durable, and durable when they were pushed");
        }
    }

    /// <summary>Stamps the durable commands as sent, records their hops and forgets them.</summary>
    /// <param name="recorder">Keeps them; null for not.</param>
    public void MarkSent(long nowNs, HopStatistics statistics, HopRecorder? recorder = null)
    {
        for (; _sentEnd < _durableEnd; _sentEnd++)
        {
            ref Entry entry = ref _entries[_sentEnd & (_entries.Length - 1)];
            entry.Hops.SentNs = nowNs;
            statistics.Record(in entry.Hops, entry.Count);
            recorder?.Record(entry.Sequence, entry.Count, in entry.Hops);
            Count -= entry.Count;
            Invariant.That(Count >= 0 && entry.Count > 0, "as many commands are forgotten as came");
        }
    }

    private static bool IsSame(in HopTimes left, in HopTimes right) =>
        left.MatchedNs == right.MatchedNs && left.SequencedNs == right.SequencedNs && left.ValidatedNs == right.ValidatedNs
        && left.ReceivedNs == right.ReceivedNs;

    private struct Entry
    {
        public long Sequence;
        public int Count;
        public HopTimes Hops;
    }
}
