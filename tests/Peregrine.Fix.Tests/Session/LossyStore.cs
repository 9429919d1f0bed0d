using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

/// <summary>A store of a machine that may lose its power: what was not synced is gone then.</summary>
internal sealed class LossyStore : IFixSessionStore
{
    private State _now = new();
    private State _synced = new();

    public long NextIncoming { get => _now.NextIncoming; set => _now.NextIncoming = value; }

    public long NextOutgoing => _now.Oldest + _now.Messages.Count;

    public long Mark => _now.Mark;

    public long SentMark { get => _now.SentMark; set => _now.SentMark = value; }

    public int Resets => _now.Resets;

    public long BeganNs { get; set; } = 1;

    /// <summary>All of it is on the disk.</summary>
    public void Sync() => _synced = _now.Copy();

    /// <summary>The power goes.</summary>
    public void LosePower() => _now = _synced.Copy();

    public void Append(long mark, ReadOnlySpan<byte> message)
    {
        _now.Messages.Add((message.ToArray(), mark));
        _now.Mark = mark;
    }

    public bool TryRead(long sequence, out ReadOnlySpan<byte> message, out long mark)
    {
        bool isThere = sequence >= _now.Oldest && sequence < NextOutgoing;
        (byte[] bytes, mark) = isThere ? _now.Messages[(int)(sequence - _now.Oldest)] : ([], 0);
        message = bytes;
        return isThere;
    }

    public void GoOnFrom(long nextOutgoing, long mark)
    {
        (_now.Oldest, _now.Mark, _now.SentMark) = (nextOutgoing, mark, Math.Min(_now.SentMark, mark));
        _now.Messages.Clear();
    }

    public void Reset(long mark)
    {
        GoOnFrom(1, mark);
        (_now.NextIncoming, _now.Resets) = (1, _now.Resets + 1);
    }

    private sealed class State
    {
        public long NextIncoming { get; set; } = 1;

        public long Oldest { get; set; } = 1;

        public long Mark { get; set; }

        public long SentMark { get; set; }

        public int Resets { get; set; }

        public List<(byte[] Message, long Mark)> Messages { get; private init; } = [];

        public State Copy() => new()
        {
            NextIncoming = NextIncoming, Oldest = Oldest, Mark = Mark, SentMark = SentMark, Resets = Resets, Messages = [.. Messages],
        };
    }
}
