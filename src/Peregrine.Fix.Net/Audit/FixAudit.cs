using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Peregrine.Fix.Session;
using Peregrine.Primitives;

namespace Peregrine.Fix.Net;

/// <summary>Where breaches are kept, and how many.</summary>
public sealed record FixAuditOptions
{
    /// <summary>Folder of audit.log and the older files; made with the first record when missing.</summary>
    public required string Folder { get; init; }

    /// <summary>A file that would be larger becomes an older one (audit.log.1, audit.log.2, ...), in bytes; 64 KiB to 1 GiB. Default 4 MiB.</summary>
    public long FileBytesMax { get; init; } = 4 << 20;

    /// <summary>Files that are kept, with the one that is written; 2 to 1,000. Default 8.</summary>
    public int FilesMax { get; init; } = 8;

    /// <summary>Records taken in a second; 1 to 10,000. More are dropped, and the next record says how many. Default 100.</summary>
    public int RecordsPerSecondMax { get; init; } = 100;

    /// <summary>Bytes of a message that a record has, from the first on; 16 to 65,536. Default 1,024.</summary>
    public int BytesShownMax { get; init; } = 1024;

    /// <summary>Told when records cannot be written, and of a chain that was found broken; null for nobody.</summary>
    public ILogger? Log { get; init; }

    internal void Check()
    {
        Within(FileBytesMax, 64 << 10, 1 << 30, nameof(FileBytesMax));
        Within(FilesMax, 2, 1000, nameof(FilesMax));
        Within(RecordsPerSecondMax, 1, 10_000, nameof(RecordsPerSecondMax));
        Within(BytesShownMax, 16, 65_536, nameof(BytesShownMax));
    }

    private static void Within(long value, long least, long most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
    }
}

/// <summary>
/// A file with one record for every message of a peer that breached a boundary of safety. Each record has a hash over itself and the hash before, so
/// that one that was changed, removed or moved is found (<see cref="Verify"/>).
/// </summary>
/// <remarks>
/// Layout: docs/wire/fix-audit-v1.md. Thread: any; a thread of its own writes, from the first record on. Allocates: for a record. Blocks: no, but
/// <see cref="Dispose"/>, which waits for what is on its way.
/// </remarks>
public sealed class FixAudit : IDisposable
{
    /// <summary>The name of the file that is written.</summary>
    public const string FileName = "audit.log";

    // A few seconds of a disk that stands still, at the default rate.
    private const int PendingMax = 1024;

    private const long SecondNs = 1_000_000_000;

    private readonly FixAuditOptions _options;
    private readonly ILogger _log;
    private readonly SummedLog _failures;
    private readonly Lock _lock = new();
    private readonly BlockingCollection<AuditEntry> _pending = new(PendingMax);
    private Thread? _thread;
    private long _secondNs;
    private int _inSecond;
    private long _leftOut;
    private bool _isDisposed;

    /// <summary>Nothing is opened or written before the first record.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public FixAudit(FixAuditOptions options)
    {
        options.Check();
        (_options, _log) = (options, options.Log ?? NullLogger.Instance);
        _failures = new SummedLog(_log.AuditNotWritten);
    }

    /// <summary>What it has done.</summary>
    public FixAuditCounters Counters { get; } = new();

    /// <summary>Holds a file against its chain: <see cref="FileName"/>, or an older one of its folder.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FixAuditReport Verify(string path) => AuditChain.Verify(path);

    /// <summary>Keeps a breach.</summary>
    /// <param name="breach">Which boundary.</param>
    /// <param name="session">The session's name, as far as it is known.</param>
    /// <param name="remote">Where the bytes come from.</param>
    /// <param name="bytes">The message; the first of its bytes are kept.</param>
    /// <param name="unixNs">When, Unix nanoseconds.</param>
    /// <returns>False when it is dropped, which the next record says.</returns>
    public bool Record(FixBreach breach, string session, string remote, ReadOnlySpan<byte> bytes, long unixNs)
    {
        lock (_lock)
        {
            if (unixNs - _secondNs is < 0 or >= SecondNs)
            {
                (_secondNs, _inSecond) = (unixNs, 0);
            }

            if (_isDisposed || ++_inSecond > _options.RecordsPerSecondMax || _pending.Count >= PendingMax)
            {
                _leftOut++;
                Counters.CountDropped();
                return false;
            }

            if (_thread is null)
            {
                _thread = new Thread(Work) { IsBackground = true, Name = "fix-audit" };
                _thread.Start();
            }

            byte[] kept = bytes[..Math.Min(bytes.Length, _options.BytesShownMax)].ToArray();
            _pending.Add(new AuditEntry(breach.ToString(), session, remote, kept, bytes.Length, unixNs, _leftOut));
            _leftOut = 0;
            return true;
        }
    }

    /// <summary>Writes what is on its way; from here on everything is dropped.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _pending.CompleteAdding();
        }

        _thread?.Join();
        _pending.Dispose();
    }

    private void Work()
    {
        AuditFile? file = null;
        long lost = 0;
        foreach (AuditEntry entry in _pending.GetConsumingEnumerable())
        {
            try
            {
                file ??= AuditFile.Open(_options, _log);
                file.Append(entry with { Dropped = entry.Dropped + lost });
                Counters.CountWritten();
                lost = 0;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // The next one opens it anew, and finds the end of what is there.
                lost += entry.Dropped + 1;
                Counters.CountDropped();
                _failures.Add(Clock.MonotonicNs, $"records of breaches cannot be written to {_options.Folder}: {fault.Message}; they are counted");
                file?.Dispose();
                file = null;
            }
        }

        file?.Dispose();
    }
}
