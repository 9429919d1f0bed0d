using Peregrine.Cli;
using Peregrine.Journal;
using Peregrine.Linux;
using Peregrine.Linux.Files;

namespace Peregrine.Bench.Journals;

/// <summary>How many bytes of the file a batch of the journal takes: so many for each record and so many for the batch.</summary>
internal readonly record struct BatchFootprint(int RecordBytes, int BatchBytes);

/// <summary>
/// The machine's own cost: the bytes that the journal would write, from one buffer, into a file prepared as the journal prepares its
/// segments, and at fsync an fdatasync. No copy, no checksum, no thread.
/// </summary>
internal sealed class BareLog : BenchLog
{
    private readonly BatchFootprint _footprint;
    private readonly bool _isSynced;
    private readonly long _fileBytes;
    private readonly byte[] _buffer;
    private readonly LinuxFile _file;
    private long _offset;
    private long _durable;
    private long _bytes;
    private long _batches;

    /// <param name="fileBytes">Room in the file; behind it, writing starts again at the front.</param>
    public BareLog(JournalBenchOptions options, Durability level, BatchFootprint footprint, long fileBytes)
    {
        _footprint = footprint;
        _isSynced = level == Durability.Fsync;
        _fileBytes = fileBytes;
        _buffer = GC.AllocateArray<byte>((int)Math.Min(4 << 20, fileBytes / 2), pinned: true);
        _buffer.AsSpan().Fill(0x5a);
        string path = Path.Combine(JournalBench.ScratchFolder(options.Folder), "bare.bin");
        try
        {
            _file = LinuxFile.Create(path);
        }
        catch (LinuxException fault)
        {
            throw new CommandException($"--dir: {fault.Message}; choose another folder");
        }

        try
        {
            Prepare();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override long Durable => _durable;

    /// <inheritdoc/>
    public override long Bytes => _bytes;

    /// <inheritdoc/>
    public override long Batches => _batches;

    /// <inheritdoc/>
    public override void Commit()
    {
        if (Appended == _durable)
        {
            return;
        }

        int bytes = BytesOf(Appended - _durable);
        _offset = _offset + bytes > _fileBytes ? 0 : _offset;
        Require(_file.Write(_buffer.AsSpan(0, bytes), _offset));
        if (_isSynced)
        {
            Require(_file.SyncData());
        }

        _offset += bytes;
        _bytes += bytes;
        _batches++;
        _durable = Appended;
    }

    /// <inheritdoc/>
    public override void Drain() => Commit();

    /// <inheritdoc/>
    public override void Dispose()
    {
        _file.Dispose();
        File.Delete(_file.Path);
    }

    protected override bool TryAppend(long number) => BytesOf(number - _durable) <= _buffer.Length;

    private int BytesOf(long records) => (int)Math.Min(int.MaxValue, (records * _footprint.RecordBytes) + _footprint.BatchBytes);

    // As the journal's next segment: blocks reserved; at fsync filled with zeros and synced, so that a later sync has no metadata to write.
    private void Prepare()
    {
        Require(_file.Allocate(_fileBytes));
        if (!_isSynced)
        {
            return;
        }

        byte[] zeros = new byte[1 << 16];
        for (long offset = 0; offset < _fileBytes; offset += zeros.Length)
        {
            Require(_file.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, _fileBytes - offset)), offset));
        }

        Require(_file.SyncData());
    }

    private void Require(Errno errno)
    {
        if (errno != Errno.None)
        {
            throw new CommandException($"{_file.Path}: cannot be written: {errno}; make room or choose another --dir");
        }
    }
}
