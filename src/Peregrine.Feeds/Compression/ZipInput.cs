using System.IO.Compression;
using System.IO.Hashing;

namespace Peregrine.Feeds.Compression;

/// <summary>The one file of a zip archive, held to its checksum and length.</summary>
/// <remarks>Thread: one owner.</remarks>
internal sealed class ZipInput : ReadOnlyStream
{
    private readonly ZipArchive _archive;
    private readonly ZipArchiveEntry _entry;
    private readonly Stream _data;
    private readonly Crc32 _crc = new();
    private long _bytes;

    /// <summary>Opens it.</summary>
    /// <exception cref="InvalidDataException">It is cut, or has no file, or more than one.</exception>
    public ZipInput(Stream file)
    {
        _archive = new ZipArchive(file, ZipArchiveMode.Read);
        List<ZipArchiveEntry> files = [.. _archive.Entries.Where(entry => entry.Name.Length > 0).Take(2)];
        _entry = files.Count == 1
            ? files[0]
            : throw new InvalidDataException($"the zip archive has {(files.Count == 0 ? "no file" : "more than one file")}: expected one, the feed");
        _data = _entry.Open();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read = _data.Read(buffer);
        _crc.Append(buffer[..read]);
        _bytes += read;
        return read == 0 && !buffer.IsEmpty && (_bytes != _entry.Length || _crc.GetCurrentHashAsUInt32() != _entry.Crc32)
            ? throw new InvalidDataException($"{_entry.FullName} in the zip archive has another checksum or length than it says")
            : read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _data.Dispose();
            _archive.Dispose();
        }

        base.Dispose(disposing);
    }
}
