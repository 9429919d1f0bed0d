using System.Net;
using Peregrine.Cli;
using Peregrine.Linux;
using Peregrine.Net;
using Peregrine.Primitives;

namespace Peregrine.Bench.Fix;

/// <summary>Sends bytes on a loop of Peregrine.Net and takes the time until they are back, on one spinning thread: no FIX in it.</summary>
/// <remarks>Thread: one owner. Allocates: no, once connected.</remarks>
internal sealed class EchoClient : IConnectionHandler, IDisposable
{
    private const long PatienceNs = 10_000_000_000;

    // As the client of the orders has it.
    private readonly EventLoop _loop = new(new EventLoopOptions { Backend = NetBackend.Epoll });
    private readonly byte[] _message;
    private Connection? _connection;
    private bool _isClosed;
    private int _received;
    private long _receivedNs;

    /// <summary>Connects.</summary>
    /// <param name="bytes">Length of a message, 1 to 4,096.</param>
    public EchoClient(IPEndPoint echo, int bytes)
    {
        _message = new byte[bytes];
        Errno errno = _loop.TryConnect(echo, this, out _);
        long startNs = Clock.MonotonicNs;
        while (_connection is null && errno == Errno.None && !_isClosed && Clock.MonotonicNs - startNs < PatienceNs)
        {
            _ = _loop.Poll(10);
        }

        if (_connection is null)
        {
            Dispose();
            throw new CommandException($"bench fix: the echo at {echo} takes no connection: {errno}");
        }
    }

    /// <summary>From before a message is written to the read that had its last byte.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>One message outstanding at a time.</summary>
    public void Run(int messages)
    {
        for (int message = 0; message < messages; message++)
        {
            long startNs = Clock.MonotonicNs;
            _received = 0;
            Check.That(_connection!.TryWrite(_message), "one message finds room");
            _loop.FlushAll();
            while (_received < _message.Length)
            {
                if (_loop.Poll(0) == 0 && (_isClosed || Clock.MonotonicNs - startNs > PatienceNs))
                {
                    throw new CommandException("bench fix: the echo gave nothing back");
                }
            }

            Latency.Record(_receivedNs - startNs);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();

    void IConnectionHandler.OnOpened(Connection connection) => _connection = connection;

    void IConnectionHandler.OnData(Connection connection, ref InputReader input)
    {
        _received += input.Length;
        _receivedNs = connection.LastReceivedNs;
        input.Discard(input.Length);
    }

    void IConnectionHandler.OnWritable(Connection connection)
    {
    }

    void IConnectionHandler.OnClosed(Connection connection, CloseReason reason) => _isClosed = true;
}
