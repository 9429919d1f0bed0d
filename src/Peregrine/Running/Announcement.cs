using System.Globalization;
using Peregrine.Api;
using Peregrine.Gateway;
using Peregrine.Hosting.Configuration;
using Peregrine.Journal.Snapshots;
using Peregrine.Sequencing.Recovery;
using Peregrine.Simulator;
using Peregrine.Tools.Inspect;

namespace Peregrine.Running;

/// <summary>What a run tells before it is ready: what the start found, and where everything is.</summary>
internal sealed class Announcement(LinkHost host, PeregrineOptions options, Action<string> log)
{
    private const double NsPerSecond = 1e9;

    /// <summary>Tells all of it; the last line is "ready".</summary>
    public void Tell()
    {
        LinkRecovery recovery = host.Link.Recovery;
        TellStart(recovery.Start);
        int segments = recovery.Journal.Segments - recovery.Journal.SkippedSegments;
        log(string.Create(CultureInfo.InvariantCulture,
            $"replayed {recovery.Commands} commands from {segments} segments in {recovery.Start.ReplayNs / NsPerSecond:F3} s, " +
            $"{recovery.ProvenHashes} state hashes proved, state hash {recovery.StateHash:x16}"));
        log(string.Create(CultureInfo.InvariantCulture,
            $"sessions, snapshots and ids held against the journal in {recovery.Start.CheckNs / NsPerSecond:F3} s"));
        if (recovery.Journal.TornAt is { } torn)
        {
            log($"cut a torn tail of {recovery.Journal.TornBytes} bytes: {torn}");
        }

        log($"data in {Path.GetFullPath(options.DataFolder)}, " +
            $"journal at level {options.Journal.Durability.ToString().ToLowerInvariant()}, waiting: " +
            $"{options.Threads.Wait.ToString().ToLowerInvariant()}");
        log($"FIX 4.4 on {host.Link.FixEndPoint}, our CompID {options.Fix.SenderCompId}, " +
            $"clients {string.Join(", ", options.Sessions.Select(session => session.CompId))}");
        log($"market data on {host.Server.EndPoint}, source {host.Server.Options.Source}");
        FlowView flow = host.Flow;
        log(flow.Kind == "simulator"
            ? string.Create(CultureInfo.InvariantCulture,
                $"simulator: {Fleet.Roster.Count} participants, {flow.OrdersPerSecond} requests/s, seed {flow.Seed}, " +
                $"by {(options.Simulator.Path == SimulatorPath.Fix ? "FIX" : "local port")}")
            : $"flow: {flow.Kind}, {flow.Text}");
        TellConsole();
        log("ready");
    }

    private void TellStart(LinkStart start)
    {
        foreach (SnapshotFault fault in start.Passed)
        {
            log($"snapshot passed over: {fault}");
        }

        if (start.Snapshot is { } snapshot)
        {
            log(string.Create(CultureInfo.InvariantCulture,
                $"snapshot {snapshot.Path} of {JournalText.Time(snapshot.TimeNs)}, after command {snapshot.Position.Sequence}, " +
                $"checked and loaded in {start.LoadNs / NsPerSecond:F3} s"));
        }

        if (start.Skipped is { } skipped)
        {
            log($"reports are lost, as --skip-lost-reports allowed: {skipped}");
        }
    }

    private void TellConsole()
    {
        if (host is not { Api: { } api, Token: { } token })
        {
            return;
        }

        string file = Path.GetFullPath(Path.Combine(options.DataFolder, AccessToken.FileName));
        log(token.IsNew
            ? $"console on http://{api.EndPoint}/#token={token.Text} (the access token is shown this once, and kept in {file})"
            : $"console on http://{api.EndPoint}/ (the access token for orders is in {file})");
        if (!System.Net.IPAddress.IsLoopback(api.EndPoint.Address))
        {
            log($"console: whoever reaches {api.EndPoint} sees books, orders and sessions, and the token goes over the wire in clear: " +
                $"put a proxy with TLS in front of it");
        }
    }
}
