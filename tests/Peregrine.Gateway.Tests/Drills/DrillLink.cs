using System.Reflection;
using Peregrine.Ids;
using Peregrine.Ids.Sqlite;
using Peregrine.Sequencing.Recovery;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>Ways on that a refused start may name, and that were taken.</summary>
internal sealed record DrillWays
{
    public bool AcceptsLostCommands { get; init; }

    public bool SkipsLostReports { get; init; }
}

/// <summary>A link on a data folder as the command has it, ids included, driven pass by pass on the test's own thread.</summary>
internal sealed class DrillLink : IDisposable
{
    private const int IdlePassesMin = 500;
    private const int IdleMs = 2_000;
    private const int MomentMs = 20;
    private const int DurableMs = 20_000;

    private readonly SqliteIdSegmentStore _store;
    private readonly IdSegmentAllocator _ids;

    private DrillLink(string dataFolder, DrillSetup setup, DrillTruth truth, DrillWays ways)
    {
        _ = Directory.CreateDirectory(dataFolder);
        _store = new SqliteIdSegmentStore(Path.Combine(dataFolder, "ids.db"));
        try
        {
            _ids = new IdSegmentAllocator(_store, DrillSetup.IdsTag, new IdSegmentOptions { CountMin = 200 });
            LinkOptions options = setup.ToOptions(dataFolder, _ids, truth) with { SkipLostReports = ways.SkipsLostReports };
            Link = OrderLink.Start(ways.AcceptsLostCommands ? AcceptLostCommands(options) : options, Log.Add);
        }
        catch
        {
            _ids?.Dispose();
            _store.Dispose();
            throw;
        }
    }

    public OrderLink Link { get; }

    public List<string> Log { get; } = [];

    /// <summary>Whether the last <see cref="Settle"/> gave up.</summary>
    public bool IsStuck { get; private set; }

    /// <summary>Starts, or says why not.</summary>
    /// <param name="refusal">What the start said; null when it starts.</param>
    /// <remarks>An exception that no start documents goes through: that is a crash, not a refusal.</remarks>
    public static DrillLink? TryStart(string dataFolder, DrillSetup setup, DrillTruth truth, DrillWays ways, out string? refusal)
    {
        try
        {
            refusal = null;
            return new DrillLink(dataFolder, setup, truth, ways);
        }
        catch (Exception fault)
            when (fault is IOException or InvalidDataException or UnauthorizedAccessException or ReplayException or IdSegmentStoreException
                or ArgumentException)
        {
            refusal = fault.Message;
            return null;
        }
    }

    public static DrillLink Start(string dataFolder, DrillSetup setup, DrillTruth truth) => new(dataFolder, setup, truth, new DrillWays());

    /// <summary>One pass of the link and of every client.</summary>
    /// <returns>Whether a client got something.</returns>
    public bool Pass(IEnumerable<DrillClient> clients)
    {
        Assert.True(Link.TryPass(), Link.Failure);
        bool isMore = false;
        foreach (DrillClient client in clients)
        {
            isMore |= client.Receive();
        }

        return isMore;
    }

    /// <summary>A pass in which the link takes what there is, and then the disk alone works on for a moment.</summary>
    public void TakeAndWait()
    {
        Assert.True(Link.TryPass(), Link.Failure);
        long startMs = Environment.TickCount64;

        // What did not fit into the batch on its way waits for the next pass: it does not become durable here.
        LinkStatus status = Link.Status();
        while (status.Sequence != status.DurableSequence && Environment.TickCount64 - startMs < MomentMs)
        {
            _ = Thread.Yield();
            status = Link.Status();
        }
    }

    /// <summary>Passes until every client that is logged on has all that there is for it, and the link all that they sent.</summary>
    /// <returns>False when nothing moves any more before that.</returns>
    public bool Settle(IReadOnlyList<DrillClient> clients)
    {
        long movedMs = Environment.TickCount64;
        int idle = 0;
        int quiet = 0;
        while (true)
        {
            if (Pass(clients))
            {
                (idle, quiet, movedMs) = (0, 0, Environment.TickCount64);
                continue;
            }

            idle++;
            if (idle % 4 == 0)
            {
                LinkStatus status = Link.Status();
                bool isDurable = status.Sequence == status.DurableSequence;
                if (Link.IsRemaking)
                {
                    // A second core makes reports again, on a thread that gets what the others leave.
                    (quiet, movedMs) = (0, Environment.TickCount64);
                    Thread.Sleep(1);
                    continue;
                }

                quiet = isDurable && clients.All(client => IsAtRest(client, status)) ? quiet + 1 : 0;
                if (quiet >= 2)
                {
                    IsStuck = false;
                    return true;
                }

                long idleMs = Environment.TickCount64 - movedMs;
                Assert.True(isDurable || idleMs < DurableMs, "what was taken becomes durable");
                if (isDurable && idle > IdlePassesMin && (IsStuck || idleMs > IdleMs))
                {
                    IsStuck = true;
                    return false;
                }
            }
        }
    }

    public static bool IsAtRest(DrillClient client, LinkStatus status)
    {
        SessionStatus session = status.Sessions.First(session => session.CompId == client.CompId);
        bool isEqual = session.NextOutgoing == client.NextIncoming && session.NextIncoming == client.NextOutgoing;
        return !client.IsConnected || (client.IsLoggedOn && isEqual && !client.Ledger.IsWaiting);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Link.Dispose();
        _ids.Dispose();
        _store.Dispose();
    }

    // By its name, so that the drill compiles beside a link that does not have it.
    private static LinkOptions AcceptLostCommands(LinkOptions options)
    {
        PropertyInfo? property = typeof(LinkOptions).GetProperty("AcceptLostCommands");
        Assert.True(property is not null, "the start names --accept-lost-commands, and LinkOptions has no AcceptLostCommands");
        LinkOptions accepting = options with { };
        property.SetValue(accepting, true);
        return accepting;
    }
}
