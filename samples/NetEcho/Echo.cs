using System.Text.Json;
using Peregrine.Linux.Sockets;
using Peregrine.Net;

namespace Peregrine.Samples;

/// <summary>Sends back what comes. One object serves all connections, as it keeps nothing of them.</summary>
internal sealed class Echo : IConnectionAcceptor, IConnectionHandler
{
    public IConnectionHandler? OnAccepted(EventLoop loop, PeerAddress remote) => this;

    public void OnData(Connection connection, ref InputReader input)
    {
        // A refused write leaves the bytes with the loop, which reads no more of this peer until there is room.
        if (connection.TryWrite(input.Peek()))
        {
            _ = input.Consume(input.Length);
        }
    }
}

/// <summary>The counters of all loops, as one line of JSON.</summary>
internal static class Stats
{
    public static string Of(NetServer server)
    {
        long gcs = 0;
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            gcs = Math.Max(gcs, GC.CollectionCount(generation));
        }

        return JsonSerializer.Serialize(new
        {
            syscalls = server.Loops.Sum(loop => loop.Counters.SystemCalls),
            bytes = server.Loops.Sum(loop => loop.Counters.ReceivedBytes),
            gcs,
            allocatedBytes = GC.GetTotalAllocatedBytes(precise: true),
            connections = server.Loops.Sum(loop => loop.ConnectionCount),
            lentBytes = server.Loops.Sum(loop => loop.LentBytes),
            passes = server.Loops.Sum(loop => loop.Counters.Waits),
            handlerP99Ns = server.Loops.Max(loop => loop.Counters.HandlerTime.Quantile(0.99)),
            backend = server.Loops[0].BackendChoice,
        });
    }
}
