using Peregrine.Journal.Files;
using Peregrine.Linux;

namespace Peregrine.Journal;

/// <summary>
/// Reads a journal while it is written: what is there, and later what came meanwhile, over the ends of segments. For a second core that
/// follows the first and takes snapshots.
/// </summary>
/// <remarks>Thread: one, any; takes no lock. Allocates: nothing a record or batch once warm; one object a segment.</remarks>
public sealed class JournalFollower : IDisposable
{
    private readonly JournalCursor _cursor;
    private readonly IJournalFiles _files;
    private readonly string _folder;
    private readonly JournalPosition _after;
    private bool _isStarted;
    private int _firstRead;

    private JournalFollower(IJournalFiles files, string folder, in JournalPosition after)
    {
        _files = files;
        _folder = folder;
        _after = after;
        _cursor = new JournalCursor(files, folder, verifyChain: false);
    }

    /// <summary>The journal after the last record that was given: at the end of a batch, with its link;
    /// before the first read where it starts.</summary>
    public JournalPosition Position => _isStarted && _cursor.Position.Records >= _after.Records ? _cursor.Position : _after;

    /// <summary>Follows a journal.</summary>
    /// <param name="folder">The journal's folder; it may be empty yet.</param>
    /// <param name="after">Records up to here are left out; default for all.</param>
    public static JournalFollower Open(string folder, JournalPosition after = default) => Open(LinuxJournalFiles.Instance, folder, after);

    internal static JournalFollower Open(IJournalFiles files, string folder, JournalPosition after) => new(files, folder, after);

    /// <summary>Gives the whole batches that are there to the visitor.</summary>
    /// <param name="visitor">Gets the records, in order.</param>
    /// <param name="upToRecords">
    /// Batches that end behind this record are left for later. Beside a writer at <see cref="Durability.Fsync"/> give its
    /// <see cref="JournalWriter.DurableRecords"/>, as the file shows records before the disk has them.
    /// </param>
    /// <returns>How many records; 0 when there is nothing new.</returns>
    /// <exception cref="JournalException">Damage, or the records to follow were removed.</exception>
    public long Read(IJournalVisitor visitor, long upToRecords = long.MaxValue)
    {
        if (!_isStarted && !TryStart())
        {
            return 0;
        }

        long before = _cursor.Given;
        while (true)
        {
            while (_cursor.TryReadBatch(visitor, _after.Records, upToRecords))
            {
                CheckPlace();
            }

            if (_cursor.IsHeldBack)
            {
                return _cursor.Given - before;
            }

            // The next segment is looked for first: if it is there, this one was finished before, and the second look sees all of it.
            bool hasNext = _cursor.HasNextSegment();
            _cursor.Reload();
            if (_cursor.TryReadBatch(visitor, _after.Records, upToRecords))
            {
                CheckPlace();
                continue;
            }

            if (_cursor.IsHeldBack || !hasNext || !_cursor.TryNextSegment())
            {
                return _cursor.Given - before;
            }
        }
    }

    /// <summary>
    /// Makes durable what was read, so that nothing made of it can be ahead of the journal after a loss of power: the writer may have
    /// handed over to the kernel what the disk does not have yet.
    /// </summary>
    /// <exception cref="JournalException">The disk refused.</exception>
    public void SyncRead()
    {
        for (int number = _firstRead; _isStarted && number <= _cursor.Number; number++)
        {
            // One that was archived meanwhile was finished long ago, and synced.
            string path = Path.Combine(_folder, JournalFolder.FileName(number));
            using IJournalFile? file = _files.TryOpenRead(path);
            Errno errno = file?.SyncData() ?? Errno.None;
            if (errno != Errno.None)
            {
                throw new JournalException($"sync of {path}: {errno.Describe()}");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cursor.Dispose();

    private bool TryStart()
    {
        string[] paths = JournalFolder.List(_files, _folder, out int first);
        List<SegmentHeader?> headers = JournalFolder.ReadHeaders(_files, paths, first);
        if (headers.Count == 0 || headers[0] is null)
        {
            return false;
        }

        if (headers[0]!.Value.Before.Records > _after.Records)
        {
            throw new JournalException($"{_folder} starts after record {headers[0]!.Value.Before.Records}: " +
                $"the records after {_after.Records} were removed; follow from a newer snapshot");
        }

        int skipped = headers.FindLastIndex(header => header is { } known && known.Before.Records <= _after.Records);
        _firstRead = first + skipped;
        _isStarted = _cursor.Start(_firstRead);
        CheckPlace();
        return _isStarted;
    }

    private void CheckPlace()
    {
        if (!_after.Link.IsZero && _after.Records == _cursor.Position.Records && _after.Link != _cursor.Position.Link)
        {
            throw new JournalPlaceException(
                $"{_cursor.Path} has link {_cursor.Position.Link} after record {_after.Records}, expected {_after.Link}: " +
                $"the snapshot is of another journal");
        }
    }
}
