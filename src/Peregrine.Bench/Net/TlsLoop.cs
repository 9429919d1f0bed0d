using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Peregrine.Cli;
using Peregrine.Primitives;

namespace Peregrine.Bench.Net;

/// <summary>
/// Closed loop over TLS with the runtime's own client. It costs several times what <see cref="ClosedLoop"/> does and allocates, so it is
/// often the slower end: what compares servers is their processor time a message, not the throughput.
/// </summary>
internal sealed class TlsLoop : ILoadGenerator
{
    private const int HandshakesAtATime = 32;
    private const int SendBytesMax = 65_536;

    private readonly ClientSockets _sockets;
    private readonly Connection[] _connections;
    private readonly Lock _lock = new();
    private readonly LatencyHistogram _latency = new();
    private Task[] _tasks = [];
    private Exception? _fault;
    private long _done;
    private long _onTheWay;
    private long _windowNs = long.MaxValue;
    private volatile bool _isDraining;

    /// <summary>Shakes hands on all connections.</summary>
    /// <param name="sockets">Connected; closed with this.</param>
    /// <param name="certificate">The only one taken from the server.</param>
    /// <param name="depth">Messages on their way on each connection.</param>
    /// <param name="sizeBytes">Bytes of a message.</param>
    public TlsLoop(ClientSockets sockets, EchoCertificate certificate, int depth, int sizeBytes)
    {
        _sockets = sockets;
        _connections = [.. Enumerable.Range(0, sockets.Count)
            .Select(index => new Connection(this, index, sockets.Managed(index), certificate, depth, sizeBytes))];
        try
        {
            Parallel.ForEachAsync(_connections, new ParallelOptions { MaxDegreeOfParallelism = HandshakesAtATime },
                (connection, _) => new ValueTask(connection.Authenticate())).GetAwaiter().GetResult();
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException)
        {
            sockets.Dispose();
            throw new CommandException($"the server shakes no hands: {fault.Message.TrimEnd('.')}");
        }
    }

    /// <inheritdoc/>
    public LatencyHistogram Latency
    {
        get
        {
            lock (_lock)
            {
                LatencyHistogram copy = new();
                _latency.AddTo(copy);
                return copy;
            }
        }
    }

    /// <inheritdoc/>
    public long Done => Volatile.Read(ref _done);

    /// <inheritdoc/>
    public long? IdleNs => null;

    /// <inheritdoc/>
    public void Run(TimeSpan length)
    {
        if (_tasks.Length == 0)
        {
            _tasks = [.. _connections.Select(connection => Task.Run(connection.Run))];
        }

        long untilNs = Clock.MonotonicNs + (long)(length.TotalSeconds * 1e9);
        while (Clock.MonotonicNs is long nowNs && nowNs < untilNs)
        {
            ThrowOnFault();
            Thread.Sleep(TimeSpan.FromMilliseconds(Math.Min(50, Math.Ceiling((untilNs - nowNs) / 1e6))));
        }

        ThrowOnFault();
    }

    /// <inheritdoc/>
    public void BeginWindow()
    {
        lock (_lock)
        {
            _latency.Clear();
            _windowNs = Clock.MonotonicNs;
        }
    }

    /// <inheritdoc/>
    public void EndWindow(TimeSpan longest)
    {
        lock (_lock)
        {
            _windowNs = long.MaxValue;
        }
    }

    /// <inheritdoc/>
    public bool Drain(TimeSpan longest)
    {
        _isDraining = true;
        long untilNs = Clock.MonotonicNs + (long)(longest.TotalSeconds * 1e9);
        while (Volatile.Read(ref _onTheWay) > 0 && Clock.MonotonicNs < untilNs)
        {
            ThrowOnFault();
            Thread.Sleep(1);
        }

        ThrowOnFault();
        return Volatile.Read(ref _onTheWay) == 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDraining = true;
        _sockets.Dispose();
        Task.WaitAll(_tasks);
        foreach (Connection connection in _connections)
        {
            connection.Dispose();
        }
    }

    private void ThrowOnFault()
    {
        if (Volatile.Read(ref _fault) is { } fault)
        {
            throw fault as CommandException ?? new CommandException($"a connection failed: {fault.Message}");
        }
    }

    private void Record(long[] startsNs, long first, long next)
    {
        _ = Interlocked.Add(ref _done, next - first);
        long nowNs = Clock.MonotonicNs;
        lock (_lock)
        {
            for (long sequence = first; sequence < next; sequence++)
            {
                long startNs = startsNs[sequence % startsNs.Length];
                if (startNs >= _windowNs)
                {
                    _latency.Record(nowNs - startNs);
                }
            }
        }
    }

    private sealed class Connection(TlsLoop owner, int index, Socket socket, EchoCertificate certificate, int depth, int sizeBytes) : IDisposable
    {
        private readonly SslStream _stream = new(new NetworkStream(socket, ownsSocket: false));
        private readonly EchoMessages _messages = new(sizeBytes, Math.Clamp(SendBytesMax / sizeBytes, 1, depth));
        private readonly byte[] _received = new byte[Math.Clamp(sizeBytes * depth, 512, SendBytesMax)];
        private readonly long[] _startsNs = new long[depth];
        private long _sent;
        private long _returned;
        private int _offset;

        public Task Authenticate() => _stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = EchoCertificate.Host,
            RemoteCertificateValidationCallback = (_, remote, _, _) => certificate.IsThis(remote),
        });

        public async Task Run()
        {
            try
            {
                await Send(depth);
                while (_returned < _sent)
                {
                    int bytes = await _stream.ReadAsync(_received);
                    if (bytes == 0)
                    {
                        throw new CommandException($"the server ended connection {index}: end of stream");
                    }

                    long first = _returned;
                    _messages.Verify(_received.AsSpan(0, bytes), index, ref _returned, ref _offset);
                    int count = (int)(_returned - first);
                    owner.Record(_startsNs, first, _returned);
                    if (!owner._isDraining)
                    {
                        await Send(count);
                    }

                    // After the next ones have started, so that it is zero only when nothing is on its way.
                    _ = Interlocked.Add(ref owner._onTheWay, -count);
                }
            }
            catch (Exception fault) when (fault is IOException or ObjectDisposedException or CommandException or InvalidOperationException)
            {
                _ = Interlocked.CompareExchange(ref owner._fault, fault, null);
            }
        }

        public void Dispose() => _stream.Dispose();

        private async Task Send(int count)
        {
            _ = Interlocked.Add(ref owner._onTheWay, count);
            long nowNs = Clock.MonotonicNs;
            for (int sent = 0; sent < count; sent++)
            {
                _startsNs[(_sent + sent) % depth] = nowNs;
            }

            for (int sent = 0; sent < count;)
            {
                int batch = Math.Min(count - sent, _messages.Batch);
                _ = _messages.Compose(index, _sent, batch);

                // The replies to some may come before the last are written, and are read only then.
                _sent += batch;
                sent += batch;
                await _stream.WriteAsync(_messages.Composed(batch));
            }
        }
    }
}
