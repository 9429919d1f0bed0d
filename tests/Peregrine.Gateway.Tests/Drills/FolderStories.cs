namespace Peregrine.Gateway.Tests.Drills;

/// <summary>The folders that are archived of each format, each with something that an upgrade could get wrong.</summary>
internal static class FolderStories
{
    private const int Seed = 20_261_130;

    /// <summary>Writes one folder of each story.</summary>
    /// <param name="target">The folder they go into.</param>
    /// <param name="prefix">Month and format: 2026-11-v1.</param>
    public static void WriteAll(string target, string prefix)
    {
        DrillSetup setup = new() { CompIds = ["DRILL1", "DRILL2", "DRILL3"] };
        DrillSetup large = setup with { StoreBytes = 256 << 10 };
        Write(target, $"{prefix}-plain", "three clients trade; stopped in order", setup, Plain);
        Write(target, $"{prefix}-killed", "killed in flight, behind a snapshot, with old segments gone", large, Killed);
        Write(target, $"{prefix}-reset", "DRILL1 began new numbers, DRILL2 is away while its orders trade; stopped in order", setup, Reset);
    }

    private static void Write(string target, string name, string story, DrillSetup setup, Action<DrillWorld, DrillTraffic> play)
    {
        using DrillWorld world = new(setup, compId => new DrillClient(compId, sendsAgain: true));
        foreach (DrillClient client in world.Clients)
        {
            world.Logon(client);
        }

        play(world, new DrillTraffic(world, new Random(Seed)) { IsSteady = true });
        Assert.Empty(world.Clients.SelectMany(client => client.Ledger.Faults));
        FolderArchive.Write(Path.Combine(target, name), story, world);
    }

    private static void Plain(DrillWorld world, DrillTraffic traffic)
    {
        traffic.Play(150);
        Assert.True(world.Link.Settle(world.Clients));
        world.End(isCrash: false);
    }

    private static void Killed(DrillWorld world, DrillTraffic traffic)
    {
        for (int part = 0; part < 3; part++)
        {
            traffic.Play(200);
            Assert.True(world.Link.Settle(world.Clients));
            world.TakeSnapshot();
        }

        world.Retain();
        Assert.True(world.IsJournalCut, "old segments are gone");
        traffic.Play(40);

        // In the kernel, in the ring, in the journal, or nowhere yet.
        foreach (DrillClient client in world.Clients)
        {
            _ = traffic.Order(client);
        }

        world.End(isCrash: true);
    }

    private static void Reset(DrillWorld world, DrillTraffic traffic)
    {
        traffic.Play(60);
        Assert.True(world.Link.Settle(world.Clients));
        world.Clients[0].Drop();
        _ = world.Link.Settle(world.Clients);
        world.Logon(world.Clients[0], reset: true);
        traffic.Play(60);
        Assert.True(world.Link.Settle(world.Clients));
        world.Clients[1].Drop();
        _ = world.Link.Settle(world.Clients);
        foreach (DrillClient client in new[] { world.Clients[0], world.Clients[2] })
        {
            client.Send("D", $"11={client.CompId}-SWEEP-1|55=TEST|54=1|38=500|40=2|44=110.00|59=3");
            client.Send("D", $"11={client.CompId}-SWEEP-2|55=TEST|54=2|38=500|40=2|44=90.00|59=3");
        }

        Assert.True(world.Link.Settle(world.Clients));
        world.End(isCrash: false);
        Assert.True(world.Truth.Of("DRILL2").Keys.Any(key => !world.Clients[1].Ledger.Has(key)), "there are reports that DRILL2 was not told");
    }
}
