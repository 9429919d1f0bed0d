using System.Diagnostics;
using Peregrine.Journal;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Rules;
using Peregrine.Sequencing.Tests;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests;

/// <summary>The link on a real file system that fills up: told, nothing lost, and it goes on by itself.</summary>
public class FullDiskTests
{
    private const int PassesMax = 2_000_000;

    [Theory]
    [InlineData(Durability.Os)]
    [InlineData(Durability.Fsync)]
    public void Link_OnAFullDisk_RefusesKeepsAndGoesOn(Durability durability)
    {
        using SmallDisk disk = SmallDisk.Mount(megabytes: 12);
        using LinkRig rig = new(durability,
            options => options with { DataFolder = disk.File("data"), SegmentBytes = 64 << 10, SessionStoreBytes = 4 << 20 });
        SnapshotRecoveryTests.Trade(rig, 1, 20);
        disk.Fill();
        SessionStatus session = rig.Link.Status().Sessions[0];
        List<string> refusals = [];
        using FixClient client = rig.Connect(session.NextIncoming, session.NextOutgoing, text =>
        {
            if (text.Contains("JournalFull", StringComparison.Ordinal))
            {
                refusals.Add(text);
            }
        });
        long number = 1_000;
        for (int pass = 0; refusals.Count < 3; pass++)
        {
            Assert.True(pass < PassesMax, "the disk fills up");
            client.New(++number, number % 2 == 0 ? '1' : '2', number % 2 == 0 ? "A"u8 : "B"u8, 10_000, 3);
            rig.Pump(client, () => client.Reports('0') + client.Reports('8') + refusals.Count >= number - 1_000);
        }

        long accepted = client.Reports('0');
        Assert.True(accepted > 0, "some were taken before it was full");
        Assert.Equal(number - 1_000, accepted + client.Reports('8') + refusals.Count);

        disk.Clear();
        for (int pass = 0; client.Reports('0') == accepted; pass++)
        {
            Assert.True(pass < PassesMax, "orders are taken again once there is room");
            client.New(++number, '1', "A"u8, 9_990, 1);
            rig.Pump(client, () => client.Reports('0') + client.Reports('8') + refusals.Count >= number - 1_000);
        }

        ulong hash = rig.Link.StateHash;
        long sequence = rig.Link.Status().Sequence;
        rig.Restart();
        Assert.Equal((sequence, hash), (rig.Link.Recovery.Commands, rig.Link.Recovery.StateHash));
    }

    [Theory]
    [InlineData(Durability.Os)]
    [InlineData(Durability.Fsync)]
    public void Link_OnAFullDisk_TakesCancelsAndTellsEachTurn(Durability durability)
    {
        const long first = 1_000;
        const int restingMin = 60;
        using SmallDisk disk = SmallDisk.Mount(megabytes: 12);
        using LinkRig rig = new(durability,
            options => options with { DataFolder = disk.File("data"), SegmentBytes = 64 << 10, SessionStoreBytes = 4 << 20 });
        int refusals = 0;
        using FixClient client = rig.Connect(seen: text => refusals += text.Contains("JournalFull", StringComparison.Ordinal) ? 1 : 0);
        disk.Fill();
        long number = first;
        for (int pass = 0; refusals < 3 || client.Reports('0') < restingMin; pass++)
        {
            Assert.True(pass < PassesMax, "the disk fills up");
            client.New(++number, '1', "A"u8, 9_000, 1);
            rig.Pump(client, () => client.Reports('0') + refusals >= number - first);
        }

        // Lone cancels, the dearest way: each has a batch of its own.
        long cancelled = 0;
        int before = refusals;
        while (refusals == before)
        {
            client.Cancel(100_000 + cancelled, first + 1 + cancelled, '1');
            rig.Pump(client, () => client.Reports('4') > cancelled || refusals > before);
            cancelled = client.Reports('4');
        }

        Assert.True(cancelled >= 8, $"{cancelled} cancels went into an eighth of a small segment");
        Assert.Equal((cancelled, DiskRoom.None), (rig.Link.Status().ReservedCommands, rig.Link.Status().DiskRoom));
        for (int pass = 0; !rig.Log.Any(line => line.Contains("used up", StringComparison.Ordinal)); pass++)
        {
            Assert.True(pass < PassesMax && rig.Link.TryPass(), "the log tells that nothing is taken");
        }

        disk.Clear();
        long accepted = client.Reports('0');
        for (int pass = 0; client.Reports('0') == accepted; pass++)
        {
            Assert.True(pass < PassesMax, "orders are taken again once there is room");
            int told = refusals;
            client.New(++number, '1', "A"u8, 9_000, 1);
            rig.Pump(client, () => client.Reports('0') > accepted || refusals > told);
        }

        for (int pass = 0; !rig.Log[^1].Contains("room again", StringComparison.Ordinal); pass++)
        {
            Assert.True(pass < PassesMax && rig.Link.TryPass(), "the log tells when there is room again");
        }

        Assert.Single(rig.Log, line => line.Contains("cancels are taken", StringComparison.Ordinal));
        ulong hash = rig.Link.StateHash;
        rig.Restart();
        Assert.Equal(hash, rig.Link.Recovery.StateHash);
    }

