using Peregrine.Cli;
using Peregrine.Journal;
using Peregrine.Primitives;

namespace Peregrine.Bench.Journals;

/// <summary>A journal in a folder of its own, which goes with it.</summary>
internal sealed class JournalLog : BenchLog
{
    private readonly byte[] _payload;
    private readonly JournalWriter _journal;
    private readonly string _folder;

    public JournalLog(JournalBenchOptions options, Durability level, long segmentBytes)
    {
        _folder = Path.Combine(JournalBench.ScratchFolder(options.Folder), "journal");
        _payload = new byte[options.PayloadBytes];
        _payload.AsSpan().Fill(0x5a);
        JournalOptions journal = new()
        {
            Folder = _folder,
            Durability = level,
            SegmentBytes = segmentBytes,
            BatchBytesMax = (int)Math.Min(4 << 20, segmentBytes / 2),
            SyncInline = options.SyncInline,
        };
        try
        {
            _journal = JournalWriter.Open(journal, new Nothing(), out _);
        }
        catch (JournalException fault)
        {
            throw new CommandException(fault.Message);
        }
    }

    /// <inheritdoc/>
    public override long Durable => _journal.DurableSequence;

    /// <inheritdoc/>
    public override long Bytes => _journal.Counters.Bytes;

    /// <inheritdoc/>
    public override long Batches => _journal.Counters.Batches;

    /// <inheritdoc/>
    public override void Commit() => Require(_journal.Commit());

    /// <inheritdoc/>
    public override void Drain()
    {
        _journal.Drain();
        Require(_journal.Failure is null ? JournalStatus.Ok : JournalStatus.Failed);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _journal.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    protected override bool TryAppend(long number)
    {
        JournalStatus status = _journal.TryAppend(1, number, number, _payload);
        if (status == JournalStatus.Full)
        {
            return false;
        }

        Require(status);
        return true;
    }

    private void Require(JournalStatus status)
    {
        if (status != JournalStatus.Ok)
        {
            string why = _journal.Failure is { } failure ? $"{failure.Message}: {failure.Errno}" : status.ToString();
            throw new CommandException($"the journal refused: {why}; make room or choose another --dir");
        }
    }

    private sealed class Nothing : IJournalVisitor
    {
        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload) => Check.That(false, "a journal that was just made is empty");
    }
}
