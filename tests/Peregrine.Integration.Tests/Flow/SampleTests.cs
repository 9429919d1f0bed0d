using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Peregrine.Distribution.Wire;
using Peregrine.Integration.Tests.Link;
using Peregrine.Primitives;
using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Flow;

/// <summary>The sample subscribers, made with protoc's own code, on a real link; and on a server that lies.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("csharp", "orders")]
    [InlineData("csharp", "levels")]
    [InlineData("csharp", "best")]
    [InlineData("csharp", "trades")]
    [InlineData("python", "orders")]
    [InlineData("python", "levels")]
    [InlineData("python", "trades")]
    public void Sample_OnABusyLink_KeepsItsBooksRight(string language, string depth)
    {
        using LinkProcess link = LinkProcess.StartWith(_folder.File("data"), "--no-console", "--rate", "3000");

        // Enough for several digests at the depths that have them.
        CommandResult result = Run(language, $"127.0.0.1:{link.MarketDataPort}", "AAPL", "MSFT", "--depth", depth, "--count",
            depth is "orders" or "levels" ? "3000" : "100", "--quiet");

        Assert.True((0, "") == (result.ExitCode, result.Error), result.Error);
    }

    [Theory]
    [InlineData("csharp")]
    [InlineData("python")]
    public void Sample_UnknownSymbol_TellsTheServersReason(string language)
    {
        using LinkProcess link = LinkProcess.Start(_folder.File("data"));

        CommandResult result = Run(language, $"127.0.0.1:{link.MarketDataPort}", "NONE", "--depth", "best");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no instrument NONE", result.Error);
    }

    [Theory]
    [InlineData("csharp", "digest")]
    [InlineData("csharp", "gap")]
    [InlineData("csharp", "unknown order")]
    [InlineData("python", "digest")]
    [InlineData("python", "gap")]
    [InlineData("python", "unknown order")]
    public void Sample_OnAServerThatLies_NamesTheSequence(string language, string lie)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Thread server = new(() => Lie(listener, lie)) { IsBackground = true };
        server.Start();

        CommandResult result = Run(language, $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", "AAA", "--depth", "orders");

        server.Join();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("sequence 7", result.Error);
    }

    // A snapshot with one order at sequence 5, then one increment to sequence 7 with a fault.
    private static void Lie(TcpListener listener, string lie)
    {
        using Socket socket = listener.AcceptSocket();
        byte[] frame = new byte[WireLimits.FrameBytesMax];
        FrameHeader head = new() { Depth = Depth.Orders, Sequence = 5, IsFirst = true, IsLast = true };
        OrderEntry order = new() { Kind = OrderChangeKind.Add, OrderId = 1, Side = Side.Buy, Price = 100, Quantity = 10 };
        Send(FrameEncoder.Welcome(frame, "liar", 1_000, 1));
        Send(FrameEncoder.Instrument(frame, 0, new InstrumentInfo("AAA", 2, 1, 1), Depth.Orders));
        Send(FrameEncoder.Snapshot(frame, head, [], [order], []));
        head.Sequence = 7;
        head.PreviousSequence = lie == "gap" ? 6 : 5;
        head.Digest = lie == "digest" ? 12_345u : 0;
        Send(FrameEncoder.Increment(frame, head, [],
            [order with { Kind = OrderChangeKind.Reduce, OrderId = lie == "unknown order" ? 2u : 1u, Quantity = 3 }], []));

        // Until the subscriber has heard enough.
        _ = socket.Receive(new byte[16_384]);
        _ = socket.Receive(new byte[1]);

        void Send(int bytes) => _ = socket.Send(frame.AsSpan(0, bytes));
    }

    private CommandResult Run(string language, params string[] arguments)
    {
        ProcessStartInfo info = language == "python" ? Python() : CSharp();
        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        info.RedirectStandardError = true;
        info.RedirectStandardOutput = true;
        return CommandProcess.Finish(Process.Start(info)!);
    }

    private static ProcessStartInfo CSharp()
    {
        ProcessStartInfo info = new("dotnet");
        string configuration = Path.GetFileName(Path.GetDirectoryName(CommandProcess.Dll)!);
        info.ArgumentList.Add(Path.Combine(Repository.Root, "artifacts/bin/MarketDataSubscriber", configuration, "MarketDataSubscriber.dll"));
        return info;
    }

    private ProcessStartInfo Python()
    {
        const string python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists("/usr/bin/protoc") && Directory.Exists("/usr/lib/python3/dist-packages/google/protobuf"),
            "protobuf-compiler or python3-protobuf is missing; ./dev test installs them");
        using (Process protoc = Process.Start("/usr/bin/protoc",
            ["-I", Path.Combine(Repository.Root, "schemas"), $"--python_out={_folder.Path}", "marketdata.proto"]))
        {
            protoc.WaitForExit();
            Assert.Equal(0, protoc.ExitCode);
        }

        ProcessStartInfo info = new(python);
        info.Environment["PYTHONPATH"] = _folder.Path;
        info.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        info.ArgumentList.Add(Path.Combine(Repository.Root, "samples/python/marketdata_subscriber.py"));
        return info;
    }
}
