using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;
using ZstdSharp;

namespace Peregrine.Feeds.Compression;

/// <summary>Takes off what a file is compressed with, which its first bytes tell, and not its name.</summary>
internal static class CompressedFile
{
    private const int MagicBytesMax = 6;

    /// <summary>What it knows, for errors.</summary>
    public const string Known = "gzip, zstd, xz, bzip2 or zip";

    /// <summary>Opens a file at its beginning.</summary>
    /// <param name="file">It can seek; disposed with what is returned.</param>
    /// <param name="isCompressed">False: what is returned is the file.</param>
    /// <exception cref="InvalidDataException">It is cut or damaged, here or when it is read.</exception>
    public static Stream Open(Stream file, out bool isCompressed)
    {
        Span<byte> magic = stackalloc byte[MagicBytesMax];
        ReadOnlySpan<byte> head = magic[..file.ReadAtLeast(magic, MagicBytesMax, throwOnEndOfStream: false)];
        file.Position = 0;
        isCompressed = true;
        switch (head)
        {
            case [0x1f, 0x8b, ..]:
                return new GzipInput(file);
            case [0x28, 0xb5, 0x2f, 0xfd, ..] or [>= 0x50 and <= 0x5f, 0x2a, 0x4d, 0x18, ..]:
                // A frame to be skipped may come first: some writers keep an index or a name in it.
                return new DecompressionStream(file, leaveOpen: false);
            case [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..]:
                return new GuardedInput("bzip2", () => BZip2Stream.Create(file, CompressionMode.Decompress, decompressConcatenated: true), file);
            case [(byte)'P', (byte)'K', 3, 4, ..]:
                return new ZipInput(file);
            default:
                isCompressed = IsXz(head);
                return isCompressed ? new GuardedInput("xz", () => new XzInput(file), file) : file;
        }
    }

    /// <summary>Whether a stream of xz begins so.</summary>
    public static bool IsXz(ReadOnlySpan<byte> head) => head.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]);
}
