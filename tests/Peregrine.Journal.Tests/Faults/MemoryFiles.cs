using Peregrine.Journal.Files;
using Peregrine.Linux;

namespace Peregrine.Journal.Tests;

/// <summary>What was asked of the files.</summary>
internal enum FileOpKind
{
    Create,
    Write,
    Sync,
    Allocate,
    Move,
    Delete,
    SyncFolder,
}

/// <summary>One call; the bytes of a write are kept when the calls are recorded.</summary>
internal sealed record FileOp(FileOpKind Kind, string Path, string Target = "", long Offset = 0, long Bytes = 0, byte[]? Data = null);

/// <summary>
/// Files in memory that know what a loss of power would leave: contents are safe once the file is synced, names once the folder is. Errors
/// can be put in at any call, and the disk can be full. A sync that fails with EIO leaves pages as a kernel does: clean in memory,
/// not on the disk, and no later sync writes them.
/// </summary>
internal sealed class MemoryFiles : IJournalFiles
{
    public const int PageBytes = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Node> _names = [];
    private readonly Dictionary<string, Node> _safeNames = [];
    private readonly List<(string Folder, Action<Dictionary<string, Node>> Apply)> _unsafeNames = [];

    /// <summary>Asked before each call that changes something: null lets it pass; a number below its length makes a write short.</summary>
    public Func<FileOp, CallResult?>? Inject { get; set; }

    /// <summary>Room of the disk in bytes.</summary>
    public long SpaceBytes { get; set; } = long.MaxValue;

    /// <summary>Every call that worked, in order, when recording.</summary>
    public List<object>? Log { get; set; }

