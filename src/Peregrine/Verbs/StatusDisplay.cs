using System.Globalization;
using Peregrine.Hosting.Configuration;
using Peregrine.Fix.Session;
using Peregrine.Gateway;
using Peregrine.Primitives;
using Peregrine.Sequencing.Hops;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Peregrine.Verbs;

/// <summary>The live status of a running link on a terminal, twice a second, from a thread of its own.</summary>
internal sealed class StatusDisplay : IDisposable
{
    private const int IntervalMs = 500;
    private readonly OrderLink _link;
    private readonly PeregrineOptions _options;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private long _lastSequence;
    private long _lastNs;

    public StatusDisplay(OrderLink link, PeregrineOptions options)
    {
        _link = link;
        _options = options;
        _lastSequence = link.Status().Sequence;
        _lastNs = Clock.MonotonicNs;
        _thread = new Thread(Show) { IsBackground = true, Name = "status" };
        _thread.Start();
    }

    /// <summary>Leaves the last picture and ends.</summary>
    public void Stop()
    {
        _stop.Set();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }

    private void Show()
    {
        try
        {
            AnsiConsole.Live(Picture()).Start(live =>
            {
                while (!_stop.Wait(IntervalMs))
                {
                    live.UpdateTarget(Picture());
                }
            });
        }
        catch (IOException)
        {
            // The terminal has hung up: nobody looks any more.
        }
    }

    private Rows Picture()
    {
        LinkStatus status = _link.Status();
        long nowNs = Clock.MonotonicNs;
        double perSecond = (status.Sequence - _lastSequence) * 1e9 / Math.Max(nowNs - _lastNs, 1);
        (_lastSequence, _lastNs) = (status.Sequence, nowNs);
        Table sessions = new Table().Border(TableBorder.Rounded).AddColumns("session", "state", "next in", "next out", "received", "sent");
        foreach (SessionStatus session in status.Sessions)
        {
            string state = session.State == FixSessionState.LoggedOn ? "[green]logged on[/]" : "[grey]off[/]";
            _ = sessions.AddRow(Markup.Escape(session.CompId), state, N(session.NextIncoming), N(session.NextOutgoing), N(session.Received),
                N(session.Sent));
        }

        HopStatistics hops = _link.Hops;
        Table latency = new Table().Border(TableBorder.Rounded).AddColumns("us since start", "p50", "p99", "p99.9", "max");
        AddHop(latency, "wire to wire", hops.Total);
        for (int hop = 0; hop < HopStatistics.HopNames.Count; hop++)
        {
            AddHop(latency, $"  {HopStatistics.HopNames[hop]}", hops.Hop(hop));
        }

        List<IRenderable> rows =
        [
            new Markup($"[bold]Peregrine[/]  {perSecond.ToString("N0", CultureInfo.InvariantCulture)} orders/s  command " +
                $"{N(status.Sequence)}  trades {N(status.Trades)}  rejects {N(status.Rejects)}  working {N(status.WorkingOrders)}  bad input " +
                $"{N(status.BadInputs)}"),
            new Markup($"journal [bold]{_options.Journal.Durability.ToString().ToLowerInvariant()}[/]  durable " +
                $"{N(status.DurableSequence)}  {N(status.JournalBytes >> 10)} KiB  {N(status.JournalSyncs)} syncs   GC " +
                $"{GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}  pauses " +
                $"{GC.GetTotalPauseDuration().TotalMilliseconds.ToString("N1", CultureInfo.InvariantCulture)} ms"),
            sessions,
            latency,
        ];
        return new Rows(rows);
    }

    private static void AddHop(Table table, string name, LatencyHistogram histogram) => _ = histogram.Count == 0
        ? table.AddRow(name, "-", "-", "-", "-")
        : table.AddRow(name, Us(histogram.Quantile(0.5)), Us(histogram.Quantile(0.99)), Us(histogram.Quantile(0.999)), Us(histogram.Max));

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Us(long ns) => (ns / 1e3).ToString("N1", CultureInfo.InvariantCulture);
}
