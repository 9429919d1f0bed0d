using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Sequencing.Doors;
using Peregrine.Sequencing.Sessions;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>What the door of FIX knows of a client.</summary>
internal sealed class ClientState(DoorSession door, OrderDialect dialect) : IReportClient
{
    /// <summary>Most reports that are kept while the journal is read; of more, all are made again when they are asked for.</summary>
    public const int KeptMax = 1 << 12;

    /// <summary>The session as the engine room knows it.</summary>
    public DoorSession Door { get; } = door;

    /// <summary>The version of FIX that it speaks.</summary>
    public OrderDialect Dialect { get; } = dialect;

    public int Id => Door.Id;

    public ClientSession Client => Door.Client;

    /// <summary>The store as it was found; null when it is damaged.</summary>
    public FileSessionStore? FirstStore { get; set; }

    /// <summary>The store.</summary>
    public FileSessionStore Store => FirstStore!;

    /// <summary>The session; from the end of the start on.</summary>
    public FixSession Session { get; private set; } = null!;

    public bool IsStarted => Session is not null;

    /// <inheritdoc/>
    public string Name => Client.CompId;

    /// <inheritdoc/>
    public bool IsBehind => Session.IsBehind;

    /// <inheritdoc/>
    public void GoOn(long nowNs) => Session.Resume(nowNs);

    /// <summary>Its store was not there, or damaged.</summary>
    public bool IsLost { get; private set; }

    /// <inheritdoc cref="DoorSession.ReportCount"/>
    public long ReportCount => Door.ReportCount;

    /// <summary>How many of them the store held at start.</summary>
    public long SavedAtStart { get; private set; }

    /// <summary>How many of them had been given to a connection.</summary>
    public long SentAtStart { get; private set; }

    /// <summary>The reports that its store lacks, as bytes, from the first on; while the journal is read.</summary>
    public List<byte[]> Kept { get; } = [];

    /// <summary>Which outgoing numbers were reports.</summary>
    public NumberRuns Numbers { get; set; } = new();

    /// <summary>Up to here it is not known what the client was sent.</summary>
    public long UnsureTo { get; set; }

    /// <summary>Reports up to here could not be made again when it asked: with new numbers it begins behind them.</summary>
    public long Untellable { get; set; }

    /// <summary>What it is to be told of a loss when it logs on; null when nothing.</summary>
    public string? News { get; set; }

    /// <summary>The same once it went out, until the client goes on: should it begin with new numbers instead, it goes out again.</summary>
    public string? ToldNews { get; set; }

    /// <summary>Command of the first report that was given to no connection yet; the largest number when there is none.</summary>
    public long FirstUnsent { get; set; } = long.MaxValue;

    /// <summary>It went away, and its orders are still to be cancelled.</summary>
    public bool OwesDisconnect { get; set; }

    /// <summary>What it asked for about its trades; null before the first time.</summary>
    public TradeCapture? Capture { get; set; }

    /// <summary>Its requests that wait for its rate; null where none may.</summary>
    public ThrottleQueue? Waiting { get; } = door.Client.ThrottleQueueMax > 0 ? new ThrottleQueue(door.Client.ThrottleQueueMax) : null;

    /// <summary>It is among those whose requests wait.</summary>
    public bool IsWaitingListed { get; set; }

    /// <summary>Its lists that wait for their ListExecute.</summary>
    public HeldLists Held { get; } = new();

    /// <summary>It waits for what it received to be saved.</summary>
    public bool IsUnsavedListed { get; set; }

    /// <summary>Sequence of its last command.</summary>
    public long LastSequence { get; set; }

    public long ReceivedNs => Clock.FromUnixNs(Session.LastReceivedNs);

    /// <summary>Takes the store as it was found; null where it is damaged and will be made again.</summary>
    public void Use(FileSessionStore? store)
    {
        FirstStore = store;
        IsLost = store is null || store.IsNew;
        (SavedAtStart, SentAtStart) = (store?.Mark ?? 0, store?.SentMark ?? 0);
    }

    /// <summary>From here on it can log on.</summary>
    public void Start(FixSession session)
    {
        Session = session;
        session.Tag = this;
    }
}