    /// <summary>The names in a folder.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            lock (_gate)
            {
                return [.. _names.Keys];
            }
        }
    }

    /// <summary>Puts a note between the recorded calls.</summary>
    public void Note(object note)
    {
        lock (_gate)
        {
            Log?.Add(note);
        }
    }

    public byte[] ReadFile(string path)
    {
        lock (_gate)
        {
            return [.. _names[path].Now];
        }
    }

    public void WriteFile(string path, byte[] bytes)
    {
        lock (_gate)
        {
            _names[path] = new Node { Now = [.. bytes], Safe = [.. bytes] };
            _safeNames[path] = _names[path];
        }
    }

    /// <summary>Carries out a recorded call, whole or a write's first bytes.</summary>
    public void Replay(FileOp op, int writeBytes = int.MaxValue)
    {
        lock (_gate)
        {
            switch (op.Kind)
            {
                case FileOpKind.Create:
                    AddName(op.Path, new Node());
                    break;
                case FileOpKind.Write:
                    _names[op.Path].Write(op.Data.AsSpan(0, Math.Min(op.Data!.Length, writeBytes)), op.Offset);
                    break;
                case FileOpKind.Sync:
                    _names[op.Path].Sync();
                    break;
                case FileOpKind.Allocate:
                    _names[op.Path].Extend(op.Bytes);
                    break;
                case FileOpKind.Move:
                    Rename(op.Path, op.Target);
                    break;
                case FileOpKind.Delete:
                    Remove(op.Path);
                    break;
                default:
                    SyncNames(op.Path);
                    break;
            }
        }
    }

    /// <summary>What the disk may hold after a loss of power now.</summary>
    /// <param name="keepPage">Asked for each page that was written and not synced.</param>
    /// <param name="keepNames">How many of the renames and the like that were not synced; they become durable in order.</param>
    public MemoryFiles AfterPowerLoss(Func<bool> keepPage, Func<int, int> keepNames)
    {
        lock (_gate)
        {
            Dictionary<string, Node> names = new(_safeNames);
            int kept = keepNames(_unsafeNames.Count);
            foreach ((_, Action<Dictionary<string, Node>> apply) in _unsafeNames.Take(kept))
            {
                apply(names);
            }

            MemoryFiles after = new();
            foreach ((string path, Node node) in names)
            {
                after.WriteFile(path, node.AfterPowerLoss(keepPage));
            }

            return after;
        }
    }

    public IJournalFile Create(string path)
    {
        lock (_gate)
        {
            Throw(path, Ask(new FileOp(FileOpKind.Create, path)) ?? new CallResult(0, _names.ContainsKey(path) ? Errno.EEXIST : Errno.None));
            Node node = new();
            AddName(path, node);
            Done(new FileOp(FileOpKind.Create, path));
            return new OpenFile(this, node, path);
        }
    }

    public IJournalFile Open(string path) => TryOpenRead(path) ?? throw new LinuxException($"cannot open {path}", Errno.ENOENT);

    public IJournalFile OpenOrCreate(string path)
    {
        lock (_gate)
        {
            return TryOpenRead(path) ?? Create(path);
        }
    }

    public IJournalFile? TryOpenRead(string path)
    {
        lock (_gate)
        {
            return _names.TryGetValue(path, out Node? node) ? new OpenFile(this, node, path) : null;
        }
    }

    public Errno Delete(string path) => Do(new FileOp(FileOpKind.Delete, path), () => Remove(path));

    public Errno Move(string from, string to) => Do(new FileOp(FileOpKind.Move, from, to), () => Rename(from, to));

    public Errno SyncFolder(string path) => Do(new FileOp(FileOpKind.SyncFolder, path), () => SyncNames(path));

    public bool MakeFolder(string path) => false;

    public string[] List(string folder)
    {
        lock (_gate)
        {
            return [.. _names.Keys.Where(path => Path.GetDirectoryName(path) == folder).Order(StringComparer.Ordinal)];
        }
    }

    private Errno Do(FileOp op, Action work)
    {
        lock (_gate)
        {
            Errno errno = Ask(op)?.Errno ?? Errno.None;
            if (errno == Errno.None)
            {
                work();
                Done(op);
            }

            return errno;
        }
    }

    private CallResult? Ask(FileOp op) => Inject?.Invoke(op);

    private void Done(FileOp op) => Log?.Add(op);

    private static void Throw(string path, CallResult result)
    {
        if (!result.IsOk)
        {
            throw new LinuxException($"cannot make {path}", result.Errno);
        }
    }

    private void AddName(string path, Node node) => ChangeNames(path, names => names[path] = node);

    private void Rename(string from, string to)
    {
        Node node = _names[from];
        ChangeNames(to, names =>
        {
            _ = names.Remove(from);
            names[to] = node;
        });
    }

    private void Remove(string path) => ChangeNames(path, names => names.Remove(path));

    private void ChangeNames(string path, Action<Dictionary<string, Node>> change)
    {
        change(_names);
        _unsafeNames.Add((Path.GetDirectoryName(path)!, change));
    }

    private void SyncNames(string folder)
    {
        foreach ((string changed, Action<Dictionary<string, Node>> apply) in _unsafeNames)
        {
            if (changed == folder)
            {
                apply(_safeNames);
            }
        }

        _ = _unsafeNames.RemoveAll(change => change.Folder == folder);
    }

    private long Used() => _names.Values.Distinct().Sum(node => (long)node.Now.Length);

    private sealed class Node
    {
        public byte[] Now { get; set; } = [];

        public byte[] Safe { get; set; } = [];

        public bool IsLocked { get; set; }

        private readonly HashSet<int> _dirty = [];
        private readonly HashSet<int> _lost = [];

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            Extend(offset + bytes.Length);
            bytes.CopyTo(Now.AsSpan((int)offset));
            for (long page = offset / PageBytes; page * PageBytes < offset + bytes.Length; page++)
            {
                _ = _dirty.Add((int)page);
                _ = _lost.Remove((int)page);
            }
        }

        public void Extend(long bytes)
        {
            if (bytes > Now.Length)
            {
                byte[] now = Now;
                Array.Resize(ref now, (int)bytes);
                Now = now;
            }
        }

        public void Sync()
        {
            byte[] safe = [.. Now];
            foreach (int page in _lost)
            {
                Span<byte> kept = safe.AsSpan(page * PageBytes, Math.Min(PageBytes, safe.Length - (page * PageBytes)));
                kept.Clear();
                Safe.AsSpan(Math.Min(page * PageBytes, Safe.Length))[..Math.Clamp(Safe.Length - (page * PageBytes), 0, kept.Length)].CopyTo(kept);
            }

            _dirty.Clear();
            Safe = safe;
        }

        /// <summary>A sync failed: what it was to write counts as written from now on.</summary>
        public void LoseDirty()
        {
            _lost.UnionWith(_dirty);
            _dirty.Clear();
        }

        public byte[] AfterPowerLoss(Func<bool> keepPage)
        {
            byte[] after = new byte[Now.Length];
            Safe.CopyTo(after, 0);
            for (int page = 0; page < Now.Length; page += PageBytes)
            {
                int bytes = Math.Min(PageBytes, Now.Length - page);
                if (!Now.AsSpan(page, bytes).SequenceEqual(after.AsSpan(page, bytes)) && !_lost.Contains(page / PageBytes) && keepPage())
                {
                    Now.AsSpan(page, bytes).CopyTo(after.AsSpan(page));
                }
            }

            return after;
        }
    }

    private sealed class OpenFile(MemoryFiles files, Node node, string path) : IJournalFile
    {
        private bool _hasLock;

        public string Path { get; private set; } = path;

        public CallResult Write(ReadOnlySpan<byte> bytes, long offset)
        {
            lock (files._gate)
            {
                CallResult? injected = files.Ask(new FileOp(FileOpKind.Write, Path, Offset: offset, Bytes: bytes.Length));
                if (injected is { IsOk: false } failed)
                {
                    return failed;
                }

                int count = (int)(injected?.Value ?? bytes.Length);
                if (offset + count > node.Now.Length && files.Used() + offset + count - node.Now.Length > files.SpaceBytes)
                {
                    return new CallResult(-1, Errno.ENOSPC);
                }

                node.Write(bytes[..count], offset);
                files.Log?.Add(new FileOp(FileOpKind.Write, Path, Offset: offset, Bytes: count, Data: bytes[..count].ToArray()));
                return new CallResult(count, Errno.None);
            }
        }

        public CallResult Read(Span<byte> target, long offset)
        {
            lock (files._gate)
            {
                int count = (int)Math.Clamp(node.Now.Length - offset, 0, target.Length);
                node.Now.AsSpan((int)Math.Min(offset, node.Now.Length), count).CopyTo(target);
                return new CallResult(count, Errno.None);
            }
        }

        public CallResult FindLength()
        {
            lock (files._gate)
            {
                return new CallResult(node.Now.Length, Errno.None);
            }
        }

        public Errno SyncData()
        {
            lock (files._gate)
            {
                Errno errno = files.Do(new FileOp(FileOpKind.Sync, Path), node.Sync);
                if (errno == Errno.EIO)
                {
                    node.LoseDirty();
                }

                return errno;
            }
        }

        public Errno Allocate(long bytes)
        {
            lock (files._gate)
            {
                return bytes > node.Now.Length && files.Used() + bytes - node.Now.Length > files.SpaceBytes
                    ? Errno.ENOSPC
                    : files.Do(new FileOp(FileOpKind.Allocate, Path, Bytes: bytes), () => node.Extend(bytes));
            }
        }

        public Errno MoveTo(string path)
        {
            Errno errno = files.Move(Path, path);
            Path = errno == Errno.None ? path : Path;
            return errno;
        }

        public bool TryLock()
        {
            lock (files._gate)
            {
                _hasLock = !node.IsLocked;
                node.IsLocked = true;
                return _hasLock;
            }
        }

        public void Dispose()
        {
            lock (files._gate)
            {
                node.IsLocked &= !_hasLock;
                _hasLock = false;
            }
        }
    }
}
