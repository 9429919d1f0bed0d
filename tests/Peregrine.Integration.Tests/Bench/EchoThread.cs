using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Peregrine.Integration.Tests.Bench;

/// <summary>A plain echo server, a thread a connection. It can damage one byte of what it sends back, or end a connection early.</summary>
internal sealed class EchoThread : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly long _damagedByte;
    private readonly long _lastByte;
    private readonly X509Certificate2? _tls;
    private long _accepted;
    private long _bytes;

    /// <param name="damagedByte">Which byte of a connection comes back changed; -1 is none.</param>
    /// <param name="lastByte">After which byte a connection ends.</param>
    /// <param name="tls">Speaks TLS with this; it is disposed of at the end.</param>
    public EchoThread(long damagedByte = -1, long lastByte = long.MaxValue, X509Certificate2? tls = null)
    {
        _tls = tls;
        _damagedByte = damagedByte;
        _lastByte = lastByte;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(128);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public IPEndPoint EndPoint { get; }

    public long Accepted => Interlocked.Read(ref _accepted);

    public long Bytes => Interlocked.Read(ref _bytes);

    public void Dispose()
    {
        _listener.Dispose();
        _tls?.Dispose();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.Accept();
                Interlocked.Increment(ref _accepted);
                new Thread(() => Echo(socket)) { IsBackground = true }.Start();
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Echo(Socket socket)
    {
        byte[] buffer = new byte[4096];
        long echoed = 0;
        socket.NoDelay = true;
        using Stream plain = new NetworkStream(socket, ownsSocket: true);
        try
        {
            using Stream stream = _tls is null ? plain : ShakeHands(plain, _tls);
            while (echoed < _lastByte && stream.Read(buffer) is int bytes && bytes > 0)
            {
                if (_damagedByte >= echoed && _damagedByte < echoed + bytes)
                {
                    buffer[_damagedByte - echoed] ^= 1;
                }

                Interlocked.Add(ref _bytes, bytes);
                echoed += bytes;
                stream.Write(buffer, 0, bytes);
            }
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException)
        {
            // The client is gone.
        }
    }

    private static SslStream ShakeHands(Stream plain, X509Certificate2 certificate)
    {
        SslStream stream = new(plain);
        stream.AuthenticateAsServer(certificate);
        return stream;
    }
}
