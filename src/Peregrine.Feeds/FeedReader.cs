using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds;

/// <summary>Reads the messages of one recorded feed, in order, in the one form that books take.</summary>
/// <remarks>Thread: one owner. Allocates: no, once it is open.</remarks>
public abstract class FeedReader(FeedInput input) : IDisposable
{
    private int _pendingBytes;

    /// <summary>How users know the format.</summary>
    public abstract string Format { get; }

    /// <summary>What stands where a message should.</summary>
    public abstract string Expected { get; }

    /// <summary>Units of price in one unit of currency.</summary>
    public abstract long PriceScale { get; }

    /// <summary>The file.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>True when offsets count decompressed bytes.</summary>
    public bool IsCompressed { get; internal set; }

    /// <summary>How much of the file is read, 0 to 1.</summary>
    public Func<double> Progress { get; internal set; } = () => 0;

    /// <summary>Where the last message begins, in bytes from the start of the feed.</summary>
    public long MessageOffset { get; private set; }

    /// <summary>Bytes that follow <see cref="MessageOffset"/> in the feed, when it ends within a message.</summary>
    public int RestBytes => input.Data.Length - RestStart;

    /// <summary>Runs of messages that are missing, by the feed's own numbers.</summary>
    public virtual long Gaps => 0;

    /// <summary>Messages missing in them.</summary>
    public virtual long MissingMessages => 0;

    /// <summary>Messages that came a second time and were left out.</summary>
    public virtual long RepeatedMessages => 0;

    /// <summary>Messages that came after later ones, and were put in their place.</summary>
    public virtual long LateMessages => 0;

    /// <summary>Messages of a type that is not known: passed over by their length.</summary>
    public long UnknownMessages { get; private set; }

    /// <summary>Packets of a capture that belong to something else.</summary>
    public virtual long OtherPackets => 0;

    /// <summary>The bytes of the last message; good until the next is read.</summary>
    public virtual ReadOnlySpan<byte> Message => input.Data.Slice(MessageStart, MessageBytes);

    /// <summary>Where the last message lies in the window's data.</summary>
    protected int MessageStart { get; set; }

    /// <summary>Its bytes.</summary>
    protected int MessageBytes { get; set; }

    /// <summary>Where a message that is not whole begins in the window's data.</summary>
    protected int RestStart { get; set; }

    /// <summary>Reads the next message.</summary>
    /// <returns>Ok; End; Truncated: the feed ends in the middle of it; Malformed. After the last two, nothing more can be read.</returns>
    /// <exception cref="FeedException">The compressed data are damaged, or the disk fails.</exception>
    public FeedStatus TryRead(out BookUpdate update)
    {
        input.Advance(_pendingBytes);
        _pendingBytes = 0;
        while (true)
        {
            RestStart = 0;
            FeedStatus status = TryDecode(input.Data, input.IsAtEnd, out update, out int bytes);
            if (status == FeedStatus.Ok && update.Kind == 0)
            {
                // A step of the container: a header, a packet without messages.
                input.Advance(bytes);
                continue;
            }

            if (status == FeedStatus.Ok)
            {
                MessageOffset = input.Offset + MessageStart;
                _pendingBytes = bytes;
                return FeedStatus.Ok;
            }

            if (status == FeedStatus.Malformed || input.IsAtEnd)
            {
                MessageOffset = input.Offset + RestStart;
                return status;
            }

            Fill();
        }
    }

    /// <summary>The one-line account of why reading ended, for <see cref="FeedStatus.Truncated"/> and <see cref="FeedStatus.Malformed"/>.</summary>
    public string Explain(FeedStatus status)
    {
        string where = $"{Name}: at byte {MessageOffset}{(IsCompressed ? " of the decompressed data" : "")}";
        return status == FeedStatus.Truncated
            ? $"{where}: the {Format} feed ends in the middle of a message, after {RestBytes} bytes; expected {Expected}; " +
            $"--allow-truncated takes what comes before"
            : $"{where}: no {Format} message: {Convert.ToHexStringLower(input.Data.Slice(RestStart, Math.Min(RestBytes, 16)))}; expected {Expected}";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        input.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Decodes at the front of the data.</summary>
    /// <param name="data">What is read so far.</param>
    /// <param name="isLast">True when nothing follows.</param>
    /// <param name="update">The message; Kind 0 for a step that gave none.</param>
    /// <param name="bytes">What to take from the data.</param>
    protected abstract FeedStatus TryDecode(ReadOnlySpan<byte> data, bool isLast, out BookUpdate update, out int bytes);

    /// <summary>Counts a message of an unknown type.</summary>
    protected void CountUnknown(bool isUnknown) => UnknownMessages += isUnknown ? 1 : 0;

    private void Fill()
    {
        try
        {
            // No room is left only when a message is larger than the window; then the decoder has called it malformed before.
            _ = input.TryFill();
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or ZstdSharp.ZstdException)
        {
            throw new FeedException($"{Name}: after byte " +
                $"{input.Offset + input.Data.Length}{(IsCompressed ? " of the decompressed data" : "")}: cannot be read: " +
                $"{fault.Message.ReplaceLineEndings(" ").TrimEnd('.')}; get a whole copy of the file");
        }
    }
}
