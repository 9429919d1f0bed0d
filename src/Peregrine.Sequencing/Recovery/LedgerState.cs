using System.Buffers;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Recovery;

/// <summary>What the journal knows of the sessions' numbers, in a snapshot. Layout: docs/wire/core-state-v1.md, part 5.</summary>
internal static class LedgerState
{
    private const int HeaderBytes = 32;
    private const int SessionBytes = 48;
    private const int RunBytes = 24;
    private const int CommandBytes = 24;
    private const int OwesNewsFlag = 1;
    private const int UnsureFlag = 2;

    /// <summary>Writes everything; equal states give equal bytes.</summary>
    public static void Save(SessionLedger ledger, Guid identity, IBufferWriter<byte> target)
    {
        Span<byte> id = stackalloc byte[16];
        _ = identity.TryWriteBytes(id);
        StateReader parts = new(id);
        StateWriter writer = new(target, HeaderBytes);
        writer.Write(parts.ReadInt64());
        writer.Write(parts.ReadInt64());
        writer.Write((long)ledger.HighestOrderId);
        writer.Write(ledger.Noted.Count);
        writer.Write(ledger.Commands.Count);
        writer.Complete();
        foreach ((int session, SessionNumbers numbers) in ledger.Noted.OrderBy(pair => pair.Key))
        {
            SaveSession(session, numbers, target);
        }

        foreach ((int session, (long sequence, long number)) in ledger.Commands.OrderBy(pair => pair.Key))
        {
            writer = new StateWriter(target, CommandBytes);
            writer.Write(session);
            writer.Write(0);
            writer.Write(sequence);
            writer.Write(number);
            writer.Complete();
        }
    }

    /// <summary>Reads everything.</summary>
    /// <exception cref="InvalidDataException">No link has such numbers; says what was found.</exception>
    public static SessionLedger Load(IStateSource source, TradingCore core, out Guid identity)
    {
        Span<byte> bytes = stackalloc byte[SessionBytes];
        source.ReadExactly(bytes[..HeaderBytes]);
        identity = new Guid(bytes[..16]);
        StateReader reader = new(bytes[16..]);
        SessionLedger ledger = new();
        ledger.Restore((ulong)reader.ReadInt64());
        (int noted, int commands) = (reader.ReadInt32(), reader.ReadInt32());
        for (int index = 0; index < noted; index++)
        {
            LoadSession(ledger, source, bytes);
        }

        for (int index = 0; index < commands; index++)
        {
            source.ReadExactly(bytes[..CommandBytes]);
            reader = new StateReader(bytes);
            int session = reader.ReadInt32();
            _ = reader.ReadInt32();
            (long sequence, long number) = (reader.ReadInt64(), reader.ReadInt64());
            Require(session >= 0 && sequence > 0 && sequence <= core.LastSequence
                && number > 0, $"command {sequence} under number {number} of session {session}, of {core.LastSequence} commands");
            ledger.Restore(session, sequence, number);
        }

        return ledger;
    }

    private static void SaveSession(int session, SessionNumbers numbers, IBufferWriter<byte> target)
    {
        StateWriter writer = new(target, SessionBytes);
        writer.Write(session);
        writer.Write(numbers.Resets);
        writer.Write(numbers.NotedIncoming);
        writer.Write(numbers.NotedAfter);
        writer.Write(numbers.BegunAfter);
        writer.Write(numbers.SentMark);
        writer.Write(numbers.Outgoing.Runs.Count);
        writer.Write((numbers.OwesNews ? OwesNewsFlag : 0) | (numbers.IsUnsure ? UnsureFlag : 0));
        writer.Complete();
        foreach (NumberRun run in numbers.Outgoing.Runs)
        {
            writer = new StateWriter(target, RunBytes);
            writer.Write(run.First);
            writer.Write(run.Last);
            writer.Write(run.Mark);
            writer.Complete();
        }
    }

    private static void LoadSession(SessionLedger ledger, IStateSource source, Span<byte> bytes)
    {
        source.ReadExactly(bytes[..SessionBytes]);
        StateReader reader = new(bytes);
        (int session, int resets) = (reader.ReadInt32(), reader.ReadInt32());
        SessionNumbers numbers = new() { Resets = resets, NotedIncoming = reader.ReadInt64(), NotedAfter = reader.ReadInt64(),
            BegunAfter = reader.ReadInt64(), SentMark = reader.ReadInt64() };
        int runs = reader.ReadInt32();
        int flags = reader.ReadInt32();
        (numbers.OwesNews, numbers.IsUnsure) = ((flags & OwesNewsFlag) != 0, (flags & UnsureFlag) != 0);
        Require(session >= 0 && resets >= 0 && numbers.NotedIncoming > 0
            && runs is > 0 and <= NumberRuns.RunsMax, $"{runs} runs of numbers of session {session}, which expects {numbers.NotedIncoming}");
        NumberRun before = default;
        for (int index = 0; index < runs; index++)
        {
            source.ReadExactly(bytes[..RunBytes]);
            reader = new StateReader(bytes);
            NumberRun run = new(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
            bool follows = index == 0 || run.First - before.Last - 1 == run.Mark - before.Mark;
            Require(run.First > before.Last && run.Last >= run.First - 1 && run.Mark >= before.Mark
                && follows, $"numbers {run.First} to {run.Last} behind mark {run.Mark} of session {session}");
            numbers.Outgoing.Add(run);
            before = run;
        }

        ledger.Restore(session, numbers);
    }

    private static void Require(bool isTrue, string what)
    {
        if (!isTrue)
        {
            throw new InvalidDataException($"saved state of the link has {what}");
        }
    }
}