    [Fact]
    public void Rules_OnAFullDisk_StayUntilThereIsRoom()
    {
        using SmallDisk disk = SmallDisk.Mount(megabytes: 12);
        using LinkRig rig = new(Durability.Os,
            options => options with { DataFolder = disk.File("data"), SegmentBytes = 64 << 10, SessionStoreBytes = 4 << 20 });
        disk.Fill();
        RulesRefusedException? refused = null;
        int changes = 0;
        for (int pass = 0; refused is null; pass++)
        {
            Assert.True(pass < PassesMax, "the disk fills up");
            refused = TryChange(rig, SmallRules.Rules(maxQuantity: 1 + pass), ref changes);
        }

        long limit = rig.Link.Rules.Accounts[0].Limits.MaxQuantityUnits;
        (RulesRefusal, long) told = (refused.Reason, limit);
        disk.Clear();
        for (int pass = 0; TryChange(rig, SmallRules.Rules(maxQuantity: 5_000), ref changes) is not null; pass++)
        {
            Assert.True(pass < PassesMax, "rules are taken again once there is room");
        }

        Assert.Equal((RulesRefusal.NoSpace, changes - 1), told);
        rig.Change = options => options with { DataFolder = disk.File("data"), Rules = SmallRules.Rules(maxQuantity: 5_000), SegmentBytes = 64 << 10,
            SessionStoreBytes = 4 << 20 };
        ulong hash = rig.Link.StateHash;
        rig.Restart();
        Assert.Equal((hash, hash), (rig.Link.Recovery.StateHash, rig.Link.StateHash));
    }

    private static RulesRefusedException? TryChange(LinkRig rig, TradingRules rules, ref int changes)
    {
        Task<RulesChange> task = rig.Link.ChangeRules(rules);
        Assert.True(rig.Link.TryPass(), rig.Link.Failure);
        Assert.True(task.IsCompleted, "a pass takes it");
        changes += task.IsCompletedSuccessfully ? 1 : 0;
        return task.Exception?.InnerException as RulesRefusedException;
    }

    /// <summary>A file system in memory, of a size.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly string _folder;

        private SmallDisk(string folder) => _folder = folder;

        public static SmallDisk Mount(int megabytes)
        {
            string folder = Directory.CreateTempSubdirectory("gateway-disk-").FullName;
            ProcessStartInfo info = new("mount", ["-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder]) { RedirectStandardError = true };
            using Process mount = Process.Start(info)!;
            string error = mount.StandardError.ReadToEnd();
            mount.WaitForExit();
            if (mount.ExitCode != 0)
            {
                Directory.Delete(folder);
            }

            Assert.SkipUnless(mount.ExitCode == 0, $"a file system of its own cannot be mounted here: {error.Trim()}");
            return new SmallDisk(folder);
        }

        public string File(string name) => Path.Combine(_folder, name);

        /// <summary>Takes all the room that is left.</summary>
        public void Fill()
        {
            using FileStream ballast = System.IO.File.Create(File("ballast"));
            byte[] block = new byte[4096];
            try
            {
                while (true)
                {
                    ballast.Write(block);
                    ballast.Flush();
                }
            }
            catch (IOException)
            {
                // Full.
            }
        }

        public void Clear() => System.IO.File.Delete(File("ballast"));

        public void Dispose()
        {
            using Process unmount = Process.Start("umount", [_folder]);
            unmount.WaitForExit();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
