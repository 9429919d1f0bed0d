using Peregrine.Journal.Files;
using Peregrine.Linux;

namespace Peregrine.Journal;

/// <summary>A file that is ready to be a segment.</summary>
/// <param name="File">Still under its working name.</param>
/// <param name="Path">The name that it gets; made ahead, so that the writer allocates nothing.</param>
internal sealed record PreparedSegment(IJournalFile File, string Path);

/// <summary>Whether a segment can be had.</summary>
internal enum SupplyStatus : byte
{
    Ready = 0,

    /// <summary>The disk is full; it is tried again by and by.</summary>
    NoSpace = 1,

    /// <summary>It cannot be made for another reason, also not when tried again.</summary>
    Broken = 2,
}

/// <summary>
/// Has the next segment ready before it is needed. At fsync it is filled with zeros and synced ahead, so that a later fdatasync
/// finds no metadata to write; at the other levels its blocks are only reserved. A full disk shows here, before anything is appended.
/// </summary>
/// <remarks>
/// Thread: <see cref="WaitFor"/> by the journal's caller, <see cref="Take"/> and <see cref="PrepareNext"/> by whoever writes, all
/// without allocating; one thread of its own makes files.
/// </remarks>
internal sealed class SegmentSupply : IDisposable
{
    private const string PreparedName = "next.tmp";
    private const int RetryPaceMax = 10;

    private readonly JournalOptions _options;
    private readonly JournalCounters _counters;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private PreparedSegment? _ready;
    private int _number;
    private JournalFailure? _failure;
    private bool _isFull;
    private bool _isWanted = true;
    private bool _isStopping;
    private bool _isAbandoned;

    /// <summary>Starts on the first file.</summary>
    /// <param name="options">The journal's.</param>
    /// <param name="counters">The journal's.</param>
    /// <param name="number">Number of the segment that it will be.</param>
    public SegmentSupply(JournalOptions options, JournalCounters counters, int number)
    {
        _options = options;
        _counters = counters;
        _number = number;
        _thread = new Thread(Work) { IsBackground = true, Name = "journal-segments" };
        _thread.Start();
    }

    /// <summary>Waits until a segment is ready, or it is known that it cannot be made now.</summary>
    /// <param name="number">Its number: of the one being made, or of the one after.</param>
    /// <param name="waited">True when the caller had to wait.</param>
    /// <param name="failure">Why it is broken.</param>
    public SupplyStatus WaitFor(int number, out bool waited, out JournalFailure? failure)
    {
        waited = false;
        failure = null;
        bool isTriedAgain = false;
        lock (_gate)
        {
            while (!_isAbandoned)
            {
                if (_number == number && _ready is not null)
                {
                    return SupplyStatus.Ready;
                }

                if (_number == number && _isFull)
                {
                    return SupplyStatus.NoSpace;
                }

                if (_number == number && _failure is not null)
                {
                    if (isTriedAgain)
                    {
                        failure = _failure;
                        return SupplyStatus.Broken;
                    }

                    // What failed ahead of time may be well by now: the caller needs it, so try once more.
                    isTriedAgain = true;
                    _failure = null;
                    _isWanted = true;
                    Monitor.PulseAll(_gate);
                }

                waited = true;
                _ = Monitor.Wait(_gate);
            }
        }

        return SupplyStatus.Broken;
    }

    /// <summary>The prepared file, still under its working name; only after <see cref="WaitFor"/> has said that it is ready.</summary>
    public PreparedSegment Take()
    {
        lock (_gate)
        {
            PreparedSegment? prepared = _ready;
            Check.That(prepared is not null, "a segment is taken only when it is ready");
            _ready = null;
            return prepared;
        }
    }

    /// <summary>Starts on the next file; call it once the one taken has its final name.</summary>
    public void PrepareNext()
    {
        lock (_gate)
        {
            _number++;
            _isWanted = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The journal has failed: nobody is to wait any more.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _isAbandoned = true;
            Monitor.PulseAll(_gate);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
        if (_ready is { } unused)
        {
            unused.File.Dispose();
            _ = _options.Files.Delete(unused.File.Path);
        }
    }

    private void Work()
    {
        int pace = 1;
        while (TryGetWork())
        {
            PreparedSegment? made = null;
            JournalFailure? failure = null;
            try
            {
                made = Make();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                failure = new JournalFailure(exception.Message, (exception as LinuxException)?.Errno ?? Errno.EIO);
            }

            lock (_gate)
            {
                _ready = made;
                _isFull = failure?.Errno is Errno.ENOSPC or Errno.EDQUOT;
                _failure = _isFull ? null : failure;
                Monitor.PulseAll(_gate);
                if (!_isFull)
                {
                    pace = 1;
                }
                else
                {
                    _counters.SpaceTries++;
                    _isWanted = true;
                    WaitForPace(_options.SpaceRetryMs * pace);
                    pace = Math.Min(pace * 2, RetryPaceMax);
                }
            }
        }
    }

    // Nothing but the end of the journal shortens the wait.
    private void WaitForPace(int waitMs)
    {
        long endNs = Clock.MonotonicNs + (waitMs * 1_000_000L);
        long leftNs;
        while (!_isStopping && (leftNs = endNs - Clock.MonotonicNs) > 0)
        {
            _ = Monitor.Wait(_gate, (int)(leftNs / 1_000_000) + 1);
        }
    }

    private bool TryGetWork()
    {
        lock (_gate)
        {
            while (!_isWanted && !_isStopping)
            {
                _ = Monitor.Wait(_gate);
            }

            _isWanted = false;
            return !_isStopping;
        }
    }

    private PreparedSegment Make()
    {
        string path = Path.Combine(_options.Folder, PreparedName);
        Errno errno = _options.Files.Delete(path);
        if (errno != Errno.None)
        {
            throw new LinuxException($"cannot remove {path}", errno);
        }

        IJournalFile file = _options.Files.Create(path);
        errno = file.Allocate(_options.SegmentBytes);
        if (errno == Errno.None && _options.Durability == Durability.Fsync)
        {
            for (long offset = 0; offset < _options.SegmentBytes && errno == Errno.None
                && !Volatile.Read(ref _isStopping); offset += JournalFormat.Zeros.Length)
            {
                errno = file.WriteAll(JournalFormat.Zeros[..(int)Math.Min(JournalFormat.Zeros.Length, _options.SegmentBytes - offset)], offset);
            }

            errno = errno == Errno.None ? file.SyncData() : errno;
        }

        if (errno != Errno.None)
        {
            file.Dispose();
            _ = _options.Files.Delete(path);
            throw new LinuxException($"cannot reserve {_options.SegmentBytes} bytes for the next segment in {_options.Folder}", errno);
        }

        return new PreparedSegment(file, Path.Combine(_options.Folder, JournalFolder.FileName(Volatile.Read(ref _number))));
    }
}
