using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Peregrine.Integration.Tests.Link;

/// <summary>The limit of descriptors is told at the start or answered at run time, and never ends the link.</summary>
public sealed class DescriptorTests : IDisposable
{
    private static readonly string[] SmallBounds = ["--set", "console.connections=160", "--set", "marketData.connections=160", "--set",
        "fix.pendingLogons=160"];
    private readonly TemporaryFolder _folder = new();
    private readonly List<Socket> _idle = [];

    public void Dispose()
    {
        _idle.ForEach(socket => socket.Dispose());
        _folder.Dispose();
    }

    [Fact]
    public void Run_UnderALimitThatTheConfigurationExceeds_IsRefusedWithTheNumbers()
    {
        ProcessStartInfo info = CommandProcess.Info("run", "--no-status", "--data", _folder.File("data"), "--set", "fix.port=0", "--set",
            "marketData.port=0", "--set", "console.port=0");
        info.ArgumentList.Insert(0, info.FileName);
        info.ArgumentList.Insert(0, "--nofile=1024:1024");
        info.FileName = "prlimit";

        CommandResult result = CommandProcess.Finish(Process.Start(info)!);

        Assert.Equal(1, result.ExitCode);
        string error = result.OneLineError();
        Assert.Contains("subscribers (marketData.connections) 1088", error, StringComparison.Ordinal);
        Assert.Contains("this process may open 1024 (hard limit 1024)", error, StringComparison.Ordinal);
        Assert.Contains("LimitNOFILE=", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("data/journal")), "nothing is begun before it is known that it fits");
    }

    [Fact]
    public void Link_WithIdleConnectionsOnEachPort_GoesOnTrading()
    {
        using LinkProcess link = LinkProcess.StartUnder(["prlimit", "--nofile=1024:1024"], _folder.File("data"), ["--no-simulator", .. SmallBounds]);
        using FixClientProcess client = new(link.Port, _folder.File("store"));
        _ = client.WaitFor(line => line.Kind == "logon", "a logon");
        foreach (int port in (int[])[link.Port, link.MarketDataPort, link.ConsolePort])
        {
            Connect(port, 400);
        }

        client.Send("new A AAPL buy 10 230.00");
        Assert.Equal("0", client.WaitForReport("A", "0")["status"]);
        using FixClientProcess late = new(link.Port, _folder.File("store2"), "CLIENT2");
        _ = late.WaitFor(line => line.Kind == "logon", "a logon of one that comes late");
        int open = CountSettled(link.Id);
        Assert.True(open < 1024 - 64, $"{open} descriptors are open");

        // The kernel gives the lowest number that is free, so few may be: all leave, and only as many come as stay. Of those that do not log on few,
        // as they are gone after ten seconds.
        _idle.ForEach(socket => socket.Dispose());
        _idle.Clear();
        _ = CountSettled(link.Id);
        Connect(link.ConsolePort, 140);
        Connect(link.MarketDataPort, 20);
        Connect(link.Port, 20);

        // Less than is in use: whoever is there stays, nobody new is taken, and files can still be had.
        Limit(link.Id, CountSettled(link.Id) + 20);
        Connect(link.MarketDataPort, 10);
        Connect(link.Port, 10);
        _ = link.WaitForLog("before EMFILE are kept for files");
        client.Send("new B AAPL buy 10 230.00");
        Assert.Equal("0", client.WaitForReport("B", "0")["status"]);

        _idle.ForEach(socket => socket.Dispose());
        _idle.Clear();
        Limit(link.Id, 1024);
        using FixClientProcess last = new(link.Port, _folder.File("store3"), "CLIENT3");
        _ = last.WaitFor(line => line.Kind == "logon", "a logon once there are descriptors");
        client.Quit();
        CommandResult end = link.Stop();
        Assert.True(end.ExitCode == 0, end.Error);
    }

    // Connections that were refused may still be closing: their descriptors would be room for others later.
    private static int CountSettled(int process)
    {
        int open = 0;
        for ((int same, int looks) = (0, 0); same < 4 && looks < 200; looks++)
        {
            Thread.Sleep(50);
            int now = Directory.GetFiles($"/proc/{process}/fd").Length;
            same = now == open ? same + 1 : 0;
            open = now;
        }

        return open;
    }

    private void Connect(int port, int count)
    {
        for (int index = 0; index < count; index++)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Loopback, port);
            _idle.Add(socket);
        }
    }

    private static void Limit(int process, int descriptors)
    {
        using Process prlimit = Process.Start("prlimit", ["--pid", $"{process}", $"--nofile={descriptors}:1024"]);
        prlimit.WaitForExit();
        Assert.Equal(0, prlimit.ExitCode);
    }
}
