using System.Buffers.Binary;
using Peregrine.Journal;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Sequencing;

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
public sealed class JournalReplay(CoreOptions configured, IReportSink sink, Action<TradingRules>? onRules = null, bool emitsOrderDeltas = false) : IJournalVisitor
{
    /// <summary>Size of the record of the core's bounds.</summary>
    public const int BoundsBytes = 12;

    // So many commands are decoded ahead of the one that is carried out, and their memory asked for.
    private const int CommandsAhead = 8;

    private readonly ReportBuffer _reports = new();
    private readonly OrderCommand[] _ahead = new OrderCommand[CommandsAhead];
    private int _aheadFirst;
    private int _aheadCount;
    private long _commandCount;
    private long _lastTimeNs;
    private byte[] _rules = [];
    private TradingCore? _core;

    /// <summary>The core as the journal left it; a fresh one when the journal was empty.</summary>
    public TradingCore Core
    {
        get
        {
            ExecuteAhead(0);
            return Current;
        }
    }

    /// <summary>Commands executed.</summary>
    public long CommandCount
    {
        get
        {
            ExecuteAhead(0);
            return _commandCount;
        }
    }

    /// <summary>State hashes found in the journal, each equal to the core's.</summary>
    public long ProvenHashes { get; private set; }

    /// <summary>Time of the last command, Unix nanoseconds.</summary>
    public long LastTimeNs
    {
        get
        {
            ExecuteAhead(0);
            return _lastTimeNs;
        }
    }

    /// <summary>The encoded rules last seen; empty when there were none.</summary>
    public ReadOnlySpan<byte> Rules => _rules;

    /// <summary>Begins with a core that a snapshot holds, in place of an empty one.</summary>
    /// <param name="core">As the journal left it before the next record.</param>
    /// <param name="lastTimeNs">Time of its last command.</param>
    public void Resume(TradingCore core, long lastTimeNs)
    {
        Check.That(_core is null, "a replay resumes before its first record");
        _core = core;
        _lastTimeNs = lastTimeNs;
        if (core.Rules is { } rules)
        {
            _rules = RulesCodec.Encode(rules);
            onRules?.Invoke(rules);
        }
    }

    /// <inheritdoc/>
    public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        switch (header.Type)
        {
            case JournalRecordType.Command:
                OnCommand(header, payload);
                break;
            case JournalRecordType.Rules:
                OnRules(header, payload);
                break;
            case JournalRecordType.StateHash:
                OnStateHash(header, payload);
                break;
            case JournalRecordType.Bounds when _core is null && payload.Length == BoundsBytes:
                _core = new TradingCore(DecodeBounds(payload), emitsOrderDeltas);
                break;
            default:
                throw new ReplayException($"journal record after command {Core.LastSequence} has type {header.Type}, which cannot come there; it was written by another version: start that one");
        }
    }

    /// <summary>Encodes the core's bounds.</summary>
    public static void EncodeBounds(CoreOptions options, Span<byte> target)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, options.OrdersMax);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], options.ClosedOrdersMax);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], options.ClientOrderIdsMax);
    }

    private static CoreOptions DecodeBounds(ReadOnlySpan<byte> source) => new()
    {
        OrdersMax = BinaryPrimitives.ReadInt32LittleEndian(source),
        ClosedOrdersMax = BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
        ClientOrderIdsMax = BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
    };

    private TradingCore Current => _core ??= new TradingCore(configured, emitsOrderDeltas);

    private void OnCommand(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        ExecuteAhead(CommandsAhead - 1);
        ref OrderCommand command = ref _ahead[(_aheadFirst + _aheadCount) % CommandsAhead];
        CodecStatus status = CommandCodec.TryDecode(payload, header.Sequence, header.TimeNs, out command);
        if (status != CodecStatus.Ok || command.Sequence != Current.LastSequence + _aheadCount + 1)
        {
            throw new ReplayException($"journal command {header.Sequence} does not decode ({status}) as the one after {Core.LastSequence}; the journal is from another version or not from this link");
        }

        Current.Prefetch(in command);
        Current.PrefetchOrder(in _ahead[(_aheadFirst + (_aheadCount / 2)) % CommandsAhead]);
        _aheadCount++;
    }

    // Carries out commands that were read until no more than so many are left.
    private void ExecuteAhead(int left)
    {
        while (_aheadCount > left)
        {
            ref OrderCommand command = ref _ahead[_aheadFirst];
            _aheadFirst = (_aheadFirst + 1) % CommandsAhead;

            // None behind one that fails is ever carried out, whoever asks for the core then.
            int behind = _aheadCount - 1;
            _aheadCount = 0;
            Current.Execute(in command, _reports);
            for (int index = 0; index < _reports.Count; index++)
            {
                sink.Deliver(in _reports[index]);
            }

            _reports.Clear();
            _commandCount++;
            _lastTimeNs = command.TimeNs;
            _aheadCount = behind;
        }
    }

    private void OnRules(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        if (RulesCodec.TryDecode(payload, out TradingRules? rules) != CodecStatus.Ok)
        {
            throw new ReplayException($"journal rules after command {header.Sequence} do not decode; the journal is from another version or not from this link");
        }

        Core.Configure(rules!);
        onRules?.Invoke(rules!);
        _rules = payload.ToArray();
    }

    private void OnStateHash(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Sequencer.StateHashBytes)
        {
            throw new ReplayException($"journal state hash after command {header.Sequence} has {payload.Length} bytes, expected {Sequencer.StateHashBytes}");
        }

        ulong hash = BinaryPrimitives.ReadUInt64LittleEndian(payload);
        long execId = BinaryPrimitives.ReadInt64LittleEndian(payload[8..]);
        if (hash != Core.StateHash || execId != Core.LastExecId || header.Sequence != Core.LastSequence)
        {
            throw new ReplayException(
                $"replay differs from the first run at command {header.Sequence}: state hash {Core.StateHash:x16} and execution id {Core.LastExecId}, "
                + $"the journal says {hash:x16} and {execId}; start the version that wrote it");
        }

        ProvenHashes++;
    }
}
