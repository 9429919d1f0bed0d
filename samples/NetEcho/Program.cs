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
Option<int> connections = new("--connections") { Description = "Most connections of each loop; 0 is as many as there are descriptors for.", DefaultValueFactory = _ => 0 };
Option<string?> tls = new("--tls") { Description = "Certificate, PEM; the connections are TLS 1.3 then. A renewed file is picked up." };
Option<string?> key = new("--key") { Description = "Its private key, PEM." };
Option<string?> trust = new("--trust") { Description = "Certificates, PEM, of which the peer's must be one or be signed by one (mTLS)." };
RootCommand command = new("TCP echo on Peregrine.Net. A line 'stats' on standard input is answered with counters in JSON; its end ends the program.\n\nExample:\n  NetEcho --port 9000 --loops 2 --backend io_uring")
{
    port, address, loops, backend, wait, core, connections, tls, key, trust,
};
command.SetAction(Run);
return command.Parse(args).Invoke();

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
        int most = result.GetValue(connections) is int given and > 0 ? given : (int)Math.Max(16, DescriptorLimit.Raise() - 64);
        WaitStrategy strategy = WaitStrategy.Parse(result.GetValue(wait)!) ?? throw new ArgumentException($"--wait: '{result.GetValue(wait)}', expected spin, yield, block or default");
        using TlsCredentials? credentials = result.GetValue(tls) is { } certificate
            ? TlsCredentials.Load(new TlsSettings { CertificateFile = certificate, KeyFile = result.GetValue(key), TrustFile = result.GetValue(trust), RequirePeerCertificate = result.GetValue(trust) is not null })
            : null;
        NetServerBuilder builder = NetServer.CreateBuilder()
            .Listen(new IPEndPoint(IPAddress.Parse(result.GetValue(address)!), result.GetValue(port)))
            .Handle(new Echo())
            .Loops(loopCount)
            .Backend(wanted)
            .Wait(strategy)
            .Tls(credentials)
            .Configure(loop => loop with { ConnectionsMax = most })
            .Log(Console.Error.WriteLine);
        if (result.GetValue(core) is int first and >= 0)
        {
            _ = builder.Pin([.. Enumerable.Range(first, loopCount)]);
        }

        using NetServer server = builder.Start();
        _ = Stats.Of(server); // What it loads is loaded while there are descriptors, and not while somebody measures.
        Console.Out.WriteLine($"listening on {server.EndPoint}");
        using PosixSignalRegistration stop = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            server.Stop();
            Environment.Exit(0);
        });
        while (Console.In.ReadLine() is { } line)
        {
            if (line == "stats")
            {
                Console.Out.WriteLine(Stats.Of(server));
            }
        }

        server.Stop();
        return 0;
    }
    catch (Exception fault) when (fault is ArgumentException or IOException or FormatException)
    {
        Console.Error.WriteLine($"NetEcho: {fault.Message}");
        return fault is ArgumentException or FormatException ? 2 : 1;
    }
}
