using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Peregrine.Journal;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Sessions;
using Peregrine.Testing;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Tests;

/// <summary>Journals and saved states of random commands of every kind, as builds before this one wrote them (tests/data/journals): they replay to
/// the state that they had there.</summary>
public sealed class EarlierBuildsTests : IDisposable, IReportSink
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("earlier-test-");
    private long _reports;

    public static TheoryData<string> Journals => [.. Directory.GetDirectories(Root).Select(path => Path.GetFileName(path)).Order()];

    private static string Root => Path.Combine(Repository.Root, "tests/data/journals");

    public void Dispose() => _folder.Delete(recursive: true);

    void IReportSink.Deliver(in ReportView report) => _reports++;

    [Theory]
    [MemberData(nameof(Journals))]
    public void Journal_OfAnEarlierBuild_ReplaysToItsState_AlsoBehindAStateThatItSaved(string name)
    {
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, name, "expected.json"))).RootElement;
        ulong hash = ulong.Parse(expected.GetProperty("stateHash").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        long stateAfter = expected.GetProperty("stateAfter").GetInt64();
        ZipFile.ExtractToDirectory(Path.Combine(Root, name, "journal.zip"), _folder.FullName);

        JournalReplay whole = new(new CoreOptions(), this);
        _ = JournalReader.Verify(_folder.FullName, whole);

        Assert.Equal((hash, expected.GetProperty("lastSequence").GetInt64(), expected.GetProperty("lastExecId").GetInt64()),
            (whole.Core.StateHash, whole.Core.LastSequence, whole.Core.LastExecId));
        Assert.True(whole.ProvenHashes > 50, "the state is proved on the way");
        Assert.Equal(whole.Core.LastExecId, _reports);

                JournalReplay behind = new(new CoreOptions(), this);
        SavedBytes saved = new(File.ReadAllBytes(Path.Combine(Root, name, "core.state")));
        behind.Resume(TradingCore.Load(saved), 0, new SessionLedger(), Guid.Empty);
        Assert.Equal(stateAfter, behind.Core.LastSequence);
        _ = JournalReader.Scan(_folder.FullName, new Behind(stateAfter, behind));

        Assert.Equal((hash, whole.Core.LastExecId), (behind.Core.StateHash, behind.Core.LastExecId));
    }

    // Commands behind the saved state, and the hashes behind them; rules and bounds are in the state.
    private sealed class Behind(long sequence, JournalReplay replay) : IJournalVisitor
    {
        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
        {
            if (header.Sequence > sequence)
            {
                replay.OnRecord(in header, payload);
            }
        }
    }
}
