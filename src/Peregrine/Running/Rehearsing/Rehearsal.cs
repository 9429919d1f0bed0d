using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using Peregrine.Fix.Session;
using Peregrine.Hosting.Configuration;
using Peregrine.Primitives;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Running.Rehearsing;

/// <summary>What a rehearsal did.</summary>
internal readonly record struct RehearsalResult(int Messages, int Requests, long MethodsCompiled, double Seconds);

/// <summary>
/// A small day of trading before a link is ready, so that the first order of the real day finds code that is compiled and data structures that were
/// used: a second link with instruments, clients, ports and a folder of its own is started, traded on by FIX and HTTP, and thrown away. It shares
/// nothing with the real one but the code.
/// </summary>
/// <remarks>
/// Thread: the caller's, and those that a link has. It plays until the runtime compiles hardly anything more, at most <see cref="MostMs"/>; what
/// it leaves in memory is collected. Not rehearsed: what a start does (replay, snapshots), and simulated participants.
/// </remarks>
internal sealed class Rehearsal
{
    /// <summary>It ends then, whatever is still compiled.</summary>
    public const int MostMs = 6_000;

    private const string Symbol = "REHEARSE";
    private const string Buyer = "REHEARSAL-BUYER";
    private const string Seller = "REHEARSAL-SELLER";
    private const int RoundsATime = 20;

    // The runtime compiles again, better, what was called often, a tenth of a second after it found that.
    private const int CompilerMs = 150;
    private const int QuietTimes = 2;
    private const int FewMethods = 25;
    private const long SegmentBytes = 8L << 20;
    private const long StoreBytes = 1L << 20;
    private const int Orders = 4_096;
    private const int ClientOrderIds = 65_536;

    private readonly LinkHost _host;
    private readonly RehearsalClient _buyer;
    private readonly RehearsalClient _seller;
    private readonly HttpRehearsal? _http;
    private int _round;

    private Rehearsal(LinkHost host, string senderCompId)
    {
        _host = host;
        _buyer = new RehearsalClient(Buyer, senderCompId, host.Link.FixEndPoint);
        _seller = new RehearsalClient(Seller, senderCompId, host.Link.FixEndPoint);
        _http = host is { Api: { } api, Token: { } token } ? new HttpRehearsal(api.EndPoint, token.Text, Symbol) : null;
    }

