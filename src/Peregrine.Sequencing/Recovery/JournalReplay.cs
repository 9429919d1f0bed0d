using System.Buffers.Binary;
using Peregrine.Journal;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Recovery;

/// <summary>The journal holds something that this link cannot have written, or the replay went another way than the first run.</summary>
/// <param name="message">What, at which sequence number, and what to do.</param>
public sealed class ReplayException(string message) : Exception(message);

/// <summary>
/// Rebuilds a core from its journal: rules and commands in order, each state hash on the way compared with the core's own.
/// </summary>
/// <param name="configured">The bounds for a journal that is still empty; otherwise the journal's own count.</param>
/// <param name="sink">Gets every report again, in the order of the first run.</param>
/// <param name="onRules">Told of rules, before the first report under them.</param>
/// <param name="emitsOrderDeltas">Whether the core's events shall tell what each order shows.</param>
/// <remarks>Thread: one. Used at start and by tools that read a journal.</remarks>
public sealed class JournalReplay(CoreOptions configured, IReportSink sink, Action<TradingRules>? onRules = null,
    bool emitsOrderDeltas = false) : IJournalVisitor
{
    /// <summary>Size of the record of the core's bounds, where it has no window.</summary>
    public const int BoundsBytes = 12;

    /// <summary>Size of that record where it has one.</summary>
    public const int WindowBoundsBytes = 16;

    /// <summary>Size of the record of the link's identity.</summary>
    public const int IdentityBytes = 16;

    /// <summary>Size of the record of a loss.</summary>
    public const int LossBytes = 16;

    private readonly ReportBuffer _reports = new();
    private byte[] _rules = [];
    private TradingCore? _core;
    private CommandGroup? _group;

    /// <summary>The core as the journal left it; a fresh one when the journal was empty.</summary>
    public TradingCore Core => _core ??= new TradingCore(configured, emitsOrderDeltas);

    /// <summary>Commands executed.</summary>
    public long CommandCount { get; private set; }

    /// <summary>State hashes found in the journal, each equal to the core's.</summary>
    public long ProvenHashes { get; private set; }

    /// <summary>Time of the last command, Unix nanoseconds.</summary>
    public long LastTimeNs { get; private set; }

    /// <summary>What the journal knows of the sessions' numbers.</summary>
    public SessionLedger Ledger { get; private set; } = new();

    /// <summary>Which link the journal is of; empty for one of a version that did not say.</summary>
    public Guid Identity { get; private set; }

    /// <summary>The encoded rules last seen; empty when there were none.</summary>
    public ReadOnlySpan<byte> Rules => _rules;

    /// <summary>Begins with a core that a snapshot holds, in place of an empty one.</summary>
    /// <param name="core">As the journal left it before the next record.</param>
    /// <param name="lastTimeNs">Time of its last command.</param>
    /// <param name="ledger">What the journal knows of the sessions up to there.</param>
    /// <param name="identity">Which link it is; empty when it was not known.</param>
    public void Resume(TradingCore core, long lastTimeNs, SessionLedger ledger, Guid identity)
    {
        Check.That(_core is null, "a replay resumes before its first record");
        _core = core;
        LastTimeNs = lastTimeNs;
        (Ledger, Identity) = (ledger, identity);
        if (core.Rules is { } rules)
        {
            _rules = RulesCodec.Encode(rules);
            onRules?.Invoke(rules);
        }
    }

    /// <inheritdoc/>
    public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        if (header.Type is not (JournalRecordType.Command or JournalRecordType.SessionNote))
        {
            CompleteGroup();
        }

        switch (header.Type)
        {
            case JournalRecordType.Command:
                CommandView command = Decode(header, payload);
                Execute(in command, CommandKeys.Of(in command));
                break;
            case JournalRecordType.Rules:
                OnRules(header, payload);
                break;
            case JournalRecordType.StateHash:
                Prove(DecodeHash(header, payload));
                break;
            case JournalRecordType.Bounds when _core is null && payload.Length is BoundsBytes or WindowBoundsBytes:
                _core = new TradingCore(DecodeBounds(payload), emitsOrderDeltas);
                break;
            case JournalRecordType.SessionNote:
                OnNote(header, payload);
                break;
            case JournalRecordType.Identity when payload.Length == IdentityBytes && (Identity == Guid.Empty || Identity == new Guid(payload)):
                Identity = new Guid(payload);
                break;
            case JournalRecordType.Identity when payload.Length == IdentityBytes:
                throw new ReplayException($"journal record after command {Core.LastSequence} says link {new Guid(payload):N}, " +
                    $"those before it are of link {Identity:N}: segments of two links; restore those of one from a copy");
            case JournalRecordType.Loss when payload.Length == LossBytes:
                Core.SkipExecIds(BinaryPrimitives.ReadInt64LittleEndian(payload));
                Ledger.OnLoss(BinaryPrimitives.ReadUInt64LittleEndian(payload[8..]), header.Sequence);
                break;
            case JournalRecordType.End:
                break;
            default:
                throw new ReplayException($"journal record after command {Core.LastSequence} has type {header.Type}, which cannot come there; " +
                    $"it was written by another version: start that one");
        }
    }

    /// <summary>A note about a session. Needs nothing of the core: commands may be at work meanwhile.</summary>
    internal void OnNote(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        if (!SessionNote.TryDecode(payload, out SessionNote note))
        {
            throw new ReplayException($"journal note of a session after command {header.Sequence} does not decode; " +
                $"the journal is from another version or not from this link");
        }

        Ledger.OnNote(in note, header.Sequence);
    }

    /// <summary>Encodes the core's bounds.</summary>
    /// <param name="target">At least <see cref="WindowBoundsBytes"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int EncodeBounds(CoreOptions options, Span<byte> target)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, options.OrdersMax);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], options.ClosedOrdersMax);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], options.ClientOrderIdsMax);
        if (options.Window == 1)
        {
            return BoundsBytes;
        }

        BinaryPrimitives.WriteInt32LittleEndian(target[BoundsBytes..], options.Window);
        return WindowBoundsBytes;
    }

    private static CoreOptions DecodeBounds(ReadOnlySpan<byte> source) => new()
    {
        OrdersMax = BinaryPrimitives.ReadInt32LittleEndian(source),
        ClosedOrdersMax = BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
        ClientOrderIdsMax = BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
        Window = source.Length == WindowBoundsBytes ? BinaryPrimitives.ReadInt32LittleEndian(source[BoundsBytes..]) : 1,
    };

    /// <summary>A command as it was sequenced, where it lies. Needs nothing of the core: another thread may be at work on it.</summary>
    internal static CommandView Decode(scoped in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        CodecStatus status = CommandCodec.TryView(payload, header.Sequence, header.TimeNs, out CommandView command);
        return status == CodecStatus.Ok
            ? command
            : throw new ReplayException($"journal command {header.Sequence} does not decode ({status}); " +
                $"the journal is from another version or not from this link");
    }

    /// <summary>What the core was when a batch was closed. Needs nothing of the core, as <see cref="Decode"/>.</summary>
    internal static ProvenState DecodeHash(in JournalRecord header, ReadOnlySpan<byte> payload) => payload.Length == Sequencer.StateHashBytes
        ? new ProvenState(header.Sequence, BinaryPrimitives.ReadUInt64LittleEndian(payload), BinaryPrimitives.ReadInt64LittleEndian(payload[8..]))
        : throw new ReplayException($"journal state hash after command {header.Sequence} has {payload.Length} bytes, " +
            $"expected {Sequencer.StateHashBytes}");

    /// <summary>Carries out the next command and delivers its reports.</summary>
    internal void Execute(in CommandView command, in CommandKeys keys)
    {
        if (command.Sequence != Core.LastSequence + 1)
        {
            throw new ReplayException($"journal command {command.Sequence} comes after {Core.LastSequence}; " +
                $"the journal is from another version or not from this link");
        }

        if (Core.Options.Window == 1)
        {
            Core.Execute(in command, in keys, _reports);
            Deliver();
        }
        else
        {
            Begin(in command, in keys);
        }

        Ledger.OnCommand(in command);
        CommandCount++;
        LastTimeNs = command.TimeNs;
    }

    // With a window commands are carried out together, as they were in the first run: what decides that is in the journal.
    private void Begin(in CommandView command, in CommandKeys keys)
    {
        bool isAlone = TradingCore.IsAlone(in command);
        if (isAlone)
        {
            CompleteGroup();
        }

        CommandGroup group = _group ??= new CommandGroup(Core.Options.Window);
        Core.Begin(in command, in keys, _reports);
        group.Add(in command, in keys);
        if (isAlone || group.EndsBehind(command.Sequence))
        {
            CompleteGroup();
        }
    }

    private void CompleteGroup()
    {
        if (_group is { Count: > 0 } group)
        {
            for (int index = 0; index < group.Count; index++)
            {
                CommandView command = group[index];
                Core.Complete(in command, in group.KeysOf(index), _reports);
            }

            Invariant.That(Core.UnderWay == 0, "a group is complete when all its commands are");
            group.Clear();
            Deliver();
        }
    }

    private void Deliver()
    {
        for (int index = 0; index < _reports.Count; index++)
        {
            sink.Deliver(_reports[index]);
        }

        _reports.Clear();
    }

    /// <summary>Compares the core with what the first run was.</summary>
    internal void Prove(in ProvenState first)
    {
        CompleteGroup();
        if (first.Hash != Core.StateHash || first.LastExecId != Core.LastExecId || first.Sequence != Core.LastSequence)
        {
            throw new ReplayException(
                $"replay differs from the first run at command {first.Sequence}: state hash {Core.StateHash:x16} and execution id {Core.LastExecId}, "
                + $"the journal says {first.Hash:x16} and {first.LastExecId}; start the version that wrote it");
        }

        ProvenHashes++;
    }

    private void OnRules(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        if (RulesCodec.TryDecode(payload, out TradingRules? rules) != CodecStatus.Ok)
        {
            throw new ReplayException($"journal rules after command {header.Sequence} do not decode; " +
                $"the journal is from another version or not from this link");
        }

        Core.Configure(rules!);
        onRules?.Invoke(rules!);
        _rules = payload.ToArray();
    }
}

/// <summary>What the core was when a batch was closed.</summary>
internal readonly record struct ProvenState(long Sequence, ulong Hash, long LastExecId)
{
    /// <summary>Size in memory.</summary>
    public const int Bytes = 3 * sizeof(long);
}
