using System.Globalization;
using System.Text;

namespace Peregrine.Bench;

/// <summary>
/// A NewOrderSingle laid out once; for each order only the digits that change are written in place, so that the load
/// generator costs as little as it can. Two templates, buy and sell at one price, make every second order trade.
/// </summary>
internal sealed class OrderTemplate
{
    private const int NumberDigits = 9;
    private readonly byte[] _bytes;
    private readonly int _sequenceAt;
    private readonly int _clientOrderIdAt;
    private readonly int _sendingTimeAt;
    private readonly int _transactTimeAt;

    public OrderTemplate(string sender, string target, string account, string symbol, char side, string price)
    {
        string time = DateTime.UtcNow.ToString("yyyyMMdd-HH:mm:ss.fff", CultureInfo.InvariantCulture);
        string body = $"35=D\u000149={sender}\u000156={target}\u000134={new string('0', NumberDigits)}\u000152={time}\u0001"
            + $"11=B{new string('0', NumberDigits)}\u00011={account}\u000155={symbol}\u000154={side}\u000160={time}\u0001"
            + $"38=100\u000140=2\u000144={price}\u000159=0\u0001";
        string message = $"8=FIX.4.4\u00019={body.Length}\u0001{body}10=000\u0001";
        _bytes = Encoding.ASCII.GetBytes(message);
        _sequenceAt = message.IndexOf("\u000134=", StringComparison.Ordinal) + 4;
        _clientOrderIdAt = message.IndexOf("\u000111=B", StringComparison.Ordinal) + 5;
        _sendingTimeAt = message.IndexOf("\u000152=", StringComparison.Ordinal) + 4;
        _transactTimeAt = message.IndexOf("\u000160=", StringComparison.Ordinal) + 4;
    }

    /// <summary>Size of every message made, in bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>Sets both time fields; once a millisecond is enough.</summary>
    public void SetTime(DateTime utc)
    {
        _ = utc.TryFormat(Scratch, out _, "yyyyMMdd-HH:mm:ss.fff", CultureInfo.InvariantCulture);
        for (int index = 0; index < Scratch.Length; index++)
        {
            _bytes[_sendingTimeAt + index] = (byte)Scratch[index];
            _bytes[_transactTimeAt + index] = (byte)Scratch[index];
        }
    }

    /// <summary>Writes one order into <paramref name="target"/>.</summary>
    public void Write(Span<byte> target, long sequence, long orderNumber)
    {
        PutDigits(_bytes.AsSpan(_sequenceAt, NumberDigits), sequence);
        PutDigits(_bytes.AsSpan(_clientOrderIdAt, NumberDigits), orderNumber);
        int sum = 0;
        foreach (byte value in _bytes.AsSpan(0, _bytes.Length - 7))
        {
            sum += value;
        }

        PutDigits(_bytes.AsSpan(_bytes.Length - 4, 3), sum & 255);
        _bytes.CopyTo(target);
    }

    private char[] Scratch { get; } = new char[21];

    private static void PutDigits(Span<byte> target, long value)
    {
        for (int index = target.Length - 1; index >= 0; index--)
        {
            (value, long digit) = Math.DivRem(value, 10);
            target[index] = (byte)('0' + digit);
        }
    }
}
