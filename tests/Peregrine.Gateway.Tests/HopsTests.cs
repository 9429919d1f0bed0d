using Peregrine.Sequencing.Hops;

namespace Peregrine.Gateway.Tests;

public sealed class HopsTests
{
    [Fact]
    public void Orders_OfTwoRuns_AreExplainedByTheirHops()
    {
        using LinkRig rig = new();
        using (FixClient client = rig.Connect())
        {
            for (int order = 1; order <= 5; order++)
            {
                client.New(order, '1', "A"u8, 9_000, 1);
                rig.Pump(client, () => client.Reports('0') == order);
            }
        }

        long first = rig.Link.Status().Sequence;
        rig.Restart();
        using (FixClient client = rig.Connect(7, 7))
        {
            client.New(6, '1', "A"u8, 9_000, 1);
            rig.Pump(client, () => client.Reports('0') == 1);
        }

        rig.Restart();
        HopFolder hops = new(HopFolder.Beside(Path.Combine(rig.DataFolder, "journal")));
        for (long sequence = 1; sequence <= first + 1; sequence++)
        {
            Assert.True(hops.TryFind(sequence, out HopRecord record), $"command {sequence}");
            Assert.True(record.ReceivedBeforeNs >= record.ValidatedBeforeNs && record.MatchedAfterNs <= record.DurableAfterNs
                && record.DurableAfterNs <= record.SentAfterNs, $"command {sequence}: {record}");
        }
    }

    [Fact]
    public void Hops_ThatAreNotWanted_AreNotKept()
    {
        using LinkRig rig = new(change: options => options with { KeepsHops = false });
        using (FixClient client = rig.Connect())
        {
            client.New(1, '1', "A"u8, 9_000, 1);
            rig.Pump(client, () => client.Reports('0') == 1);
        }

        rig.Restart();

        Assert.False(Directory.Exists(Path.Combine(rig.DataFolder, "hops")));
    }
}
