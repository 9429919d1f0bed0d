using System.Net;
using System.Net.Sockets;
using Peregrine.Linux;
using Peregrine.Linux.Files;
using Peregrine.Primitives;

namespace Peregrine.Bench;

/// <summary>What the machine itself costs, measured in the same run as the link: a bare TCP echo and a bare fdatasync.</summary>
internal static class Floors
{
    private const int EchoBytes = 180;

    /// <summary>One message back and forth between two spinning threads on raw sockets, no event loop, no parsing.</summary>
    public static LatencyHistogram Echo(int rounds, int serverCore)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(listener.LocalEndPoint!);
        Thread server = new(() => EchoServer(listener.Accept(), serverCore)) { IsBackground = true, Name = "echo" };
        server.Start();
        client.Blocking = false;
        byte[] buffer = new byte[EchoBytes];
        LatencyHistogram histogram = new();
        for (int round = -rounds / 10; round < rounds; round++)
        {
            long startNs = Clock.MonotonicNs;
            _ = client.Send(buffer, SocketFlags.None, out _);
            for (int received = 0; received < EchoBytes;)
            {
                received += Math.Max(client.Receive(buffer.AsSpan(received), SocketFlags.None, out _), 0);
            }

            if (round >= 0)
            {
                histogram.Record(Clock.MonotonicNs - startNs);
            }
        }

        client.Close();
        server.Join();
        return histogram;
    }

    /// <summary>One write of 4 KiB into a file filled with zeros before, and fdatasync: the disk's own latency.</summary>
    public static LatencyHistogram Fdatasync(string folder, int rounds)
    {
        const int blockBytes = 4096;
        string path = Path.Combine(folder, "fdatasync-floor.bin");
        LatencyHistogram histogram = new();
        using (LinuxFile file = LinuxFile.Create(path))
        {
            byte[] block = new byte[blockBytes];
            for (int round = 0; round < rounds; round++)
            {
                _ = file.Write(block, (long)round * blockBytes);
            }

            _ = file.SyncData();
            for (int round = 0; round < rounds; round++)
            {
                long startNs = Clock.MonotonicNs;
                _ = file.Write(block, (long)round * blockBytes);
                _ = file.SyncData();
                histogram.Record(Clock.MonotonicNs - startNs);
            }
        }

        File.Delete(path);
        return histogram;
    }

    private static void EchoServer(Socket socket, int core)
    {
        _ = CpuAffinity.TryPinCurrentThread(core);
        using (socket)
        {
            socket.NoDelay = true;
            socket.Blocking = false;
            byte[] buffer = new byte[EchoBytes];
            while (true)
            {
                int received = socket.Receive(buffer, SocketFlags.None, out SocketError error);
                if (received > 0)
                {
                    _ = socket.Send(buffer.AsSpan(0, received), SocketFlags.None, out _);
                }
                else if (error != SocketError.WouldBlock)
                {
                    return;
                }
            }
        }
    }
}
