using Peregrine.Journal;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Tests;

namespace Peregrine.Gateway.Tests;

/// <summary>What is there after the process is gone at an arbitrary moment.</summary>
public class RecoveryTests
{
    [Theory]
    [InlineData(Durability.Os)]
    [InlineData(Durability.Fsync)]
    public void Crash_AnywhereInABurst_LosesNoAnswerAndRepeatsNone(Durability durability)
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        using LinkRig rig = new(durability);
        SortedSet<long> execIds = [];
        void Note(string text) => Add(text, execIds, seed);
        long nextIn = 1;
        long number = 0;
        for (int run = 0; run < 12; run++)
        {
            // The link's own number: what the client sent and the link never saw is lost with the client's socket, and not what is tested.
            using FixClient client = rig.Connect(rig.Link.Status().Sessions[0].NextIncoming, nextIn, Note);
            int orders = random.Next(1, 60);
            for (int order = 0; order < orders; order++)
            {
                client.New(++number, order % 2 == 0 ? '1' : '2', order % 2 == 0 ? "A"u8 : "B"u8, 10_000, 3);
            }

            // Some passes, then gone: with answers in the kernel, in the ring, in the journal, or nowhere yet.
            for (int passes = random.Next(0, 6); passes > 0; passes--)
            {
                Assert.True(rig.Link.TryPass());
                client.Receive();
            }

            ulong hash = rig.Link.StateHash;
            long sequence = rig.Link.Status().Sequence;
            nextIn = client.NextIncoming;
            rig.CrashAndStart();
            Assert.True(rig.Link.Recovery.Commands < sequence
                || hash == rig.Link.Recovery.StateHash, $"the replay reaches the state that was, seed {seed}");
        }

        using FixClient last = rig.Connect(rig.Link.Status().Sessions[0].NextIncoming, nextIn, Note);
        last.New(999_999, '1', "A"u8, 9_900, 1);
        long before = last.Reports('0');
        rig.Pump(last, () => execIds.Count > 0 && last.Reports('0') > before && execIds.Max == execIds.Count);
        Assert.True(execIds.Min == 1, $"every execution from the first on was told, seed {seed}");
    }

    [Fact]
    public void ClientOrderId_AfterACrash_IsStillADuplicate()
    {
        using LinkRig rig = new();
        using (FixClient client = rig.Connect())
        {
            client.New(7, '1', "A"u8, 10_000, 1);
            rig.Pump(client, () => client.Reports('0') == 1);
        }

        rig.CrashAndStart();
        using FixClient again = rig.Connect(3, 3);
        again.New(7, '1', "A"u8, 10_000, 1);
        rig.Pump(again, () => again.Reports('8') == 1);
    }

    [Fact]
    public void Report_ThatDidNotLeaveBeforeTheCrash_GoesOutUnderTheNextNumber()
    {
        using LinkRig rig = new();
        using (FixClient client = rig.Connect())
        {
            client.New(1, '1', "A"u8, 10_000, 1);
            rig.Pump(client, () => client.Reports('0') == 1);
            Assert.Equal(3, client.NextIncoming);
        }

        // The journal of a run that went on for one more command, beside the session store of before it.
        string store = Path.Combine(rig.DataFolder, "sessions", "CLIENT.session");
        string before = Path.Combine(rig.DataFolder, "..", "before");
        LinkRig.Copy(store, before);
        using (FixClient client = rig.Connect(3, 3))
        {
            client.New(2, '2', "B"u8, 10_000, 1);
            rig.Pump(client, () => client.Reports('F') == 2);
        }

        rig.Link.Dispose();
        File.Copy(before, store, overwrite: true);
        rig.Restart();

        using FixClient again = rig.Connect(rig.Link.Status().Sessions[0].NextIncoming, 3);
        rig.Pump(again, () => again.Reports('F') == 2);
        Assert.Equal((1, 4), (again.Reports('0'), again.LastExecId));
    }

    [Fact]
    public void Limits_ChangedBetweenRuns_HoldFromThereOnAndNotBefore()
    {
        using LinkRig rig = new();
        using (FixClient client = rig.Connect())
        {
            client.New(1, '1', "A"u8, 10_000, 900);
            rig.Pump(client, () => client.Reports('0') == 1);
        }

        // Were the new limit applied to the old command, the replay would reject it and miss its state hash.
        rig.Change = options => options with { Rules = SmallRules.Rules(maxQuantity: 100) };
        rig.CrashAndStart();
        Assert.True(rig.Link.Recovery.ProvenHashes > 0);
        using FixClient again = rig.Connect(3, 3);
        again.New(2, '1', "A"u8, 10_000, 900);
        rig.Pump(again, () => again.Reports('8') == 1);
    }

    [Fact]
    public void Capacity_OtherThanTheJournals_IsToldAndTheJournalsHolds()
    {
        using LinkRig rig = new();
        rig.Change = options => options with { OrdersMax = 8_192 };

        rig.Restart();

        Assert.Contains(rig.Log, line => line.Contains("4096", StringComparison.Ordinal) && line.Contains("8192", StringComparison.Ordinal));
    }

    [Fact]
    public void TickSize_ChangedUnderAJournal_IsRefused()
    {
        using LinkRig rig = new();
        rig.Change = options => options with { Rules = options.Rules with { Instruments = [options.Rules.Instruments[0] with { TickUnits = 5 }] } };

        ArgumentException fault = Assert.Throws<ArgumentException>(rig.Restart);

        Assert.Contains("instrument TEST: tick or lot size differs", fault.Message, StringComparison.Ordinal);
        rig.Change = options => options;
        rig.Restart();
    }

    [Fact]
    public void StateHash_OtherThanTheReplays_IsRefused()
    {
        JournalReplay replay = new(new(), new NoSink());
        JournalRecord record = new(Sequence: 0, TimeNs: 1, JournalRecordType.StateHash);

        ReplayException fault = Assert.Throws<ReplayException>(() => replay.OnRecord(record, new byte[Sequencer.StateHashBytes]));

        Assert.Contains("replay differs from the first run", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RecordType_OfAnotherVersion_IsRefused()
    {
        JournalReplay replay = new(new(), new NoSink());

        ReplayException fault = Assert.Throws<ReplayException>(() => replay.OnRecord(new JournalRecord(1, 1, 99), []));

        Assert.Contains("type 99", fault.Message, StringComparison.Ordinal);
    }

    // Execution ids come in order; those of the store may come again when they are asked for, none may be left out.
    private static void Add(string text, SortedSet<long> execIds, int seed)
    {
        string? field = text.Split('|').FirstOrDefault(part => part.StartsWith("17=", StringComparison.Ordinal));
        if (field is null)
        {
            return;
        }

        long execId = long.Parse(field[3..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(execIds.Add(execId), $"execution {execId} is told once, seed {seed}");
        Assert.True(execIds.Max == execId, $"execution {execId} comes in order, seed {seed}");
    }

    private sealed class NoSink : IReportSink
    {
        public void Deliver(in Trading.Orders.ReportView report)
        {
        }
    }
}
