using SharpCompress.Compressors.Xz;

namespace Peregrine.Feeds.Compression;

/// <summary>An xz file, stream by stream: whoever appends one to another has both. Source: the .xz file format, 1.2.1.</summary>
/// <remarks>Thread: one owner. Allocates: for each stream.</remarks>
internal sealed class XzInput(Stream file) : ReadOnlyStream
{
    private const int MagicBytes = 6;

    private XZStream? _stream = new(file);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (_stream is { } stream && !buffer.IsEmpty)
        {
            int read = stream.Read(buffer);
            if (read > 0)
            {
                return read;
            }

            _stream = TryFindNext() ? new XZStream(file) : null;
        }

        return 0;
    }

    // Zeros between streams and at the end fill a block, four by four.
    private bool TryFindNext()
    {
        while (true)
        {
            int next = file.ReadByte();
            if (next < 0)
            {
                return false;
            }

            if (next != 0)
            {
                file.Position--;
                Span<byte> magic = stackalloc byte[MagicBytes];
                int read = file.ReadAtLeast(magic, MagicBytes, throwOnEndOfStream: false);
                file.Position -= read;
                return CompressedFile.IsXz(magic[..read])
                    ? true
                    : throw new InvalidDataException($"what follows an xz stream at byte {file.Position} is no other one");
            }
        }
    }
}
