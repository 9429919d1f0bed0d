using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Peregrine.Linux;
using Peregrine.Primitives;

namespace Peregrine.Api;

/// <summary>Keeps the web server from taking the last descriptors of the process: those are for the journal, snapshots and FIX.</summary>
internal static class ConnectionGuard
{
    /// <summary>Descriptors that connections of browsers never take.</summary>
    public const int DescriptorReserve = 96;

    /// <summary>How long a connection may be without a request.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(20);

    /// <summary>Looks at each connection before anything is read from it.</summary>
    public static void Use(ListenOptions listen, ILogger log)
    {
        SummedLog refusals = new(log.ConnectionsRefused);
        _ = listen.Use(next => connection =>
        {
            if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket && !HasRoomFor(socket))
            {
                refusals.Add(Clock.MonotonicNs,
                    $"console: a connection from {connection.RemoteEndPoint} is closed at once: the last {DescriptorReserve} descriptors are kept " +
                    $"(allowed: {DescriptorLimit.Current:N0}, hard limit {DescriptorLimit.Hard:N0})");
                connection.Abort();
                return Task.CompletedTask;
            }

            return next(connection);
        });
    }

    // The kernel gives the lowest number that is free: all below this one are in use.
    private static bool HasRoomFor(Socket socket)
    {
        long limit = DescriptorLimit.Current;
        return socket.Handle < limit - Math.Min(DescriptorReserve, limit / 8);
    }
}
