using System.Buffers.Text;
using Peregrine.Cli;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Tools.Replay;

/// <summary>
/// A line after every message: bid price, bid size, ask price, ask size of the message's instrument, in LOBSTER's unit (1/10,000) and with
/// its dummy values for an empty side. The first column is the bid's, other than in LOBSTER's own order book files.
/// </summary>
/// <remarks>Thread: one owner. Allocates: no.</remarks>
internal sealed class BboWriter(string path, string feedPath, long priceScale) : IDisposable
{
    /// <summary>LOBSTER's price of an empty ask side; that of an empty bid side is its negative.</summary>
    public const long EmptyPrice = 9_999_999_999;

    private const int LineBytesMax = 128;
    private readonly OutputFile _file = new(path, feedPath);
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _used;

    /// <summary>Writes the line.</summary>
    /// <exception cref="CommandException">The disk is full.</exception>
    public void Write(MarketBooks books, int instrumentId)
    {
        if (_used + LineBytesMax > _buffer.Length)
        {
            Flush();
        }

        WriteSide(books.TryGetBest(instrumentId, Side.Buy, out long price, out long quantity), -EmptyPrice, price, quantity, (byte)',');
        WriteSide(books.TryGetBest(instrumentId, Side.Sell, out price, out quantity), EmptyPrice, price, quantity, (byte)'\n');
    }

    /// <summary>The file is whole.</summary>
    public void Commit()
    {
        Flush();
        _file.Commit();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void WriteSide(bool isThere, long emptyPrice, long price, long quantity, byte end)
    {
        // Rounded down to 1/10,000, where a feed has finer prices.
        long inLobsterUnits = priceScale == FeedPriceScale.TenThousandths
            ? price
            : (long)Math.Floor((decimal)price * FeedPriceScale.TenThousandths / priceScale);
        WriteNumber(isThere ? inLobsterUnits : emptyPrice, (byte)',');
        WriteNumber(isThere ? quantity : 0, end);
    }

    private void WriteNumber(long value, byte end)
    {
        _ = Utf8Formatter.TryFormat(value, _buffer.AsSpan(_used), out int bytes);
        _used += bytes;
        _buffer[_used++] = end;
    }

    private void Flush()
    {
        try
        {
            _file.Stream.Write(_buffer, 0, _used);
            _used = 0;
        }
        catch (IOException fault)
        {
            throw new CommandException($"{path}: cannot be written: {fault.Message.TrimEnd('.')}; make room or choose another place");
        }
    }
}
