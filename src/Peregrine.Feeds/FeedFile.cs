using Peregrine.Feeds.Compression;
using Peregrine.Trading.MarketData;
using ZstdSharp;

namespace Peregrine.Feeds;

/// <summary>Opens a recorded feed: the format is found by content, what it is compressed with is taken off.</summary>
public static class FeedFile
{
    private const string Known = "a LOBSTER message file (CSV), ITCH 5.0 (BinaryFILE), a pcap or pcapng capture of MoldUDP64, or DBN 1; " +
        "each may be compressed with " + CompressedFile.Known;
    private const int DetectBytes = 256;

    /// <summary>Opens.</summary>
    /// <exception cref="FeedException">It is not there, not readable, empty, or of no format that is known.</exception>
    public static FeedReader Open(string path)
    {
        FeedInput? input = null;
        try
        {
            FileStream file = OpenFile(path);
            input = new FeedInput(CompressedFile.Open(file, out bool isCompressed));
            FeedReader reader = Detect(path, input);
            reader.IsCompressed = isCompressed;
            reader.Progress = () => file.Length == 0 ? 1 : (double)file.Position / file.Length;
            return reader;
        }
        catch (Exception fault) when (fault is IOException
            or UnauthorizedAccessException or InvalidDataException or NotSupportedException or ZstdException)
        {
            input?.Dispose();
            throw new FeedException($"{path}: cannot be read: {fault.Message.ReplaceLineEndings(" ").TrimEnd('.')}; expected {Known}");
        }
        catch
        {
            input?.Dispose();
            throw;
        }
    }

    /// <summary>The whole of a feed, decompressed, to be read again and again with <see cref="Over"/>.</summary>
    /// <exception cref="FeedException">It is not there, not readable, or damaged.</exception>
    public static byte[] ReadAll(string path)
    {
        try
        {
            using Stream stream = CompressedFile.Open(OpenFile(path), out _);
            using MemoryStream whole = new();
            stream.CopyTo(whole);
            return whole.ToArray();
        }
        catch (Exception fault) when (fault is IOException
            or UnauthorizedAccessException or InvalidDataException or NotSupportedException or ZstdException)
        {
            throw new FeedException($"{path}: cannot be read: {fault.Message.ReplaceLineEndings(" ").TrimEnd('.')}; expected {Known}");
        }
    }

    /// <summary>Reads a feed that is not compressed.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="stream">Disposed with the reader.</param>
    /// <exception cref="FeedException">It is empty, or of no format that is known.</exception>
    public static FeedReader Over(string name, Stream stream) => Detect(name, new FeedInput(stream));

    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1 << 16);

    private static FeedReader Detect(string name, FeedInput input)
    {
        while (input.Data.Length < DetectBytes && input.TryFill())
        {
        }

        FeedReader reader = ReaderFor(name, input);
        reader.Name = name;
        return reader;
    }

    private static FeedReader ReaderFor(string path, FeedInput input)
    {
        ReadOnlySpan<byte> data = input.Data;
        if (data.IsEmpty)
        {
            throw new FeedException($"{path}: empty; expected {Known}");
        }

        if (CaptureDecoder.IsCapture(data))
        {
            return new MoldReader(input);
        }

        if (data.StartsWith("DBN"u8))
        {
            return new DbnReader(input);
        }

        if (data.Length >= 3 && Itch50Decoder.LengthOf(data[2]) is > 0 and int length && ((data[0] << 8) | data[1]) is int prefix
            && (prefix == length || prefix == 0))
        {
            return new ItchReader(input);
        }

        if (LobsterReader.Fits(data))
        {
            return new LobsterReader(input);
        }

        throw new FeedException($"{path}: no feed that is known, at byte 0: " +
            $"{Convert.ToHexStringLower(data[..Math.Min(data.Length, 8)])}; expected {Known}");
    }
}
