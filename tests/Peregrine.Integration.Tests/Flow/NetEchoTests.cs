using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Flow;

/// <summary>The echo sample as a process: its options, and what only a process of its own can show.</summary>
public class NetEchoTests
{
    [Theory]
    [InlineData("epoll", "epoll, level triggered")]
    [InlineData("epoll-et", "epoll, edge triggered")]
    [InlineData("io_uring", "io_uring")]
    public void Backend_ByOption_IsNamedAndEchoes(string backend, string expected)
    {
        using Echo echo = Echo.Start("dotnet", null, "--backend", backend, "--loops", "2");

        Assert.Equal("ping", echo.Ping());
        Assert.SkipWhen(backend == "io_uring"
            && echo.Backend.Contains("does not work here", StringComparison.Ordinal), "io_uring is not allowed on this machine");
        Assert.Contains(expected, echo.Backend, StringComparison.Ordinal);
    }

    [Fact]
    public void Backend_ByEnvironment_DecidesOverTheOption()
    {
        using Echo echo = Echo.Start("dotnet", info => info.Environment["PEREGRINE_NET_BACKEND"] = "epoll", "--backend", "io_uring");

        Assert.Equal("ping", echo.Ping());
        Assert.Contains("asked for by PEREGRINE_NET_BACKEND=epoll", echo.Backend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("io_uring")]
    public void IoUring_WhereItIsForbidden_GivesWayToEpollAndSaysSo(string backend)
    {
        string deny = Path.Combine(Environment.GetEnvironmentVariable("PEREGRINE_NATIVE") is { Length: > 0 } given
            ? given
            : Path.Combine(Repository.Root, "artifacts/native"), "deny_io_uring");
        Assert.SkipUnless(File.Exists(deny), "run ./dev native first");
        using Echo echo = Echo.Start(deny, null, "--backend", backend);

        Assert.Equal("ping", echo.Ping());
        Assert.Contains("epoll, level triggered (io_uring does not work here: io_uring_setup: EPERM", echo.Backend, StringComparison.Ordinal);
        Assert.Equal(backend == "io_uring", echo.Log.Contains("io_uring was asked for", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("epoll")]
    [InlineData("io_uring")]
    public void Descriptors_AllInUse_PausesAcceptingWithoutABusyLoop(string backend)
    {
        // So few that the runtime itself leaves only some dozens.
        using Echo echo = Echo.Start("bash", null, "--backend", backend, "--connections", "1000");
        List<Socket> clients = [];
        for (int count = 0; count < 200; count++)
        {
            Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 30_000 };
            client.Connect(echo.EndPoint);
            clients.Add(client);
        }

        Assert.True(SpinWait.SpinUntil(() => echo.Log.Contains("EMFILE", StringComparison.Ordinal), 30_000), $"the log names it: {echo.Log}");
        long before = echo.Stats().GetProperty("syscalls").GetInt64();
        Thread.Sleep(1_000);
        long calls = echo.Stats().GetProperty("syscalls").GetInt64() - before;
        Assert.True(calls < 500, $"{calls} system calls in a second of nothing");

        clients.ForEach(client => client.Dispose());
        Assert.Equal("ping", echo.Ping());
    }

    [Theory]
    [InlineData("epoll")]
    [InlineData("epoll-et")]
    [InlineData("io_uring")]
    public void Calls_InterruptedAgainAndAgain_LoseNothing(string backend)
    {
        // A process that is stopped and continued has its wait ended by EINTR, handler or not. Source: signal(7).
        using Echo echo = Echo.Start("dotnet", null, "--backend", backend, "--wait", "block");
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 30_000, NoDelay = true };
        client.Connect(echo.EndPoint);
        byte[] sent = new byte[50_000];
        byte[] back = new byte[sent.Length];
        Random random = new(11);

        for (int round = 0; round < ProofSize.Of(20, 500); round++)
        {
            random.NextBytes(sent);
            echo.Interrupt();
            _ = client.Send(sent.AsSpan(0, 25_000));
            echo.Interrupt();
            _ = client.Send(sent.AsSpan(25_000));
            for (int at = 0; at < back.Length;)
            {
                int read = client.Receive(back.AsSpan(at));
                Assert.True(read > 0, $"round {round}: the stream goes on; {echo.Log}");
                at += read;
            }

            Assert.True(sent.AsSpan().SequenceEqual(back), $"round {round}: every byte comes back in its place");
        }

        Assert.Equal("ping", echo.Ping());
    }

    [Fact]
    public void Descriptors_ThatMayBeRaised_AreRaisedAndFitTheLoopsByDefault()
    {
        using Echo echo = Echo.Start("bash", null, "--loops", "2");

        Assert.Equal("ping", echo.Ping());
        Assert.Matches("Max open files +160 +160 ", echo.Limits());
        Assert.DoesNotContain("would not fit", echo.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Connections_ThatWouldNotFit_AreToldWithWhatToChange()
    {
        using Echo echo = Echo.Start("bash", null, "--connections", "1000");

        Assert.Contains("1 x 1,000 connections would not fit: 1,064 descriptors are needed and this process may open 160 (hard limit 160): " +
            "start it with 'ulimit -n 1064'", echo.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-TERM")]
    [InlineData("-INT")]
    public void Input_ThatIsNone_LeavesItRunningUntilItIsToldToStop(string signal)
    {
        ProcessStartInfo info = new("bash") { RedirectStandardOutput = true };

        // Whoever runs the tests in the background may have had SIGINT ignored, which is inherited.
        Array.ForEach(["-c", "exec env --default-signal=INT dotnet \"$0\" --port 0 </dev/null", Echo.Info("dotnet").ArgumentList[0]],
            info.ArgumentList.Add);
        using Process process = Process.Start(info)!;
        IPEndPoint endpoint = IPEndPoint.Parse(process.StandardOutput.ReadLine()!["listening on ".Length..]);
        for (int round = 0; round < 3; round++)
        {
            using TcpClient client = new();
            client.Connect(endpoint);
            client.GetStream().Write("ping"u8);
            client.GetStream().ReadExactly(new byte[4]);
        }

        using Process kill = Process.Start("kill", [signal, $"{process.Id}"]);

        Assert.True(process.WaitForExit(30_000), "it ends when it is told to");
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void Tls_WithACertificate_Echoes()
    {
        using TestCertificates certificates = new();
        (string certificate, string key) = certificates.Make("server");
        using Echo echo = Echo.Start("dotnet", null, "--tls", certificate, "--key", key);
        using TcpClient client = new();
        client.Connect(echo.EndPoint);
        using SslStream stream = new(client.GetStream());
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, given, _, _) => given is not null });
        byte[] back = new byte[4];

        stream.Write("ping"u8);
        stream.ReadExactly(back);

        Assert.Equal("ping"u8, back);
    }

    [Theory]
    [InlineData("--backend", "kqueue", "--backend: 'kqueue', expected epoll, epoll-et, io_uring or auto")]
    [InlineData("--wait", "sleep", "--wait: 'sleep', expected spin, yield, block or default")]
    [InlineData("--tls", "/nowhere.pem", "/nowhere.pem", 1)]
    [InlineData("--port", "70000", "--port: 70000, expected 0 to 65535")]
    [InlineData("--address", "here", "--address: 'here', expected an IP address")]
    [InlineData("--loops", "0", "Loops: 0, expected 1 to 256")]
    [InlineData("--connections", "-5", "--connections: -5, expected 0 or more")]
    [InlineData("--key", "/some.key", "--key and --trust go with --tls")]
    [InlineData("--trust", "/some.pem", "--key and --trust go with --tls")]
    [InlineData("--bogus", "1", "'--bogus'")]
    public void Option_ThatIsWrong_IsNamedWithWhatIsExpected(string option, string value, string expected, int exitCode = 2)
    {
        ProcessStartInfo info = Echo.Info("dotnet", option, value);
        if (option == "--port")
        {
            // In place of the one that every other test gives.
            info.ArgumentList.RemoveAt(1);
            info.ArgumentList.RemoveAt(1);
        }

        CommandResult result = CommandProcess.Finish(Process.Start(info)!);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_ThatAreWrong_AreAllNamed()
    {
        CommandResult result = CommandProcess.Finish(
            Process.Start(Echo.Info("dotnet", "--backend", "kqueue", "--wait", "sleep", "--connections", "-5"))!);

        Assert.Equal(2, result.ExitCode);
        Assert.All(["--backend: 'kqueue'", "--wait: 'sleep'", "--connections: -5"],
            part => Assert.Contains(part, result.Error, StringComparison.Ordinal));
    }

    /// <summary>The sample while it runs.</summary>
    private sealed class Echo : IDisposable
    {
        private readonly Process _process;
        private readonly System.Text.StringBuilder _log = new();

        private Echo(Process process)
        {
            _process = process;
            _process.ErrorDataReceived += (_, line) =>
            {
                lock (_log)
                {
                    _ = _log.AppendLine(line.Data);
                }
            };
            _process.BeginErrorReadLine();
            string first = _process.StandardOutput.ReadLine() ?? "";
            Assert.True(first.StartsWith("listening on ", StringComparison.Ordinal), $"{first} {Log}");
            EndPoint = IPEndPoint.Parse(first["listening on ".Length..]);
        }

        public IPEndPoint EndPoint { get; }

        public string Log
        {
            get
            {
                lock (_log)
                {
                    return _log.ToString();
                }
            }
        }

        /// <summary>SIGSTOP and SIGCONT.</summary>
        public void Interrupt()
        {
            using Process kill = Process.Start("bash", $"-c \"kill -STOP {_process.Id}; kill -CONT {_process.Id}\"");
            kill.WaitForExit();
        }

        public string Backend => Stats().GetProperty("backend").GetString()!;

        public static Echo Start(string launcher, Action<ProcessStartInfo>? change, params string[] arguments)
        {
            ProcessStartInfo info = Info(launcher, arguments);
            change?.Invoke(info);
            return new Echo(Process.Start(info)!);
        }

        public static ProcessStartInfo Info(string launcher, params string[] arguments)
        {
            string configuration = Path.GetFileName(Path.GetDirectoryName(CommandProcess.Dll)!);
            string dll = Path.Combine(Repository.Root, "artifacts/bin/NetEcho", configuration, "NetEcho.dll");
            ProcessStartInfo info = new(launcher) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
            string[] words = Path.GetFileName(launcher) switch
            {
                "bash" => ["-c", "ulimit -Sn 120; ulimit -Hn 160; exec dotnet \"$0\" \"$@\"", dll, "--port", "0", .. arguments],
                "dotnet" => [dll, "--port", "0", .. arguments],
                _ => ["dotnet", dll, "--port", "0", .. arguments],
            };
            Array.ForEach(words, info.ArgumentList.Add);
            return info;
        }

        public string Limits() => File.ReadAllText($"/proc/{_process.Id}/limits");

        public JsonElement Stats()
        {
            _process.StandardInput.WriteLine("stats");
            string? line = _process.StandardOutput.ReadLine();
            Assert.True(line is not null, $"the sample ended: {Log}");
            return JsonDocument.Parse(line).RootElement;
        }

        public string Ping()
        {
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 30_000 };
            client.Connect(EndPoint);
            _ = client.Send("ping"u8);
            byte[] back = new byte[4];
            int read = client.Receive(back);
            return System.Text.Encoding.ASCII.GetString(back, 0, read);
        }

        public void Dispose()
        {
            _process.StandardInput.Close();
            Assert.True(_process.WaitForExit(30_000), "it ends when its input does");
            _process.Dispose();
        }
    }
}
