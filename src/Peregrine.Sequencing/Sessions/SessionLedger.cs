using System.Runtime.InteropServices;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Sessions;

/// <summary>What the journal knows of one session's numbers.</summary>
public sealed class SessionNumbers
{
    /// <summary>Which outgoing numbers were no reports; empty when no note says.</summary>
    public NumberRuns Outgoing { get; } = new();

    /// <summary>How often the numbers were set back to 1.</summary>
    public int Resets { get; internal set; }

    /// <summary>The number that the client's next message must have, as the last note says.</summary>
    public long NotedIncoming { get; internal set; } = 1;

    /// <summary>The last command when that note was written.</summary>
    public long NotedAfter { get; internal set; }

    /// <summary>The last command when the numbers were last set back or taken over.</summary>
    public long BegunAfter { get; internal set; }

    /// <summary>Reports that were given to a connection, as the last note says.</summary>
    public long SentMark { get; internal set; }

    /// <summary>Which number was which report is not certain, until they are set back.</summary>
    public bool IsUnsure { get; internal set; }

    /// <summary>Commands were lost, and the client was not told yet.</summary>
    public bool OwesNews { get; internal set; }
}

/// <summary>What the journal knows of the sessions: the numbers that were used both ways, and the ids given to orders.</summary>
/// <remarks>
/// Thread: notes by one, commands by one; both may be at work at a time (a <see cref="Recovery.ReplayPipe"/>),
/// as neither needs what the other writes.
/// Everything else when both are done.
/// </remarks>
public sealed class SessionLedger
{
    private readonly Dictionary<int, SessionNumbers> _noted = [];

    // The last command of each session that came under a number, and that number.
    private readonly Dictionary<int, (long Sequence, long Number)> _commands = [];
    private long _lossAfter = -1;
    private int _lastSession = -1;
    private long _lastSequence;
    private long _lastNumber;

    /// <summary>The highest id that an order ever got; 0 for none.</summary>
    public ulong HighestOrderId { get; private set; }

    /// <summary>Sessions that notes are about.</summary>
    public IReadOnlyDictionary<int, SessionNumbers> Noted => _noted;

    /// <summary>What is known of a session's numbers; null when no note is about it.</summary>
    public SessionNumbers? Find(int sessionId) => _noted.GetValueOrDefault(sessionId);

    /// <summary>A command was carried out.</summary>
    public void OnCommand(in CommandView command)
    {
        if (command.Type == CommandType.New && command.OrderId > HighestOrderId)
        {
            HighestOrderId = command.OrderId;
        }

        if (command.SessionSequence <= 0)
        {
            return;
        }

        if (command.SessionId != _lastSession)
        {
            Settle();
            _lastSession = command.SessionId;
        }

        Invariant.That(_lastSession == command.SessionId && command.Sequence > _lastSequence, "commands come in their order");
        (_lastSequence, _lastNumber) = (command.Sequence, command.SessionSequence);
    }

    /// <summary>A note was read.</summary>
    /// <param name="note">The note.</param>
    /// <param name="sequence">The last command before it.</param>
    public void OnNote(in SessionNote note, long sequence)
    {
        ref SessionNumbers? numbers = ref CollectionsMarshal.GetValueRefOrAddDefault(_noted, note.SessionId, out _);

        // One whose first note comes right behind a loss was there before it.
        numbers ??= new SessionNumbers { OwesNews = _lossAfter == sequence };
        if (note.Kind == SessionNoteKind.GoesOn)
        {
            numbers.Outgoing.GoOnFrom(note.Number, note.Mark);
            numbers.BegunAfter = sequence;
            numbers.IsUnsure = false;
        }
        else if (note.Kind == SessionNoteKind.Unsure)
        {
            numbers.IsUnsure = true;
        }
        else if (note.Kind == SessionNoteKind.NewsTold)
        {
            numbers.OwesNews = false;
        }
        else if (note.Kind == SessionNoteKind.Void)
        {
            numbers.Outgoing.Void(note.Number, note.Mark);
            numbers.OwesNews = true;
        }
        else
        {
            numbers.Outgoing.Spend(note.Number, note.Mark);
        }

        (numbers.Resets, numbers.NotedIncoming, numbers.NotedAfter, numbers.SentMark) = (note.Resets, note.NextIncoming, sequence, note.SentMark);
    }

    /// <summary>The link went on without commands that it had told of.</summary>
    /// <param name="orderIdsTo">Order ids up to here may have been given.</param>
    /// <param name="sequence">The last command before.</param>
    public void OnLoss(ulong orderIdsTo, long sequence)
    {
        Restore(orderIdsTo);
        _lossAfter = sequence;
        foreach (SessionNumbers numbers in _noted.Values)
        {
            numbers.OwesNews = true;
        }
    }

    /// <summary>The number that the client's next message must have, as far as the journal knows; 1 when it knows nothing.</summary>
    public long NextIncoming(int sessionId)
    {
        Settle();
        SessionNumbers? noted = Find(sessionId);
        (long sequence, long number) = _commands.GetValueOrDefault(sessionId);

        // A command counts from the reset on; a note that was written behind it knows it.
        Invariant.That(number >= 0 && sequence >= 0, "a number of a command is one");
        bool isCommandLast = number > 0 && (noted is null || sequence > Math.Max(noted.NotedAfter, noted.BegunAfter));
        return isCommandLast ? Math.Max(number + 1, noted?.NotedIncoming ?? 1) : noted?.NotedIncoming ?? 1;
    }

    /// <summary>Goes on from what was saved.</summary>
    internal void Restore(ulong highestOrderId) => HighestOrderId = Math.Max(HighestOrderId, highestOrderId);

    internal void Restore(int sessionId, SessionNumbers numbers) => _noted[sessionId] = numbers;

    internal void Restore(int sessionId, long sequence, long number) => _commands[sessionId] = (sequence, number);

    /// <summary>The last command of each session that came under a number, and that number.</summary>
    internal IReadOnlyDictionary<int, (long Sequence, long Number)> Commands
    {
        get
        {
            Settle();
            return _commands;
        }
    }

    // Most commands come from the session of the one before: they cost no look-up.
    private void Settle()
    {
        if (_lastSession >= 0)
        {
            Invariant.That(_lastNumber > 0
                && (!_commands.TryGetValue(_lastSession, out (long Sequence, long Number) before) || before.Sequence < _lastSequence),
                "the last command of a session comes behind the one before");
            _commands[_lastSession] = (_lastSequence, _lastNumber);
            _lastSession = -1;
        }
    }
}
