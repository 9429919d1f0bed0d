using System.Diagnostics;
using System.Net;
using Peregrine.Ids;
using Peregrine.Journal;
using Peregrine.Sequencing.Sessions;
using Peregrine.Sequencing.Tests;

namespace Peregrine.Gateway.Tests;

/// <summary>A link in this process, driven pass by pass on the test's own thread, with everything it needs.</summary>
internal sealed class LinkRig : IDisposable
{
    private const int PassesMax = 2_000_000;
    private const int RemakePassesMax = 20_000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-test-");
    private readonly MemorySegments _segments = new();
    private readonly List<string> _log = [];
    private IdSegmentAllocator _ids = null!;

    public LinkRig(Durability durability = Durability.Os, Func<LinkOptions, LinkOptions>? change = null)
    {
        Durability = durability;
        Change = change ?? (options => options);
        Start();
    }

    /// <summary>Options whose client speaks a version of FIX.</summary>
    public static Func<LinkOptions, LinkOptions> Speaking(string version) => options => options with
    {
        SessionVersions = new Dictionary<string, string> { ["CLIENT"] = version },
    };

    public Durability Durability { get; }

    /// <summary>Applied to the options of every start.</summary>
    public Func<LinkOptions, LinkOptions> Change { get; set; }

    public OrderLink Link { get; private set; } = null!;

    /// <summary>What was told until now. The journal's thread tells, too.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_log)
            {
                return [.. _log];
            }
        }
    }

    public string DataFolder => Path.Combine(_folder.FullName, "data");

    /// <summary>A client that is logged on.</summary>
    public FixClient Connect(long nextOutgoing = 1, long nextIncoming = 1, Action<string>? seen = null, string compId = "CLIENT",
        string version = "FIX.4.4")
    {
        FixClient client = new(Link.FixEndPoint, compId, nextOutgoing, nextIncoming, version) { Seen = seen };
        client.Logon();
        Pump(client, () => client.IsLoggedOn);
        return client;
    }

    /// <summary>Passes of link and client until something holds.</summary>
    public void Pump(FixClient client, Func<bool> isDone)
    {
        for ((int pass, int remaking) = (0, 0); !isDone();)
        {
            Assert.True(pass < PassesMax && remaking < RemakePassesMax, "it happens in the end");
            if (Link.IsRemaking)
            {
                // On a thread that gets what the others leave.
                Thread.Sleep(1);
                remaking++;
            }
            else
            {
                pass++;
            }

            Assert.True(Link.TryPass(), Link.Failure);
            client.Receive();
        }
    }

    /// <summary>As after kill -9: another process would find the folder as it is now. The old link gets no chance to put anything in order.</summary>
    public void CrashAndStart()
    {
        string image = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        Copy(DataFolder, image);
        Link.Dispose();
        Directory.Delete(DataFolder, recursive: true);
        Directory.Move(image, DataFolder);
        _ids.Dispose();
        Start();
    }

    public void Restart()
    {
        Link.Dispose();
        _ids.Dispose();
        Start();
    }

    public void Dispose()
    {
        Link.Dispose();
        _ids.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>A copy of a file or folder as it is at the moment. Not by .NET, which heeds the locks of the link.</summary>
    public static void Copy(string from, string to)
    {
        using Process copy = Process.Start("cp", ["-r", from, to]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
    }

    private void Start()
    {
        _ids = new IdSegmentAllocator(_segments, "orders");
        LinkOptions options = new()
        {
            DataFolder = DataFolder,
            Durability = Durability,
            SegmentBytes = 8 << 20,
            FixEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            Sessions = [new ClientSession("CLIENT", [0, 1])],
            Rules = SmallRules.Rules(),
            Ids = _ids,
            Wait = WaitMode.Spin,
            SessionStoreBytes = 1 << 20,
            OrdersMax = 4_096,
            ClientOrderIdsMax = 1 << 17,
            InFlightMax = 256,
        };
        Link = OrderLink.Start(Change(options), Tell);
    }

    private void Tell(string line)
    {
        lock (_log)
        {
            _log.Add(line);
        }
    }

    /// <summary>Segments that outlive a link, as a database would.</summary>
    private sealed class MemorySegments : IIdSegmentStore
    {
        private long _next = 1;

        public IdSegment Lease(string tag, int count) => new(Interlocked.Add(ref _next, count) - count, count);
    }
}
