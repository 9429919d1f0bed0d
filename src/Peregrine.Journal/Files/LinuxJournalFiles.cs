using Peregrine.Linux;
using Peregrine.Linux.Files;

namespace Peregrine.Journal.Files;

/// <summary>The machine's own files.</summary>
internal sealed class LinuxJournalFiles : IJournalFiles
{
    /// <summary>The one instance.</summary>
    public static LinuxJournalFiles Instance { get; } = new();

    /// <inheritdoc/>
    public IJournalFile Create(string path) => new OpenFile(LinuxFile.Create(path));

    /// <inheritdoc/>
    public IJournalFile Open(string path) => new OpenFile(LinuxFile.Open(path));

    /// <inheritdoc/>
    public IJournalFile OpenOrCreate(string path) => new OpenFile(LinuxFile.OpenOrCreate(path));

    /// <inheritdoc/>
    public IJournalFile? TryOpenRead(string path) => LinuxFile.TryOpenRead(path) is { } file ? new OpenFile(file) : null;

    /// <inheritdoc/>
    public Errno Delete(string path) => LinuxFile.TryDelete(path);

    /// <inheritdoc/>
    public Errno Move(string from, string to) => LinuxFile.TryMove(from, to);

    /// <inheritdoc/>
    public Errno SyncFolder(string path) => LinuxFile.TrySyncFolder(path);

    /// <inheritdoc/>
    public bool MakeFolder(string path)
    {
        bool isNew = !Directory.Exists(path);
        _ = Directory.CreateDirectory(path);
        return isNew;
    }

    /// <inheritdoc/>
    // Folders too: one that has a file's name is refused by it, when it is opened.
    public string[] List(string folder) => [.. Directory.GetFileSystemEntries(folder).Order(StringComparer.Ordinal)];

    private sealed class OpenFile(LinuxFile file) : IJournalFile
    {
        public string Path => file.Path;

        public CallResult Write(ReadOnlySpan<byte> bytes, long offset) => file.WriteSome(bytes, offset);

        public CallResult Read(Span<byte> target, long offset) => file.Read(target, offset);

        public CallResult FindLength() => file.FindLength();

        public Errno SyncData() => file.SyncData();

        public Errno Allocate(long bytes) => file.Allocate(bytes);

        public Errno MoveTo(string path) => file.MoveTo(path);

        public bool TryLock() => file.TryLock();

        public void Dispose() => file.Dispose();
    }
}
