using Peregrine.Journal;
using Peregrine.Testing;

namespace Peregrine.Gateway.Tests;

/// <summary>The whole path of an order, from bytes to bytes, in one process.</summary>
public class OrderPathTests
{
    // Compiling in tiers is over by then, and every buffer has been used once.
    private const int WarmRounds = 6_000;

    [Theory]
    [InlineData(Durability.None)]
    [InlineData(Durability.Os)]
    [InlineData(Durability.Fsync)]
    public void Orders_AfterWarmUp_AllocateNothing(Durability durability)
    {
        int rounds = ProofSize.Of(3_000, 30_000);
        using LinkRig rig = new(durability);
        using FixClient client = rig.Connect();
        Load load = new(rig, client);
        load.Run(durability == Durability.Fsync ? WarmRounds / 2 : WarmRounds);

        // Client and link share this thread, so that everything is seen; the journal's own thread is not on the path.
        Allocation.AssertNone(() => load.Run(durability == Durability.Fsync ? rounds / 3 : rounds));

        Assert.True(client.Reports('F') > 0 && client.Reports('5') > 0 && client.Reports('4') > 0
            && client.Reports('8') > 0, "trades, replaces, cancels and rejects were among them");
    }

    [Fact]
    public void Hops_OfEveryCommand_AreInOrderAndCounted()
    {
        using LinkRig rig = new();
        using FixClient client = rig.Connect();
        Load load = new(rig, client);

        load.Run(200);

        Assert.Equal(200 * Load.CommandsOfARound, rig.Link.Hops.Total.Count);
        long sumOfHops = 0;
        for (int hop = 0; hop < 5; hop++)
        {
            Assert.Equal(rig.Link.Hops.Total.Count, rig.Link.Hops.Hop(hop).Count);
            sumOfHops += rig.Link.Hops.Hop(hop).Quantile(0.5);
        }

        Assert.True(sumOfHops > 0, "hops take time");
    }

    [Fact]
    public void OrderIds_OverRestarts_AreNeverTheSame()
    {
        HashSet<long> ids = [];
        using LinkRig rig = new();
        (long Out, long In) next = (1, 1);
        for (int run = 0; run < 5; run++)
        {
            using FixClient client = rig.Connect(next.Out, next.In);
            for (int order = 0; order < 50; order++)
            {
                long reports = client.Reports('0');
                client.New((run * 1_000) + order, '1', "A"u8, 9_900, 1);
                rig.Pump(client, () => client.Reports('0') > reports);
                Assert.True(ids.Add(client.LastOrderId), "an order id is new");
            }

            next = (client.NextOutgoing, client.NextIncoming);
            rig.CrashAndStart();
        }
    }

    [Fact]
    public void Burst_OfMoreThanMayBeInFlight_IsHeldBackNotLost()
    {
        using LinkRig rig = new(Durability.Fsync);
        using FixClient client = rig.Connect();
        const int orders = 3_000;

        for (int order = 0; order < orders; order++)
        {
            client.New(order, order % 2 == 0 ? '1' : '2', order % 2 == 0 ? "A"u8 : "B"u8, 10_000, 1);
        }

        rig.Pump(client, () => client.Reports('0') == orders && client.Reports('F') == orders);
        Assert.Equal(orders, rig.Link.Status().Trades * 2);
    }

    /// <summary>Every kind of command in turn, each round as the one before.</summary>
    private sealed class Load(LinkRig rig, FixClient client)
    {
        public const int CommandsOfARound = 6;
        private readonly Func<bool> _isAnswered =
            () => client.Reports('0') + client.Reports('4') + client.Reports('5') + client.Reports('8') + client.Messages('9') >= Answered;
        private long _number = 1_000_000;

        private static long Answered { get; set; }

        public void Run(int rounds)
        {
            for (int round = 0; round < rounds; round++)
            {
                Answered = client.Reports('0') +
                    client.Reports('4') + client.Reports('5') + client.Reports('8') + client.Messages('9') + CommandsOfARound;
                long first = _number;
                _number += CommandsOfARound;
                client.New(first, '1', "A"u8, 10_000, 20);
                client.New(first + 1, '2', "B"u8, 10_000, 10);
                client.Replace(first + 2, first, '1', 9_990, 15);
                client.Cancel(first + 3, first + 2, '1');
                client.New(first + 4, '1', "A"u8, 10_000, 5_000);
                client.Cancel(first + 5, first + 2, '1');
                rig.Pump(client, _isAnswered);
            }
        }
    }
}
