using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Peregrine.Linux.Tls;
using Peregrine.Linux;
using Peregrine.Net.Tls;
using Peregrine.Net;
using Peregrine.Primitives;
using Peregrine.Samples;

Option<int> port = new("--port") { Description = "Port to listen on; 0 lets the system pick one.", DefaultValueFactory = _ => 9000 };
Option<string> address = new("--address") { Description = "Address to listen on.", DefaultValueFactory = _ => "127.0.0.1" };
Option<int> loops = new("--loops") { Description = "Event loops, each with a thread.", DefaultValueFactory = _ => 1 };
Option<string> backend = new("--backend") { Description = "epoll, epoll-et, io_uring or auto.", DefaultValueFactory = _ => "auto" };
Option<string> wait = new("--wait") { Description = "What an idle loop does: spin, yield, block or default.", DefaultValueFactory = _ => "default" };
Option<int> core = new("--core") { Description = "Binds the loops to this core and those after it; -1 does not.", DefaultValueFactory = _ => -1 };
Option<int> connections = new("--connections") { Description = "Most connections of each loop; 0 shares out what there are descriptors for.",
    DefaultValueFactory = _ => 0 };
Option<string?> tls = new("--tls") { Description = "Certificate, PEM; the connections are TLS 1.3 then. A renewed file is picked up." };
Option<string?> key = new("--key") { Description = "Its private key, PEM." };
Option<string?> trust = new("--trust") { Description = "Certificates, PEM, of which the peer's must be one or be signed by one (mTLS)." };
RootCommand command = new(
    "TCP echo on Peregrine.Net. A line 'stats' on standard input is answered with counters in JSON; its end ends the program, " +
    "as do SIGINT and SIGTERM. " +
    "With /dev/null as its input it runs until then.\n\nExamples:\n  NetEcho --port 9000 --loops 2 --backend io_uring\n  NetEcho --port 9443 --tls " +
    "server.pem --key server.key")
{
    port, address, loops, backend, wait, core, connections, tls, key, trust,
};
command.SetAction(Run);
ParseResult parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    string errors = string.Join($"{Environment.NewLine}NetEcho: ", parsed.Errors.Select(error => error.Message));
    Console.Error.WriteLine($"NetEcho: {errors}{Environment.NewLine}See NetEcho --help");
    return 2;
}

return parsed.Invoke();

int Run(ParseResult result)
{
    List<string> faults = FindFaults(result);
    if (faults.Count > 0)
    {
        Console.Error.WriteLine($"NetEcho: {string.Join($"{Environment.NewLine}NetEcho: ", faults)}");
        return 2;
    }

    int loopCount = result.GetValue(loops);
    try
    {
        IPEndPoint endpoint = new(IPAddress.Parse(result.GetValue(address)!), result.GetValue(port));
        using TlsCredentials? credentials = result.GetValue(tls) is { } certificate
            ? TlsCredentials.Load(new TlsSettings { CertificateFile = certificate, KeyFile = result.GetValue(key), TrustFile = result.GetValue(trust),
                RequirePeerCertificate = result.GetValue(trust) is not null }, log: Console.Error.WriteLine)
            : null;
        NetServerBuilder builder = NetServer.CreateBuilder()
            .Listen(endpoint)
            .Handle(new Echo())
            .Loops(loopCount)
            .Backend(BackendOf(result.GetValue(backend)!)!.Value)
            .Wait(WaitStrategy.Parse(result.GetValue(wait)!)!)
            .Tls(credentials)
            .Configure(loop => loop with { ConnectionsMax = ConnectionsOf(result.GetValue(connections), loopCount) })
            .Log(Console.Error.WriteLine);
        if (result.GetValue(core) is int first and >= 0)
        {
            _ = builder.Pin([.. Enumerable.Range(first, loopCount)]);
        }

        using NetServer server = builder.Start();

        // Whatever needs a descriptor or loads something does so before clients come, who may take them all, and not while somebody measures.
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => End(server));
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => End(server));
        TextReader input = Console.In;
        _ = Stats.Of(server);
        Console.Out.WriteLine($"listening on {server.EndPoint}");
        if (new FileInfo("/proc/self/fd/0").LinkTarget == "/dev/null")
        {
            // Nobody is there who could end its input: it was started as a service.
            Thread.Sleep(Timeout.Infinite);
        }

        while (input.ReadLine() is { } line)
        {
            if (line == "stats")
            {
                Console.Out.WriteLine(Stats.Of(server));
            }
        }

        server.Stop();
        return 0;
    }
    catch (Exception fault) when (fault is ArgumentException or IOException)
    {
        Console.Error.WriteLine($"NetEcho: {fault.Message}");
        return fault is ArgumentException ? 2 : 1;
    }
}

// Every mistake is told at once.
List<string> FindFaults(ParseResult result)
{
    List<string> faults = [];
    void Require<T>(Option<T> option, bool isGood, string expected)
    {
        if (!isGood)
        {
            T? value = result.GetValue(option);
            faults.Add($"{option.Name}: {(value is string ? $"'{value}'" : value)}, expected {expected}");
        }
    }

    Require(port, result.GetValue(port) is >= 0 and <= 65_535, "0 to 65535");
    Require(address, IPAddress.TryParse(result.GetValue(address), out _), "an IP address, such as 127.0.0.1, 0.0.0.0 or ::1");
    Require(backend, BackendOf(result.GetValue(backend)!) is not null, "epoll, epoll-et, io_uring or auto");
    Require(wait, WaitStrategy.Parse(result.GetValue(wait)!) is not null, "spin, yield, block or default");
    Require(connections, result.GetValue(connections) >= 0, "0 or more");
    if (result.GetValue(tls) is null && (result.GetValue(key) ?? result.GetValue(trust)) is not null)
    {
        faults.Add("--key and --trust go with --tls, the certificate");
    }

    return faults;
}

static void End(NetServer server)
{
    server.Stop();
    Environment.Exit(0);
}

static NetBackend? BackendOf(string name) => name switch
{
    "auto" => NetBackend.Auto,
    "epoll" => NetBackend.Epoll,
    "epoll-et" => NetBackend.EpollEdge,
    "io_uring" => NetBackend.IoUring,
    _ => null,
};

// The runtime needs some descriptors of its own.
static int ConnectionsOf(int wanted, int loops) =>
    wanted > 0 ? wanted : (int)Math.Max(16, (DescriptorLimit.Raise() - 64) / Math.Clamp(loops, 1, 256));
