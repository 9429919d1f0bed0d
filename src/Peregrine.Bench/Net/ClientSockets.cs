using System.Net;
using System.Net.Sockets;
using Peregrine.Cli;
using Peregrine.Linux.Sockets;

namespace Peregrine.Bench.Net;

/// <summary>The generator's connections: opened one after the other, non-blocking from then on, reset at the end.</summary>
/// <remarks>
/// One address has some 28,000 ports of its own (ip_local_port_range), so every <see cref="PerSourceDefault"/> connections come from another
/// address of 127.0.0.0/8. The managed socket does what <see cref="StreamSocket"/> does not: bind before it connects.
/// </remarks>
internal sealed class ClientSockets : IDisposable
{
    public const int PerSourceDefault = 20_000;

    private const int DescriptorsForOthers = 200;
    private const int LevelIp = 0;
    private const int BindAddressNoPort = 24;

    private readonly Socket[] _sockets;

    /// <summary>Opens all of them.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="count">How many.</param>
    /// <param name="perSource">How many from one address.</param>
    /// <exception cref="CommandException">The server refuses, or descriptors run out.</exception>
    public ClientSockets(IPEndPoint server, int count, int perSource = PerSourceDefault)
    {
        CheckDescriptors(count);
        _sockets = new Socket[count];
        try
        {
            for (int index = 0; index < count; index++)
            {
                _sockets[index] = Open(server, index / perSource);
            }
        }
        catch (SocketException fault)
        {
            Dispose();
            throw new CommandException($"cannot open {count:N0} connections to {server}: {fault.Message.TrimEnd('.')}");
        }
    }

    public int Count => _sockets.Length;

    /// <summary>One of them by its descriptor; it stays ours to close.</summary>
    public StreamSocket this[int index] => new((int)_sockets[index].Handle);

    /// <summary>One of them for the runtime's own streams, which want one that blocks.</summary>
    public Socket Managed(int index)
    {
        _sockets[index].Blocking = true;
        return _sockets[index];
    }

    /// <summary>Resets them: an orderly close would leave every port in TIME_WAIT for a minute.</summary>
    public void Dispose()
    {
        foreach (Socket? socket in _sockets)
        {
            if (socket is not null)
            {
                socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
            }
        }
    }

    /// <summary>Ends the command when this process may not have that many descriptors.
    /// The runtime raises the soft limit to the hard one by itself.</summary>
    public static void CheckDescriptors(int connections)
    {
        string? line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        string? hard = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 4 } words ? words[4] : null;
        if (int.TryParse(hard, out int most) && most < connections + DescriptorsForOthers)
        {
            throw new CommandException(
                $"{connections:N0} connections need {connections + DescriptorsForOthers:N0} descriptors and the hard limit is " +
                $"{most:N0}: raise it (ulimit -Hn as root, or nofile in /etc/security/limits.conf) or ask for fewer --connections", 2);
        }
    }

    private static Socket Open(IPEndPoint server, int source)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (source > 0)
            {
                // The port is picked by connect, which knows the server's too, so that ports of other connections are no obstacle.
                socket.SetRawSocketOption(LevelIp, BindAddressNoPort, [1, 0, 0, 0]);
                socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(1 + source)]), 0));
            }

            socket.NoDelay = true;
            socket.Connect(server);
            socket.Blocking = false;
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}