    /// <summary>Plays it.</summary>
    /// <param name="options">Of the real link: its durability, its way of waiting and whether it has a console count.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="Exception">It could not be played; the real link is none the worse for it.</exception>
    public static RehearsalResult Play(PeregrineOptions options, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        long compiledBefore = JitInfo.GetCompiledMethodCount();
        string folder = Directory.CreateTempSubdirectory("peregrine-rehearsal-").FullName;
        try
        {
            (int messages, int requests) = PlayIn(ScratchOf(options, folder), start, stop);
            return new RehearsalResult(messages, requests, JitInfo.GetCompiledMethodCount() - compiledBefore,
                Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);

            // The first collection of the day would otherwise be that of the rehearsal's link.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    private static (int Messages, int Requests) PlayIn(PeregrineOptions scratch, long start, CancellationToken stop)
    {
        using LinkHost host = new(scratch, new RunRequest(null, 0), NullLoggerFactory.Instance);
        Thread link = new(() => RunLink(host)) { IsBackground = true, Name = "rehearsal" };
        link.Start();
        try
        {
            Request everything = new(RequestKind.Subscribe, ["*"], Depth.Orders);
            using MarketDataClient subscriber = new(host.Server.EndPoint, new SubscribedBooks(), [everything]);
            subscriber.Start();
            Rehearsal rehearsal = new(host, scratch.Fix.SenderCompId);
            try
            {
                rehearsal.PlayUntilNothingIsCompiled(start, stop);
                return (rehearsal._buyer.Sent + rehearsal._seller.Sent, rehearsal._http?.Sent ?? 0);
            }
            finally
            {
                rehearsal._buyer.Dispose();
                rehearsal._seller.Dispose();
                rehearsal._http?.Dispose();
            }
        }
        finally
        {
            host.Link.RequestStop();
            link.Join();
        }
    }

    // An exception that leaves a thread ends the process, and this is not the real link: its clients notice that it is gone.
    private static void RunLink(LinkHost host)
    {
        try
        {
            host.Run();
        }
        catch (Exception)
        {
            host.Link.RequestStop();
        }
    }

    private void PlayUntilNothingIsCompiled(long start, CancellationToken stop)
    {
        for (int quiet = 0; quiet < QuietTimes && !stop.IsCancellationRequested && Stopwatch.GetElapsedTime(start).TotalMilliseconds < MostMs;)
        {
            long before = JitInfo.GetCompiledMethodCount();
            for (int round = 0; round < RoundsATime; round++)
            {
                PlayRound();
            }

            _ = stop.WaitHandle.WaitOne(CompilerMs);
            quiet = JitInfo.GetCompiledMethodCount() - before <= FewMethods ? quiet + 1 : 0;
        }
    }

    // Every kind of request, and what is refused of it; prices stay where they are, so that each round is like the one before.
    private void PlayRound()
    {
        _round++;
        string tomorrow = DateTime.UtcNow.AddDays(2).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        foreach (string terms in (ReadOnlySpan<string>)
        [
            "40=2|44=99.90|59=0", "40=2|44=99.90|59=1", "40=2|44=99.90|59=0|111=10", "40=2|44=99.90|59=0|111=0|110=5", "40=2|44=99.80|59=0|18=6",
            "40=3|99=101.00|59=0", "40=4|99=101.00|44=101.50|59=1", "40=P|18=R|211=-0.05|59=0", "40=P|18=a|211=0.50|59=0",
            "40=2|44=99.70|59=0|18=G", $"40=2|44=99.90|59=6|432={tomorrow}",
        ])
        {
            string id = _buyer.Order("D", $"55={Symbol}|54=1|38=100|{terms}");
            _ = _buyer.Order("F", $"41={id}|55={Symbol}|54=1");
        }

        string resting = _buyer.Order("D", $"55={Symbol}|54=1|38=100|40=2|44=99.90|59=0");
        string moved = _buyer.Order("G", $"41={resting}|55={Symbol}|54=1|38=100|40=2|44=99.95");
        string less = _buyer.Order("G", $"41={moved}|55={Symbol}|54=1|38=50|40=2|44=99.95");
        _buyer.Ask("H", $"11={less}|55={Symbol}|54=1");
        Trade();
        Refuse(less);
        _ = _buyer.Order("q", "530=7");
        _buyer.Ask("1", "112=REHEARSAL");
        if (_round % RoundsATime == 0)
        {
            _buyer.Ask("2", "7=1|16=0");
        }

        _buyer.Drain();
        _seller.Drain();
        _http?.PlayRound();
    }

    private void Trade()
    {
        foreach (string terms in (ReadOnlySpan<string>)
            ["40=2|44=100.00|59=0", "40=2|44=100.00|59=3", "40=2|44=100.00|59=4", "40=1|59=0", "40=K|59=0"])
        {
            _ = _seller.Order("D", $"55={Symbol}|54=2|38=100|40=2|44=100.00|59=0");
            _ = _buyer.Order("D", $"55={Symbol}|54=1|38=100|{terms}");
        }
    }

    private void Refuse(string known)
    {
        _buyer.Ask("D", $"11={known}|55={Symbol}|54=1|38=100|40=2|44=99.00|59=0|60=20300101-00:00:00");
        _ = _buyer.Order("D", $"55={Symbol}|54=1|38=100|40=2|44=500.00|59=0");
        _ = _buyer.Order("D", "55=NOWHERE|54=1|38=100|40=2|44=99.00|59=0");
        _ = _buyer.Order("D", $"55={Symbol}|54=1|38=100|40=2|44=abc|59=0");
        _ = _buyer.Order("D", $"55={Symbol}|54=1|38=100|40=1|59=3");
        _ = _buyer.Order("F", $"41=NONE|55={Symbol}|54=1");
        _ = _buyer.Order("G", $"41=NONE|55={Symbol}|54=1|38=100|40=2|44=99.00");
    }

    private static PeregrineOptions ScratchOf(PeregrineOptions options, string folder)
    {
        IPEndPoint anyPort = new(IPAddress.Loopback, 0);
        AccountLimits limits = new(1_000_000, 1_000_000_000, 1_000);
        TradingRules rules = new(
            [new Instrument(0, Symbol, 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(10_000) }],
            [new Account(0, Buyer, limits), new Account(1, Seller, limits)]);
        return options with
        {
            DataFolder = folder,
            Fix = options.Fix with { EndPoint = anyPort, SessionStoreBytes = StoreBytes, Tls = null, MessageLog = null,
                DropCopySessions = [], MarketDataSessions = [] },
            MarketData = options.MarketData with { EndPoint = anyPort },
            Console = options.Console with { EndPoint = anyPort },
            Simulator = options.Simulator with { IsEnabled = false },
            Journal = options.Journal with
            {
                SegmentBytes = SegmentBytes,
                KeepsHops = false,
                Snapshot = options.Journal.Snapshot with { EveryCommands = 0, EveryMinutes = 0, Retention = null },
            },
            Ids = options.Ids with { DatabasePath = Path.Combine(folder, "ids.db") },
            Threads = options.Threads with { PinnedCore = -1 },
            Capacity = options.Capacity with { Orders = Orders, ClientOrderIds = ClientOrderIds },
            Rules = rules,
            Calendars = new Dictionary<string, PhaseCalendar>(),
            Sessions = [new ClientSession(Buyer, [0]), new ClientSession(Seller, [1])],
            SessionSchedules = new Dictionary<string, FixSchedule>(),
            SessionVersions = new Dictionary<string, string>(),
            SessionCertificates = new Dictionary<string, IReadOnlyList<string>>(),
        };
    }
}
