using System.Globalization;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Gateway.Sessions;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Sessions;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>What a start knows when the sessions' stores are held against the journal.</summary>
/// <param name="Replay">At the journal's end.</param>
/// <param name="Sequencer">Where notes go.</param>
/// <param name="Identity">Which link it is.</param>
/// <param name="IsEndLost">The journal's end is lost, and that was accepted.</param>
/// <param name="LastSequence">Of the journal as it was found.</param>
/// <param name="MayMissNotes">The last run ended in a way that can have taken notes of messages that left.</param>
internal sealed record FolderState(JournalReplay Replay, Sequencer Sequencer, Guid Identity, bool IsEndLost, long LastSequence, bool MayMissNotes)
{
    /// <summary>The snapshot that the start began with; 0 for none.</summary>
    public required long BaseSequence { get; init; }

    /// <summary>Reports of each session up to it, by the session's number.</summary>
    public required IReadOnlyDictionary<int, long> BaseCounts { get; init; }

    /// <summary>Reports that nothing makes any more are left out, as was asked for.</summary>
    public required bool SkipsLostReports { get; init; }

    /// <summary>Finds reports that were all sent for certain, of each session by its number. Reads snapshots.</summary>
    public required Func<IReadOnlyDictionary<int, long>> FindAllSent { get; init; }
}

/// <summary>Starting: the stores of the sessions, held against the journal.</summary>
internal sealed partial class FixDoor
{
    private const string DamagedExtension = ".damaged";

    /// <summary>The clients with their stores, for what holds the files of the folder against each other.</summary>
    public IReadOnlyCollection<ClientState> Clients => _clients;

    private string SessionFolder => Path.Combine(_options.DataFolder, "sessions");

    /// <summary>Opens the stores; a damaged one is told, and made again by <see cref="Start(FolderState)"/>.</summary>
    /// <exception cref="IOException">A store cannot be read, or is another link's.</exception>
    public void OpenStores()
    {
        _ = Directory.CreateDirectory(SessionFolder);
        foreach (ClientState client in _clients)
        {
            client.Use(OpenStore(client.Client));
        }

        _groups.Open(SessionFolder, _log);
    }

    /// <summary>Reports that were kept of a replay that begins again are made again.</summary>
    public void Restart()
    {
        foreach (ClientState client in _clients)
        {
            client.Kept.Clear();
        }
    }

    /// <summary>Whether a session was never sent reports which a snapshot no longer makes.</summary>
    /// <param name="state">The snapshot's.</param>
    /// <returns>The first such session in words; null when there is none.</returns>
    public string? FindLag(LinkState state)
    {
        foreach (ClientState client in _clients)
        {
            // Of a store that is lost or older the snapshot knows the numbers; its older segments went when everything was sent.
            long count = state.ReportCounts.GetValueOrDefault(client.Id);
            SessionNumbers? known = state.Ledger.Find(client.Id);
            bool isMadeAgain = known is not null && (client.IsLost || SessionMending.IsOlder(client.Store, known));
            if (!isMadeAgain && count > client.SentAtStart && (client.IsLost || !client.Store.HoldsAllUnsent()))
            {
                return $"session {client.Client.CompId} was sent its reports up to number {client.SentAtStart}, " +
                    $"and the snapshot stands after number {count}";
            }
        }

        return null;
    }

