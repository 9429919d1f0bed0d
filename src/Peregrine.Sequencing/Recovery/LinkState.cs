using System.Buffers;
using Peregrine.Journal.Snapshots;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Recovery;

/// <summary>What a snapshot of a link holds: the core, and what the link derives while it replays. Layout: docs/wire/core-state-v1.md.</summary>
/// <param name="Core">The core.</param>
/// <param name="LastTimeNs">Time of the last command, Unix nanoseconds.</param>
/// <param name="ReportCounts">For each session number, how many reports it ever got.</param>
public sealed record LinkState(TradingCore Core, long LastTimeNs, IReadOnlyDictionary<int, long> ReportCounts)
{
    /// <summary>The schema number of such snapshots. Another one stands for another layout, or another state hash.</summary>
    public const uint Schema = 2;

    /// <summary>The one before, which is still read: without what the journal knows of the sessions' numbers.</summary>
    public const uint SchemaBefore = 1;

    private const int HeaderBytes = 16;
    private const int SessionBytes = 16;

    /// <summary>What the journal knows of the sessions' numbers.</summary>
    public SessionLedger Ledger { get; init; } = new();

    /// <summary>Which link it is; empty when the journal does not say.</summary>
    public Guid Identity { get; init; }

    /// <summary>Writes everything; equal states give equal bytes.</summary>
    public void Save(IBufferWriter<byte> target)
    {
        Core.Save(target);
        StateWriter writer = new(target, HeaderBytes);
        writer.Write(LastTimeNs);
        writer.Write(ReportCounts.Count);
        writer.Write(0);
        writer.Complete();
        foreach ((int session, long count) in ReportCounts.OrderBy(pair => pair.Key))
        {
            writer = new StateWriter(target, SessionBytes);
            writer.Write(session);
            writer.Write(0);
            writer.Write(count);
            writer.Complete();
        }

        LedgerState.Save(Ledger, Identity, target);
    }

    /// <summary>Reads everything.</summary>
    /// <param name="source">At the start of the content.</param>
    /// <param name="emitsOrderDeltas">Whether the core's events shall tell what each order shows.</param>
    /// <param name="schema">Its schema: this one, or the one before.</param>
    /// <exception cref="InvalidDataException">It is not a state of a link of this version; says what was found.</exception>
    public static LinkState Load(IStateSource source, bool emitsOrderDeltas, uint schema = Schema)
    {
        TradingCore core = TradingCore.Load(source, emitsOrderDeltas);
        Span<byte> bytes = stackalloc byte[HeaderBytes];
        source.ReadExactly(bytes);
        StateReader reader = new(bytes);
        long lastTimeNs = reader.ReadInt64();
        int sessions = reader.ReadInt32();
        Dictionary<int, long> counts = [];
        for (int i = 0; i < sessions; i++)
        {
            source.ReadExactly(bytes);
            reader = new StateReader(bytes);
            int session = reader.ReadInt32();
            _ = reader.ReadInt32();
            long count = reader.ReadInt64();
            if (session < 0 || count <= 0 || count > core.LastExecId || !counts.TryAdd(session, count))
            {
                throw new InvalidDataException($"saved state of the link has {count} reports of session {session}, of {core.LastExecId} in all");
            }
        }

        if (schema == SchemaBefore)
        {
            SessionLedger ledger = new();
            ledger.Restore(HighestOrderIdOf(core));
            return new LinkState(core, lastTimeNs, counts) { Ledger = ledger };
        }

        SessionLedger known = LedgerState.Load(source, core, out Guid identity);
        return new LinkState(core, lastTimeNs, counts) { Ledger = known, Identity = identity };
    }

    // Of the orders that it remembers; those that closed long before have smaller ids, as ids rise.
    private static ulong HighestOrderIdOf(TradingCore core)
    {
        ulong highest = 0;
        core.TellOrders((in ReportView report) => highest = Math.Max(highest, report.OrderId));
        return highest;
    }

    /// <summary>Reads a snapshot that was found whole.</summary>
    /// <returns>The state, or null with the fault.</returns>
    /// <remarks>Blocks: on the disk. Allocates: a core.</remarks>
    public static LinkState? TryLoad(SnapshotReader reader, bool emitsOrderDeltas, out SnapshotFault? fault)
    {
        fault = null;
        if (reader.Info.Schema is not (Schema or SchemaBefore))
        {
            fault = new SnapshotFault(reader.Info.Path, 40, $"its schema is {reader.Info.Schema}, this program reads {SchemaBefore} and {Schema}");
            return null;
        }

        try
        {
            LinkState state = Load(new SnapshotSource(reader), emitsOrderDeltas, reader.Info.Schema);
            if (state.Core.LastSequence != reader.Info.Position.Sequence || reader.Read(new byte[1]) > 0)
            {
                fault = new SnapshotFault(reader.Info.Path, 0,
                    $"its content ends with command {state.Core.LastSequence}, its name says {reader.Info.Position.Sequence}, or bytes follow");
                return null;
            }

            return state;
        }
        catch (InvalidDataException found)
        {
            fault = new SnapshotFault(reader.Info.Path, 0, found.Message);
            return null;
        }
    }
}

/// <summary>The content of a snapshot as a source of saved state.</summary>
internal sealed class SnapshotSource(SnapshotReader reader) : IStateSource
{
    /// <inheritdoc/>
    public void ReadExactly(Span<byte> target)
    {
        int read = reader.Read(target);
        if (read < target.Length)
        {
            throw new InvalidDataException($"saved state ends {target.Length - read} bytes before what is expected");
        }
    }
}

/// <summary>Counts the reports of each session, as the link does.</summary>
internal sealed class ReportCounter : IReportSink
{
    private readonly Dictionary<int, long> _counts = [];

    /// <summary>Reports of each session.</summary>
    public IReadOnlyDictionary<int, long> Counts => _counts;

    /// <summary>Goes on from here.</summary>
    public void Resume(IReadOnlyDictionary<int, long> counts)
    {
        foreach ((int session, long count) in counts)
        {
            _counts[session] = count;
        }
    }

    /// <inheritdoc/>
    public void Deliver(in ReportView report)
    {
        if (report.SessionId >= 0)
        {
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, report.SessionId, out _)++;
        }
    }
}
