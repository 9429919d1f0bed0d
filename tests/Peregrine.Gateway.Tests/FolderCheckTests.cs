using System.Buffers;
using Peregrine.Fix.Net;
using Peregrine.Gateway.Recovery;
using Peregrine.Ids;
using Peregrine.Sequencing.Recovery;
using Peregrine.Testing;

namespace Peregrine.Gateway.Tests;

/// <summary>Files of a data folder that differ by one: the journal lacks exactly one thing that another file knows, or exactly nothing.</summary>
public class FolderCheckTests
{
    private const int OrderCount = 8;

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(1, 0, "CLIENT.session holds {0} reports, and the journal makes {1} for it")]
    [InlineData(0, 1, "CLIENT.session knows command {2}")]
    public void Store_ThatKnowsOneThingMore_IsRefusedByName(int reports, int commands, string? refusal)
    {
        using LinkRig rig = new();
        (long mark, long sequence) = Cross(rig);
        rig.Link.Dispose();
        using (FileSessionStore store = OpenStore(rig))
        {
            Assert.Equal((mark, mark, sequence), (store.Mark, store.SentMark, store.ProvenSequence));
            for (int report = 1; report <= reports; report++)
            {
                // Saved, and given to no connection.
                store.Append(mark + report, "one more"u8);
            }

            store.ProvenSequence = sequence + commands;
            store.NextIncoming = store.NextIncoming;
        }

        IOException? fault = Record.Exception(rig.Restart) as IOException;

        string? expected = refusal is null
            ? null
            : string.Format(System.Globalization.CultureInfo.InvariantCulture, refusal, mark + 1, mark, sequence + 1);
        Assert.True(expected is null ? fault is null
            : fault is DataFolderException && fault.Message.Contains(expected, StringComparison.Ordinal), fault?.Message);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void Snapshot_OfOneCommandMore_IsRefusedByName(int more, bool isRefused)
    {
        using LinkRig rig = new();
        (_, long sequence) = Cross(rig);
        Assert.True(rig.Link.Core.LastExecId > sequence + 1, "more executions than commands, so that one is not taken for the other");
        rig.Link.Dispose();
        string snapshots = Directory.CreateDirectory(Path.Combine(rig.DataFolder, "snapshots")).FullName;
        File.WriteAllBytes(Path.Combine(snapshots, $"{sequence + more:D20}-1.snapshot"), []);

        DataFolderException? fault = Record.Exception(rig.Restart) as DataFolderException;

        Assert.Equal(isRefused, fault is not null);
        Assert.True(fault is null || fault.Message.Contains($"holds the commands up to {sequence + 1}", StringComparison.Ordinal), fault?.Message);
    }

    [Fact]
    public void Journal_Missing_BesideAStoreThatNobodyUsed_IsRefused()
    {
        using LinkRig rig = new();
        rig.Link.Dispose();
        Directory.Delete(Path.Combine(rig.DataFolder, "journal"), recursive: true);

        DataFolderException fault = Assert.Throws<DataFolderException>(rig.Restart);

        Assert.Contains("of which there is no journal", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OrderIds_WhoseStoreIsLost_GoOnAboveTheJournals()
    {
        using LinkRig rig = new();
        _ = Cross(rig);
        ulong highest;
        using (FixClient client = Again(rig))
        {
            client.New(100, '1', "A"u8, 9_000, 1);
            rig.Pump(client, () => client.Reports('0') == 1);
            highest = (ulong)client.LastOrderId;
        }

        using IdSegmentAllocator fresh = new(new FreshSegments(), "orders");
        Func<LinkOptions, LinkOptions> change = rig.Change;
        rig.Change = options => change(options) with { Ids = fresh };
        rig.Restart();

        using FixClient after = Again(rig);
        after.New(101, '1', "A"u8, 9_000, 1);
        rig.Pump(after, () => after.Reports('0') == 1);
        Assert.Equal(highest + 1, (ulong)after.LastOrderId);
    }

    [Fact]
    public void Snapshot_OfTheSchemaBefore_KnowsTheHighestOrderIdAndAllReports()
    {
        using LinkRig rig = new();
        _ = Cross(rig);
        using FixClient client = Again(rig);
        client.New(100, '1', "A"u8, 9_000, 1);
        rig.Pump(client, () => client.Reports('0') == 1);
        Dictionary<int, long> counts = new() { [7] = rig.Link.Core.LastExecId };
        ArrayBufferWriter<byte> bytes = new();
        new LinkState(rig.Link.Core, LastTimeNs: 1, counts).Save(bytes);

        LinkState before = LinkState.Load(new SavedBytes(bytes.WrittenMemory), emitsOrderDeltas: false, LinkState.SchemaBefore);

        Assert.Equal((ulong)client.LastOrderId, before.Ledger.HighestOrderId);
        Assert.Equal(counts, before.ReportCounts);
        counts[7]++;
        bytes.Clear();
        new LinkState(rig.Link.Core, LastTimeNs: 1, counts).Save(bytes);
        Assert.Throws<InvalidDataException>(
            () => LinkState.Load(new SavedBytes(bytes.WrittenMemory), emitsOrderDeltas: false, LinkState.SchemaBefore));
    }

    // Orders that trade: the reports of the session and the commands of the link in the end, all of them sent.
    private static (long Mark, long Sequence) Cross(LinkRig rig)
    {
        using FixClient client = rig.Connect();
        for (int order = 0; order < OrderCount; order++)
        {
            client.New(1 + order, order % 2 == 0 ? '1' : '2', order % 2 == 0 ? "A"u8 : "B"u8, 10_000, 3);
        }

        rig.Pump(client, () => client.Reports('0') + client.Reports('F') == 2 * OrderCount);
        return (2 * OrderCount, rig.Link.Status().Sequence);
    }

    private static FixClient Again(LinkRig rig)
    {
        SessionStatus session = rig.Link.Status().Sessions[0];
        return rig.Connect(session.NextIncoming, session.NextOutgoing);
    }

    private static FileSessionStore OpenStore(LinkRig rig) =>
        FileSessionStore.Open(Path.Combine(rig.DataFolder, "sessions", "CLIENT.session"), 1 << 20, new SessionStoreOwner("PEREGRINE", "CLIENT"));

    /// <summary>Leases from 1 on, as a store that was lost does.</summary>
    private sealed class FreshSegments : IIdSegmentStore
    {
        private long _next = 1;

        public IdSegment Lease(string tag, int count) => new(Interlocked.Add(ref _next, count) - count, count);

        public void RaiseAbove(string tag, long id) => _next = Math.Max(_next, id + 1);
    }
}