    /// <summary>Brings each session's store to where the journal is; from here on clients can log on.</summary>
    public void Start(FolderState folder)
    {
        IReadOnlyDictionary<int, long>? floor = null;
        _groups.Settle(folder.Identity, folder.Replay.Core);
        foreach (ClientState client in _clients)
        {
            if (client.FirstStore is null)
            {
                string path = StorePath(client.Client);
                File.Move(path, path + DamagedExtension, overwrite: true);
                client.FirstStore = FileSessionStore.Open(path, _options.SessionStoreBytes, OwnerOf(client.Client));
            }

            client.Store.Belong(folder.Identity, OwnerOf(client.Client));
            if (client.IsLost)
            {
                client.Store.BeOfVersion(client.Dialect.StoreVersion, OwnerOf(client.Client));
            }

            floor ??= client.IsLost && client.ReportCount > 0 ? folder.FindAllSent() : null;
            JournalReplay replay = folder.Replay;
            SessionNumbers? known = replay.Ledger.Find(client.Id);
            JournaledSession journal = new(known, client.ReportCount, replay.Ledger.NextIncoming(client.Id), floor?.GetValueOrDefault(client.Id)
                ?? 0, folder.MayMissNotes) { IsEndLost = folder.IsEndLost };
            int resets = client.Store.Resets;
            MendedSession mended = SessionMending.Mend(client.Store, client.IsLost, in journal, client.Kept.Count);
            if (client.Store.BeganNs == 0 || client.Store.Resets != resets)
            {
                // It does not know since when these numbers count. A running link sets them back when a period of the session begins:
                // whatever is in the journal behind that came after.
                client.Store.BeganNs = replay.LastTimeNs;
            }

            if (mended.Line is { } line)
            {
                _log.StoreMended(line);
            }

            if (folder.IsEndLost || known is { OwesNews: true })
            {
                client.News = NewsOfLoss(folder);
            }

            if (folder.SkipsLostReports)
            {
                // Nothing makes them again, and --skip-lost-reports left them out.
                client.Store.SentMark = Math.Max(client.Store.SentMark,
                    Math.Min(folder.BaseCounts.GetValueOrDefault(client.Id), client.Store.Mark));
            }

            Start(client, folder, in mended);
        }
    }

    private static string NewsOfLoss(FolderState folder) => string.Create(CultureInfo.InvariantCulture,
        $"The link went on without the end of its journal. What it told you after command {folder.LastSequence} is void: " +
        $"ask for the status of your orders. Execution ids go on above {folder.Replay.Core.LastExecId}.");

    private void Start(ClientState client, FolderState folder, in MendedSession mended)
    {
        (client.Numbers, client.UnsureTo) = (mended.Numbers, mended.UnsureTo);
        if (folder.IsEndLost)
        {
            client.Store.ProvenSequence = folder.Replay.Core.LastSequence;
            client.Store.NextIncoming = Math.Max(1, client.Store.NextIncoming);
        }

        Span<byte> bytes = stackalloc byte[SessionNote.Bytes];
        foreach (MissedNote missed in mended.Missed)
        {
            FileSessionStore store = client.Store;
            new SessionNote(client.Id, missed.Kind, store.Resets, missed.Number, missed.Mark, store.NextIncoming,
                Math.Min(store.SentMark, missed.Mark)).Encode(bytes);
            _ = folder.Sequencer.TryAppendNote(JournalRecordType.SessionNote, bytes);
        }

        FixSessionOptions options = new() { CompId = _options.CompId, PeerCompId = client.Client.CompId,
            HeartbeatSecondsMax = _options.HeartbeatSecondsMax, MessageTypes = client.Dialect.MessageTypes,
            BeginString = client.Dialect.BeginString, DefaultApplVerId = client.Dialect.ApplVerId,
            SilenceSecondsMax = _options.SilenceSecondsMax, ResendNumbersMax = _options.ResendNumbersMax,
            Schedule = _options.SessionSchedules.GetValueOrDefault(client.Client.CompId) };
        client.Start(new FixSession(options, client.Store, this) { MustReset = mended.MustReset });
        SendKept(client, mended.Missing);
        client.FirstUnsent = client.Session.SentMark >= client.ReportCount ? long.MaxValue
            : client.Session.SentMark >= folder.BaseCounts.GetValueOrDefault(client.Id) ? folder.BaseSequence + 1 : 1;
        _acceptor.Add(client.Session);
    }

    // Reports that no connection was given are told under the new numbers.
    private void BeginInNewVersions()
    {
        foreach (ClientState client in _clients)
        {
            SessionVersion.Begin(client.Session, client.Store, OwnerOf(client.Client), client.Dialect, _log);
        }
    }

    private FileSessionStore? OpenStore(ClientSession client)
    {
        try
        {
            FileSessionStore store = FileSessionStore.Open(StorePath(client), _options.SessionStoreBytes, OwnerOf(client));
            if (store.Found.Length > 0)
            {
                _log.StoreFound(store.Found);
            }

            return store;
        }
        catch (SessionStoreDamagedException damaged)
        {
            _log.StoreDamaged(StorePath(client), damaged.What, $"{client.CompId}.session{DamagedExtension}");
            return null;
        }
    }

    private string StorePath(ClientSession client) => Path.Combine(SessionFolder, $"{client.CompId}.session");

    private SessionStoreOwner OwnerOf(ClientSession client) => new(_options.CompId, client.CompId);
}
