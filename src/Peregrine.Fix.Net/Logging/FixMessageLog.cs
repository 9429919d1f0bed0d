using System.Buffers.Binary;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Peregrine.Primitives;

namespace Peregrine.Fix.Net;

/// <summary>Where messages are kept as they came and went, and how many.</summary>
public sealed record FixMessageLogOptions
{
    /// <summary>Folder of messages.log and the older files; made when missing.</summary>
    public required string Folder { get; init; }

    /// <summary>A file that would be larger becomes an older one (messages-20261130-001.log and so on), in bytes; 64 KiB to 1 TiB.
    /// So does that of another day, by UTC. Default 64 MiB.</summary>
    public long FileBytesMax { get; init; } = 64 << 20;

    /// <summary>Files that are kept, with the one that is written; 2 to 10,000. Default 16.</summary>
    public int FilesMax { get; init; } = 16;

    /// <summary>What may wait for the disk, in bytes; a power of two, 64 KiB to 1 GiB. Messages that find no room are dropped.
    /// Default 4 MiB.</summary>
    public int RingBytes { get; init; } = 4 << 20;

    /// <summary>Told when messages cannot be written; null for nobody. Called on the log's own thread.</summary>
    public ILogger? Log { get; init; }

    /// <summary>Refuses what is out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names it, its value and the range.</exception>
    public void Check()
    {
        Within(FileBytesMax, 64 << 10, 1L << 40, nameof(FileBytesMax));
        Within(FilesMax, 2, 10_000, nameof(FilesMax));
        Within(RingBytes, 64 << 10, 1 << 30, nameof(RingBytes));
        if (!int.IsPow2(RingBytes))
        {
            throw new ArgumentOutOfRangeException(nameof(RingBytes), RingBytes, "expected a power of two");
        }
    }

    private static void Within(long value, long least, long most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
    }
}

/// <summary>
/// Every message of sessions in and out, with the time, as a text that <c>peregrine fix decode</c> reads:
/// <c>2026-11-30T08:00:00.1234567Z &lt; CLIENT 8=FIX.4.4...</c>, with &lt; for what came and &gt; for what was given to the connection.
/// </summary>
/// <remarks>
/// Thread: one, that of the sessions; a thread of its own writes. Allocates: no, for a message. Blocks: no: what finds no room is dropped
/// and counted.
/// The files hold what clients send, passwords too: mode 0600.
/// </remarks>
public sealed class FixMessageLog : IDisposable
{
    /// <summary>The name of the file that is written.</summary>
    public const string FileName = "messages.log";

    private const int Outgoing = 1;
    private const int NameBytesMax = 64;
    private const int FixedBytes = sizeof(long) + 1;

    // How long a message waits at most before it is written, where others do not wake the thread earlier.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly SpscRecordRing _ring;
    private readonly FixMessageLogOptions _options;
    private readonly SummedLog _failures;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private bool _isDisposed;

    /// <summary>Begins a log; the folder is opened by its thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public FixMessageLog(FixMessageLogOptions options)
    {
        options.Check();
        _options = options;
        _ring = new SpscRecordRing(options.RingBytes);
        _failures = new SummedLog((options.Log ?? NullLogger.Instance).MessagesNotWritten);
        _thread = new Thread(Work) { IsBackground = true, Name = "fix-messages" };
        _thread.Start();
    }

    /// <summary>What it has done.</summary>
    public FixMessageLogCounters Counters { get; } = new();

    /// <summary>Keeps a message.</summary>
    /// <param name="isOutgoing">It was given to the connection; false for one that came.</param>
    /// <param name="session">The session's name; empty where it is not known yet.</param>
    /// <param name="message">The message.</param>
    /// <param name="unixNs">When, Unix nanoseconds.</param>
    /// <returns>False when it is dropped.</returns>
    public bool TryWrite(bool isOutgoing, string session, ReadOnlySpan<byte> message, long unixNs)
    {
        int nameBytes = Math.Min(session.Length, NameBytesMax);
        int bytes = FixedBytes + nameBytes + message.Length;
        if (_isDisposed || bytes > (_ring.Capacity / 2) - 16 || !_ring.TryClaim(bytes, out Span<byte> place))
        {
            Counters.CountDropped();
            return false;
        }

        BinaryPrimitives.WriteInt64LittleEndian(place, unixNs);
        place[sizeof(long)] = (byte)nameBytes;
        _ = Encoding.Latin1.GetBytes(session.AsSpan(0, nameBytes), place[FixedBytes..]);
        message.CopyTo(place[(FixedBytes + nameBytes)..]);
        _ring.Commit(bytes, isOutgoing ? Outgoing : 0);
        _ring.Publish();
        return true;
    }

    /// <summary>Writes what waits, and ends; from here on everything is dropped.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _stop.Set();
            _thread.Join();
            _stop.Dispose();
        }
    }

    private void Work()
    {
        MessageLogFile file = new(_options);
        bool isStopping;
        do
        {
            isStopping = _stop.Wait(Pause);
            Drain(file);
        }
        while (!isStopping);
        file.Dispose();
    }

    private void Drain(MessageLogFile file)
    {
        long at = _ring.Front;
        long count = 0;
        try
        {
            while (_ring.TryPeek(ref at, out ReadOnlyMemory<byte> payload, out int tag))
            {
                ReadOnlySpan<byte> bytes = payload.Span;
                int nameBytes = bytes[sizeof(long)];
                file.Append(BinaryPrimitives.ReadInt64LittleEndian(bytes), tag == Outgoing, bytes.Slice(FixedBytes, nameBytes),
                    bytes[(FixedBytes + nameBytes)..]);
                count++;
                _ring.Release(at);
            }

            file.Flush();
            Counters.CountWritten(count);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Whatever of these the file holds is not counted as written. The next pause opens it anew.
            Counters.CountDropped(count + (at > _ring.Front ? 1 : 0));
            _ring.Release(at);
            file.Abandon();
            _failures.Add(Clock.MonotonicNs, $"FIX messages cannot be written to {_options.Folder}: {fault.Message}; they are dropped and counted");
        }
    }
}
