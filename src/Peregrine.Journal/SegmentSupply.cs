using Peregrine.Linux;
using Peregrine.Linux.Files;

namespace Peregrine.Journal;

/// <summary>A file that is ready to be a segment.</summary>
/// <param name="File">Still under its working name.</param>
/// <param name="Path">The name that it gets; made ahead, so that the writer allocates nothing.</param>
internal sealed record PreparedSegment(LinuxFile File, string Path);

/// <summary>
/// Has the next segment ready before it is needed. At fsync it is filled with zeros and synced ahead, so that a later fdatasync
/// finds no metadata to write; at the other levels its blocks are only reserved.
/// </summary>
/// <remarks>Thread: <see cref="Take"/> by the journal's writer, without allocating; one thread of its own makes files.</remarks>
internal sealed class SegmentSupply : IDisposable
{
    private const string PreparedName = "next.tmp";
    private readonly JournalOptions _options;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private PreparedSegment? _ready;
    private int _number;
    private JournalFailure? _failure;
    private bool _isWanted = true;
    private bool _isStopping;

    /// <summary>Starts on the first file.</summary>
    /// <param name="number">Number of the segment that it will be.</param>
    public SegmentSupply(JournalOptions options, int number)
    {
        _options = options;
        _number = number;
        _thread = new Thread(Work) { IsBackground = true, Name = "journal-segments" };
        _thread.Start();
    }

    /// <summary>The prepared file, still under its working name; waits for it when it is not ready yet.</summary>
    /// <param name="waited">True when the caller had to wait.</param>
    /// <param name="failure">Why there is none.</param>
    /// <returns>The file, the caller's from now on; or null.</returns>
    public PreparedSegment? Take(out bool waited, out JournalFailure? failure)
    {
        lock (_gate)
        {
            waited = _ready is null;
            if (_failure is not null)
            {
                // What failed ahead of time, as a full disk, may be well by now: the caller needs it, so try once more.
                _failure = null;
                _isWanted = true;
                Monitor.PulseAll(_gate);
            }

            while (_ready is null && _failure is null)
            {
                _ = Monitor.Wait(_gate);
            }

            failure = _failure;
            PreparedSegment? prepared = _ready;
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
            File.Delete(unused.File.Path);
        }
    }

    private void Work()
    {
        while (true)
        {
            lock (_gate)
            {
                while (!_isWanted && !_isStopping)
                {
                    _ = Monitor.Wait(_gate);
                }

                if (_isStopping)
                {
                    return;
                }

                _isWanted = false;
            }

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
                _failure = failure;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private PreparedSegment Make()
    {
        string path = Path.Combine(_options.Folder, PreparedName);
        File.Delete(path);
        LinuxFile file = LinuxFile.Create(path);
        Errno errno = file.Allocate(_options.SegmentBytes);
        if (errno == Errno.None && _options.Durability == Durability.Fsync)
        {
            byte[] zeros = new byte[1 << 16];
            for (long offset = 0; offset < _options.SegmentBytes && errno == Errno.None && !Volatile.Read(ref _isStopping); offset += zeros.Length)
            {
                errno = file.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, _options.SegmentBytes - offset)), offset);
            }

            errno = errno == Errno.None ? file.SyncData() : errno;
        }

        if (errno != Errno.None)
        {
            file.Dispose();
            File.Delete(path);
            throw new LinuxException($"cannot reserve {_options.SegmentBytes} bytes for the next segment in {_options.Folder}", errno);
        }

        return new PreparedSegment(file, Path.Combine(_options.Folder, JournalScan.FileName(Volatile.Read(ref _number))));
    }
}
