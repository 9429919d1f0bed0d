using Peregrine.Journal;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Tools.Inspect;

/// <summary>Counts what a link's journal holds; each payload must be one that a link writes.</summary>
internal sealed class JournalCheck : IJournalVisitor, IReportSink, IDisposable
{
    private readonly JournalReplay? _replay;
    private readonly ReplayPipe? _pipe;
    private readonly JournalPosition _start;
    private readonly long _replayAfter;
    private long _records;

    /// <param name="isReplaying">Commands are carried out again too, and each state hash compared.</param>
    /// <param name="start">Before the first record.</param>
    /// <param name="from">Where a replay begins, with what stands there; null for the first record of all.</param>
    public JournalCheck(bool isReplaying, in JournalPosition start, (JournalPosition At, LinkState State)? from = null)
    {
        _replay = isReplaying ? new JournalReplay(new CoreOptions(), this) : null;
        _pipe = _replay is null ? null : new ReplayPipe(_replay);
        _start = start;
        _records = start.Records;
        if (_replay is not null && from is { } point)
        {
            _replay.Resume(point.State.Core, point.State.LastTimeNs, point.State.Ledger, point.State.Identity);
            _replayAfter = point.At.Records;
        }
    }

    public long Commands { get; private set; }

    public long Rules { get; private set; }

    public long StateHashes { get; private set; }

    /// <summary>Commands carried out again.</summary>
    public long Replayed => _replay?.CommandCount ?? 0;

    /// <summary>Null when nothing was replayed.</summary>
    public long? ProvenHashes => _replay?.ProvenHashes;

    /// <inheritdoc/>
    public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        if (++_records > _replayAfter)
        {
            _pipe?.OnRecord(in header, payload);
        }

        switch (header.Type)
        {
            case JournalRecordType.Command:
                RequireCommand(in header, payload);
                Commands++;
                break;
            case JournalRecordType.Rules:
                Require(RulesCodec.TryDecode(payload, out _) == CodecStatus.Ok, in header, "rules", payload.Length);
                Rules++;
                break;
            case JournalRecordType.StateHash:
                Require(payload.Length == Sequencer.StateHashBytes, in header, "state hash", payload.Length);
                StateHashes++;
                break;
            case JournalRecordType.Bounds:
                Require(payload.Length is JournalReplay.BoundsBytes or JournalReplay.WindowBoundsBytes, in header, "bounds", payload.Length);
                break;
            case JournalRecordType.SessionNote:
                Require(SessionNote.TryDecode(payload, out _), in header, "note of a session", payload.Length);
                break;
            case JournalRecordType.Identity:
                Require(payload.Length == JournalReplay.IdentityBytes, in header, "identity", payload.Length);
                break;
            case JournalRecordType.End:
                Require(payload.Length == 1, in header, "end", payload.Length);
                break;
            case JournalRecordType.Loss:
                Require(payload.Length == JournalReplay.LossBytes, in header, "loss", payload.Length);
                break;
            default:
                Require(false, in header, $"record of type {header.Type}", payload.Length);
                break;
        }
    }

    /// <inheritdoc/>
    public void OnEnd() => _pipe?.OnEnd();

    public void Dispose() => _pipe?.Dispose();

    /// <inheritdoc/>
    public void Deliver(in ReportView report)
    {
    }

    private void RequireCommand(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        CodecStatus status = CommandCodec.TryDecode(payload, header.Sequence, header.TimeNs, out OrderCommand command);
        Require(status == CodecStatus.Ok && command.Sequence == header.Sequence, in header, "command", payload.Length);
        if (header.Sequence != _start.Sequence + Commands + 1)
        {
            throw new JournalException($"command {header.Sequence} stands where {_start.Sequence + Commands + 1} is expected: " +
                $"the journal is not from a link, or lacks commands; restore it from a copy");
        }
    }

    private static void Require(bool isTrue, in JournalRecord header, string what, int bytes)
    {
        if (!isTrue)
        {
            throw new JournalException($"after command {header.Sequence}: a {what} of {bytes} bytes is not one that this version of the link " +
                $"writes; the record itself is whole, so look with the version that wrote it");
        }
    }
}
