using Peregrine.Journal;
using Peregrine.Primitives;
using Peregrine.Sequencing.Tests;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests;

/// <summary>A link whose books are matched on threads of their own.</summary>
public sealed class ShardedLinkTests
{
    [Theory]
    [InlineData(Durability.Os)]
    [InlineData(Durability.Fsync)]
    public void Folder_OfALinkWithShards_GoesOnWithAnyNumberOfThem_AfterRestartsAndCrashes(Durability durability)
    {
        using LinkRig rig = new(durability, options => options with { Shards = 3, Rules = Rules() });
        Random random = new(11);
        (long Out, long In) next = (1, 1);
        long number = 0;
        foreach (int shards in (int[])[1, 2, 4, 3])
        {
            using (FixClient client = rig.Connect(next.Out, next.In))
            {
                long before = rig.Link.Status().Sequence;
                long requests = 0;
                for (int order = 0; order < 300; order++)
                {
                    requests++;
                    string symbol = $"S{random.Next(5)}";
                    char side = random.Next(2) == 0 ? '1' : '2';
                    client.Send("D", $"11={++number}|55={symbol}|54={side}|38=1|40=2|44={random.Next(98, 103)}|59=1|1={(side == '1' ? 'A' : 'B')}");
                    if (random.Next(3) == 0)
                    {
                        requests++;
                        client.Send("F", $"11=X{number}|41={number}|55={symbol}|54={side}|38=1");
                    }

                    if (order % 30 == 29)
                    {
                        rig.Pump(client, () => rig.Link.Status().Sequence - before >= requests);
                    }
                }

                next = (client.NextOutgoing, client.NextIncoming);
            }

            while (rig.Link.Status().DurableSequence < rig.Link.Status().Sequence)
            {
                Assert.True(rig.Link.TryPass(), rig.Link.Failure);
            }

            ulong hash = rig.Link.StateHash;
            rig.Change = options => options with { Shards = shards, Rules = Rules() };
            if (shards % 2 == 0)
            {
                rig.CrashAndStart();
            }
            else
            {
                rig.Restart();
            }

            Assert.Equal((hash, 32), (rig.Link.Recovery.StateHash, rig.Link.Core.Options.Window));
            Assert.True(rig.Link.Core.TradeCount > 0 && rig.Link.Core.WorkingOrderCount > 0);
        }
    }

    [Fact]
    public void Folder_BegunWithoutShards_WorksWithThem_AndIsToldThatTheyGainNothing()
    {
        using LinkRig rig = new();
        rig.Change = options => options with { Shards = 2 };
        rig.Restart();
        using FixClient client = rig.Connect();
        client.New(1, '1', "A"u8, 9_900, 1);
        rig.Pump(client, () => client.Reports('0') == 1);

        Assert.Equal(1, rig.Link.Core.Options.Window);
        Assert.Contains(rig.Log, line => line.Contains("gain nothing", StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_ThatComeWhileTheLinkRuns_GiveShardsTheirInstruments()
    {
        using LinkRig rig = new(change: options => options with { Shards = 2 });
        using FixClient client = rig.Connect();
        TradingRules rules = rig.Link.Rules;
        Instrument added = new(rules.Instruments.Count, "NEW", 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(10_000) };
        Task<Sequencing.Rules.RulesChange> change = rig.Link.ChangeRules(new TradingRules([.. rules.Instruments, added], rules.Accounts));
        rig.Pump(client, () => change.IsCompleted);

        client.Send("D", "11=1|55=NEW|54=1|38=1|40=2|44=99|59=1|1=A");
        rig.Pump(client, () => client.Reports('0') == 1);

        Assert.Equal(1, rig.Link.Core.WorkingOrderCount);
    }

    private static TradingRules Rules() => new(
        [.. Enumerable.Range(0, 5).Select(id => new Instrument(id, $"S{id}", 0, 1, 1, IsOpen: true) { ReferencePrice = new Price(100) })],
        SmallRules.Rules().Accounts);
}
