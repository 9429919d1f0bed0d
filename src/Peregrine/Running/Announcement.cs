using Microsoft.Extensions.Logging;
using Peregrine.Api;
using Peregrine.Gateway;
using Peregrine.Hosting.Configuration;
using Peregrine.Journal.Snapshots;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Sessions;
using Peregrine.Simulator;
using Peregrine.Tools.Inspect;

namespace Peregrine.Running;

/// <summary>What a run tells before it is ready: what the start found, and where everything is.</summary>
internal sealed class Announcement(LinkHost host, PeregrineOptions options, ILogger log)
{
    private const double NsPerSecond = 1e9;

    /// <summary>Tells all of it; the last line is "ready".</summary>
    public void Tell()
    {
        LinkRecovery recovery = host.Link.Recovery;
        TellStart(recovery.Start);
        int segments = recovery.Journal.Segments - recovery.Journal.SkippedSegments;
        log.Replayed(recovery.Commands, segments, recovery.Start.ReplayNs / NsPerSecond, recovery.ProvenHashes, recovery.StateHash);
        log.Compared(recovery.Start.CheckNs / NsPerSecond);
        if (recovery.Journal.TornAt is { } torn)
        {
            log.CutTornTail(recovery.Journal.TornBytes, torn);
        }

        log.DataIn(Path.GetFullPath(options.DataFolder), options.Journal.Durability.ToString().ToLowerInvariant(),
            options.Threads.Wait.ToString().ToLowerInvariant());
        log.FixOn(host.Link.FixEndPoint, options.Fix.SenderCompId, string.Join(", ", options.Sessions.Select(NameOf)));
        if (host.Link.DropCopyEndPoint is { } dropCopy)
        {
            log.DropCopyOn(dropCopy, $"{string.Join(", ", options.Fix.DropCopySessions)} ({options.Fix.DropCopyVersion})");
        }

        log.MarketDataOn(host.Server.EndPoint, host.Server.Options.Source);
        if (host.OverFix is { EndPoint: { } overFix })
        {
            log.MarketDataOverFixOn(overFix, $"{string.Join(", ", options.Fix.MarketDataSessions)} ({options.Fix.MarketDataVersion})");
        }

        FlowView flow = host.Flow;
        if (flow.Kind == "simulator")
        {
            log.Simulates(Fleet.Roster.Count, flow.OrdersPerSecond, flow.Seed,
                options.Simulator.Path == SimulatorPath.Fix ? "FIX" : "local port");
        }
        else
        {
            log.Flows(flow.Kind, flow.Text);
        }

        TellConsole();
        log.Ready();
    }

    private string NameOf(ClientSession session) => $"{session.CompId} ({options.SessionVersions[session.CompId]})";

    private void TellStart(LinkStart start)
    {
        foreach (SnapshotFault fault in start.Passed)
        {
            log.SnapshotPassedOver(fault);
        }

        if (start.Snapshot is { } snapshot)
        {
            log.SnapshotLoaded(snapshot.Path, JournalText.Time(snapshot.TimeNs), snapshot.Position.Sequence, start.LoadNs / NsPerSecond);
        }

        if (start.Skipped is { } skipped)
        {
            log.ReportsLost(skipped);
        }
    }

    private void TellConsole()
    {
        if (host is not { Api: { } api, Token: { } token })
        {
            return;
        }

        string file = Path.GetFullPath(Path.Combine(options.DataFolder, AccessToken.FileName));
        if (token.IsNew)
        {
            log.ConsoleOnWithNewToken(api.EndPoint, token.Text, file);
        }
        else
        {
            log.ConsoleOn(api.EndPoint, file);
        }

        if (!System.Net.IPAddress.IsLoopback(api.EndPoint.Address))
        {
            log.ConsoleIsOpen(api.EndPoint);
        }
    }
}
