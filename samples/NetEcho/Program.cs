using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Peregrine.Linux;
using Peregrine.Linux.Tls;
using Peregrine.Net;
using Peregrine.Net.Tls;
using Peregrine.Samples;

Option<int> port = new("--port") { Description = "Port to listen on; 0 lets the system pick one.", DefaultValueFactory = _ => 9000 };
Option<string> address = new("--address") { Description = "Address to listen on.", DefaultValueFactory = _ => "127.0.0.1" };
Option<int> loops = new("--loops") { Description = "Event loops, each with a thread.", DefaultValueFactory = _ => 1 };
Option<string> backend = new("--backend") { Description = "epoll, epoll-et, io_uring or auto.", DefaultValueFactory = _ => "auto" };
Option<string> wait = new("--wait") { Description = "What an idle loop does: spin, yield, block or default.", DefaultValueFactory = _ => "default" };
Option<int> core = new("--core") { Description = "Binds the loops to this core and those after it; -1 does not.", DefaultValueFactory = _ => -1 };
Option<int> connections = new("--connections") { Description = "Most connections of each loop; 0 shares out what there are descriptors for.", DefaultValueFactory = _ => 0 };
Option<string?> tls = new("--tls") { Description = "Certificate, PEM; the connections are TLS 1.3 then. A renewed file is picked up." };
Option<string?> key = new("--key") { Description = "Its private key, PEM." };
Option<string?> trust = new("--trust") { Description = "Certificates, PEM, of which the peer's must be one or be signed by one (mTLS)." };
RootCommand command = new(
    "TCP echo on Peregrine.Net. A line 'stats' on standard input is answered with counters in JSON; its end ends the program, as do SIGINT and SIGTERM. " +
    "With /dev/null as its input it runs until then.\n\nExamples:\n  NetEcho --port 9000 --loops 2 --backend io_uring\n  NetEcho --port 9443 --tls server.pem --key server.key")
{
    port, address, loops, backend, wait, core, connections, tls, key, trust,
};
command.SetAction(Run);
ParseResult parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine($"NetEcho: {string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message))}; see NetEcho --help");
    return 2;
}

return parsed.Invoke();

int Run(ParseResult result)
{
    int loopCount = result.GetValue(loops);
    try
    {
        NetBackend wanted = result.GetValue(backend) switch
        {
            "auto" => NetBackend.Auto,
            "epoll" => NetBackend.Epoll,
            "epoll-et" => NetBackend.EpollEdge,
            "io_uring" => NetBackend.IoUring,
            string other => throw new ArgumentException($"--backend: '{other}', expected epoll, epoll-et, io_uring or auto"),
            null => NetBackend.Auto,
        };
        IPEndPoint endpoint = Address(result.GetValue(address)!, result.GetValue(port));
        if (result.GetValue(tls) is null && (result.GetValue(key) ?? result.GetValue(trust)) is not null)
        {
            throw new ArgumentException("--key and --trust go with --tls, the certificate");
        }

        WaitStrategy strategy = WaitStrategy.Parse(result.GetValue(wait)!) ?? throw new ArgumentException($"--wait: '{result.GetValue(wait)}', expected spin, yield, block or default");
        using TlsCredentials? credentials = result.GetValue(tls) is { } certificate
            ? TlsCredentials.Load(new TlsSettings { CertificateFile = certificate, KeyFile = result.GetValue(key), TrustFile = result.GetValue(trust), RequirePeerCertificate = result.GetValue(trust) is not null }, log: Console.Error.WriteLine)
            : null;
        NetServerBuilder builder = NetServer.CreateBuilder()
            .Listen(endpoint)
            .Handle(new Echo())
            .Loops(loopCount)
            .Backend(wanted)
            .Wait(strategy)
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

static void End(NetServer server)
{
    server.Stop();
    Environment.Exit(0);
}

static IPEndPoint Address(string address, int port)
{
    if (!IPAddress.TryParse(address, out IPAddress? parsed))
    {
        throw new ArgumentException($"--address: '{address}', expected an IP address, such as 127.0.0.1, 0.0.0.0 or ::1");
    }

    return port is >= 0 and <= 65_535 ? new IPEndPoint(parsed, port) : throw new ArgumentException($"--port: {port}, expected 0 to 65535");
}

// The runtime needs some descriptors of its own.
static int ConnectionsOf(int wanted, int loops) => wanted switch
{
    > 0 => wanted,
    0 => (int)Math.Max(16, (DescriptorLimit.Raise() - 64) / Math.Clamp(loops, 1, 256)),
    _ => throw new ArgumentException($"--connections: {wanted}, expected 0 or more"),
};
