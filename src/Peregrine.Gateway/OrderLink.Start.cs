using Microsoft.Extensions.Logging;
using Peregrine.Journal;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Rules;
using Peregrine.Sequencing.Sessions;
using Peregrine.Sequencing.Sharding;
using Peregrine.Trading.Matching.Sharding;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway;

/// <summary>Starting: sessions, rules, what the journal says.</summary>
public sealed partial class OrderLink
{
    // The journal was replayed on one engine: books, orders and all go over to the shards.
    private ShardedMatching? MoveToShards(ILogger log)
    {
        if (_options.Shards == 1)
        {
            return null;
        }

        int window = Core.Options.Window;
        if (window == 1)
        {
            log.ShardsWithoutWindow(_options.Shards);
        }

        ShardedMatching matching = new(new ShardedMatchingOptions
        {
            Sharding = new ShardingOptions
            {
                Shards = _options.Shards,
                OrderCapacity = Core.Options.OrdersMax,

                // A time goes before the commands of a window.
                InFlightMax = window + 1,
                EmitsOrderDeltas = Core.Books.EmitsOrderDeltas,
            },
            Wait = _options.Wait switch
            {
                WaitMode.Spin when Environment.ProcessorCount > _options.Shards + 1 => WaitStrategy.Spin,
                WaitMode.Block => new WaitStrategy(SpinUs: 20, YieldUs: 50),
                _ => WaitStrategy.Yield,
            },
        });
        Core.RunOn(new ShardsEngine(matching));
        log.Sharded(_options.Shards, window);
        return matching;
    }

    private static void RefuseFaults(LinkOptions options)
    {
        IReadOnlyList<string> faults = options.FindFaults();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, faults));
        }
    }

    // Configured rules go through the journal like commands, so that a replay uses the ones in force at each command.
    private void PutRulesInForce(JournalRecovery recovery, JournalReplay replay, ILogger log)
    {
        CoreOptions configured = _options.Core;
        if (Core.Options with { Window = configured.Window } != configured)
        {
            log.BoundsKept(Core.Options.OrdersMax, Core.Options.ClientOrderIdsMax, configured.OrdersMax, configured.ClientOrderIdsMax);
        }

        if (recovery.End.Records == 0)
        {
            Span<byte> bounds = stackalloc byte[JournalReplay.WindowBoundsBytes];
            Append(JournalRecordType.Bounds, bounds[..JournalReplay.EncodeBounds(Core.Options, bounds)]);
        }

        WriteIdentity(replay, log);
        TradingRules merged = RulesMerge.Merge(Core.Rules, _options.Rules, out int[] accountIds);
        byte[] encoded = RulesCodec.Encode(merged);
        if (!replay.Rules.SequenceEqual(encoded))
        {
            Core.Configure(merged);
            Append(JournalRecordType.Rules, encoded);
        }

        UseRules(new RulesInForce(merged, _options.Calendars, _options.AllSessions
            .ToDictionary(session => SessionId.Of(session.CompId),
                session => session.AccountIds.Select(position => accountIds[position]).ToArray())));
    }

    // What holding the files against each other costs is told, as it is paid at every start.
    private void TimeCheck(Action check)
    {
        long beginNs = Clock.MonotonicNs;
        check();
        _checkNs += Clock.MonotonicNs - beginNs;
    }

    private void Append(byte type, ReadOnlySpan<byte> payload)
    {
        if (!_sequencer.TryAppendNow(type, payload))
        {
            throw new IOException($"the journal cannot be written: {_journal.Failure?.Message ?? "the disk has no room"}");
        }
    }
}
