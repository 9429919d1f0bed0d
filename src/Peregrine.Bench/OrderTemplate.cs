using System.Globalization;
using System.Text;

namespace Peregrine.Bench;

/// <summary>
/// The body of a NewOrderSingle laid out once; for each order only the digits that change are written in place, so that the load
/// generator costs as little as it can. Two templates, buy and sell at one price, make every second order trade.
/// </summary>
internal sealed class OrderTemplate
{
    private const int NumberDigits = 9;
    private readonly byte[] _fields;
    private readonly char[] _scratch = new char[21];
    private readonly int _clientOrderIdAt;
    private readonly int _transactTimeAt;

    /// <summary>Lays it out.</summary>
    public OrderTemplate(string account, string symbol, char side, string price)
    {
        string time = DateTime.UtcNow.ToString("yyyyMMdd-HH:mm:ss.fff", CultureInfo.InvariantCulture);
        string fields = $"11=B{new string('0', NumberDigits)}|1={account}|55={symbol}|54={side}|60={time}|38=100|40=2|44={price}|59=0|";
        _fields = Encoding.ASCII.GetBytes(fields.Replace('|', '\u0001'));
        _clientOrderIdAt = fields.IndexOf("11=B", StringComparison.Ordinal) + 4;
        _transactTimeAt = fields.IndexOf("|60=", StringComparison.Ordinal) + 4;
    }

    /// <summary>The number in a ClOrdID of such an order.</summary>
    public static long NumberOf(ReadOnlySpan<byte> clientOrderId)
    {
        long number = 0;
        foreach (byte digit in clientOrderId[1..])
        {
            number = (number * 10) + digit - '0';
        }

        return number;
    }

    /// <summary>Sets TransactTime; once a millisecond is enough.</summary>
    public void SetTime(DateTime utc)
    {
        _ = utc.TryFormat(_scratch, out _, "yyyyMMdd-HH:mm:ss.fff", CultureInfo.InvariantCulture);
        for (int index = 0; index < _scratch.Length; index++)
        {
            _fields[_transactTimeAt + index] = (byte)_scratch[index];
        }
    }

    /// <summary>The fields of one order, valid until the next.</summary>
    public ReadOnlySpan<byte> With(long orderNumber)
    {
        Span<byte> digits = _fields.AsSpan(_clientOrderIdAt, NumberDigits);
        for (int index = digits.Length - 1; index >= 0; index--)
        {
            (orderNumber, long digit) = Math.DivRem(orderNumber, 10);
            digits[index] = (byte)('0' + digit);
        }

        return _fields;
    }
}
