using Peregrine.Journal;
using Peregrine.Journal.Snapshots;
using Peregrine.Sequencing.Snapshots;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>A link, its folder, its clients and the truth about them: what is done to it as a whole.</summary>
internal sealed class DrillWorld : IDisposable
{
    private readonly string _root = FolderImage.NewFolder();
    private int _folders;

    public DrillWorld(DrillSetup setup, Func<string, DrillClient> newClient)
    {
        Setup = setup;
        DataFolder = NewFolder("data");
        Clients = [.. setup.CompIds.Select(newClient)];
        Link = DrillLink.Start(DataFolder, setup, Truth);
    }

    public DrillSetup Setup { get; }

    public DrillTruth Truth { get; } = new();

    public IReadOnlyList<DrillClient> Clients { get; }

    public DrillLink Link { get; private set; }

    public string DataFolder { get; private set; }

    /// <summary>Copies of the folder from earlier moments, oldest first.</summary>
    public List<string> OlderCopies { get; } = [];

    /// <summary>Whether the journal's first segments were let go.</summary>
    public bool IsJournalCut { get; private set; }

    /// <summary>Whether the last end was a kill.</summary>
    public bool WasKilled { get; private set; }

    private string JournalFolder => Path.Combine(DataFolder, "journal");

    private string SnapshotFolder => Path.Combine(DataFolder, "snapshots");

    public string NewFolder(string name) => Path.Combine(_root, $"{++_folders:00}-{name}");

    public void Logon(DrillClient client, bool reset = false)
    {
        client.Connect(Link.Link.FixEndPoint, reset);
        _ = Link.Settle(Clients);
    }

    /// <summary>Keeps a copy of everything as it is now.</summary>
    public void KeepCopy()
    {
        string copy = NewFolder("older");
        FolderImage.Take(DataFolder, copy);
        OlderCopies.Add(copy);
    }

    public void TakeSnapshot() => _ = Snapshotter.Take(new SnapshotRequest(JournalFolder, SnapshotFolder, 2));

    /// <summary>Lets old segments go, as a running link does: once the stores hold what is in them.</summary>
    public void Retain()
    {
        Link.Settle(Clients);
        if (Directory.Exists(SnapshotFolder))
        {
            SnapshotStore snapshots = SnapshotStore.Open(SnapshotFolder);
            JournalRetentionResult gone = JournalRetention.Apply(JournalFolder, snapshots, new JournalRetentionOptions(), 0, []);
            IsJournalCut |= gone.Segments > 0;
        }
    }

    /// <summary>The link is gone; its folder is as kill -9, or an end in order, leaves it.</summary>
    public void End(bool isCrash)
    {
        WasKilled = isCrash;
        if (isCrash)
        {
            string image = NewFolder("image");
            FolderImage.Take(DataFolder, image);
            DataFolder = image;
            Truth.IsFrozen = true;
        }

        foreach (DrillClient client in Clients)
        {
            client.Drop();
        }

        Link.Dispose();
        Truth.IsFrozen = false;
    }

    /// <summary>Starts on the folder as it is.</summary>
    public void Start() => Link = DrillLink.Start(DataFolder, Setup, Truth);

    /// <summary>Takes a link that was started by other means.</summary>
    public void Use(DrillLink link) => Link = link;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DrillClient client in Clients)
        {
            client.Dispose();
        }

        Link.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
