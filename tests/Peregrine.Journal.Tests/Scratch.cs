using System.Runtime.CompilerServices;

namespace Peregrine.Journal.Tests;

/// <summary>A folder that goes with the test, and records whose bytes follow from their number.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("journal-test-").FullName;

    public string Folder => Path.Combine(_root, "journal");

    public static byte[] PayloadOf(long sequence)
    {
        byte[] payload = new byte[(sequence * 37) % 90];
        for (int index = 0; index < payload.Length; index++)
        {
            payload[index] = (byte)((sequence * 131) + (index * 17) + 1);
        }

        return payload;
    }

    public static void Append(JournalWriter writer, long sequence)
    {
        JournalStatus status = writer.TryAppend(1, sequence, sequence * 1_000, PayloadOf(sequence));
        if (status == JournalStatus.Full)
        {
            writer.Drain();
            status = writer.TryAppend(1, sequence, sequence * 1_000, PayloadOf(sequence));
        }

        Assert.Equal(JournalStatus.Ok, status);
    }

    public JournalOptions Options(Durability durability = Durability.Os) =>
        new() { Folder = Folder, Durability = durability, SegmentBytes = 64 << 10, BatchBytesMax = 4096 };

    /// <summary>Opens, appends the records in batches of one to three, closes; returns what the recovery said.</summary>
    public JournalRecovery Write(long first, long last, Durability durability = Durability.Os)
    {
        using JournalWriter writer = JournalWriter.Open(Options(durability), new RecordList(), out JournalRecovery recovery);
        for (long sequence = first; sequence <= last; sequence++)
        {
            Append(writer, sequence);
            if (sequence % 3 != 0)
            {
                Assert.Equal(JournalStatus.Ok, writer.Commit());
            }
        }

        writer.Drain();
        Assert.Equal(last, writer.DurableSequence);
        return recovery;
    }

    public string Segment(int number) => Path.Combine(Folder, $"{number:D10}.journal");

    public void Dispose() => Directory.Delete(_root, recursive: true);
}

/// <summary>Keeps what a journal gave; fails when a record is not the one that was written under its number.</summary>
internal sealed class RecordList : IJournalVisitor
{
    public List<long> Sequences { get; } = [];

    public List<(JournalRecord Header, byte[] Payload)> Records { get; } = [];

    public bool IsExpectedPayload { get; init; } = true;

    public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        Sequences.Add(header.Sequence);
        Records.Add((header, payload.ToArray()));
        if (IsExpectedPayload)
        {
            Assert.Equal(header.Sequence * 1_000, header.TimeNs);
            Assert.Equal(Scratch.PayloadOf(header.Sequence), payload.ToArray());
        }
    }

    public void AssertIsOneTo(long last, string because = "", [CallerArgumentExpression(nameof(last))] string? name = null) =>
        Assert.True(Sequences.SequenceEqual(Enumerable.Range(1, (int)last).Select(value => (long)value)),
            $"expected records 1 to {name} = {last}, found {Sequences.Count} ending with {Sequences.LastOrDefault()} {because}");
}
