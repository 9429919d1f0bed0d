using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>What earlier builds left is opened by this one: nobody starts anew for an upgrade.</summary>
public class FolderArchiveTests
{
    public static TheoryData<string> Folders() => [.. FolderArchive.Names];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Folder_OfAnEarlierBuild_GoesOnAsIfNothingHadHappened(string name) => CheckOpens(Path.Combine(FolderArchive.Root, name));

    /// <summary>With PEREGRINE_WRITE_FOLDERS=2027-03-v2 they stay, in tests/data/folders; docs/HACKING.md says when.</summary>
    [Fact]
    [Trait("Size", "Long")]
    public void Folders_OfThisBuild_AreArchivedAndOpen()
    {
        string? prefix = Environment.GetEnvironmentVariable("PEREGRINE_WRITE_FOLDERS");
        string target = prefix is null ? FolderImage.NewFolder() : FolderArchive.Root;

        FolderStories.WriteAll(target, prefix ?? "this-build");

        foreach (string path in Directory.EnumerateDirectories(target, $"{prefix ?? "this-build"}-*"))
        {
            CheckOpens(path);
        }

        if (prefix is null)
        {
            Directory.Delete(target, recursive: true);
        }
    }

    private static void CheckOpens(string path)
    {
        string folder = FolderImage.NewFolder();
        try
        {
            string dataFolder = Path.Combine(folder, "data");
            ArchivedFolder manifest = FolderArchive.Open(path, dataFolder);
            DrillTruth truth = new();
            using (DrillLink link = DrillLink.Start(dataFolder, manifest.ToSetup(), truth))
            {
                LinkStatus status = link.Link.Status();
                Assert.Equal((manifest.Commands, manifest.WorkingOrders), (status.Sequence, status.WorkingOrders));
                Assert.Equal(manifest.StateHash, link.Link.StateHash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture));
                foreach (ArchivedClient client in manifest.Clients)
                {
                    Assert.Equal(client, FolderArchive.AskForAll(link, client.CompId, client.NextOutgoing, client.NextIncoming));
                }
            }

            CheckGoesOn(dataFolder, manifest);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Started once more, on what this build has written since: new orders under new ids.
    private static void CheckGoesOn(string dataFolder, ArchivedFolder manifest)
    {
        DrillTruth truth = new();
        using DrillLink link = DrillLink.Start(dataFolder, manifest.ToSetup(), truth);
        foreach (SessionStatus session in link.Link.Status().Sessions)
        {
            using DrillClient client = new(session.CompId, sendsAgain: false);
            client.Resume(session.NextIncoming, session.NextOutgoing);
            client.Connect(link.Link.FixEndPoint);
            Assert.True(link.Settle([client]), "it logs on");

            client.Send("D", $"11={session.CompId}-AFTER|55=TEST|54=1|38=1|40=2|44=99.50");

            Assert.True(link.Settle([client]), "it is answered");
            IEnumerable<TrueReport> reports = truth.Of(session.CompId).Values.Where(report => report.ClientOrderId == $"{session.CompId}-AFTER");
            TrueReport accepted = Assert.Single(reports, report => report.Type == ReportType.Accepted);
            Assert.True(client.Ledger.Has(accepted.Key), "the order is acknowledged");
            Assert.True(accepted.OrderId > manifest.OrderIdMax, $"order id {accepted.OrderId} is above all before, {manifest.OrderIdMax}");
        }
    }
}
