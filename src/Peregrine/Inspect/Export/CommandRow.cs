using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Inspect.Export;

/// <summary>One row of the table: a command with the instrument and the account that it names under the rules in force.</summary>
/// <param name="command">As it was decoded.</param>
/// <param name="instrument">Null when the command names none that was known.</param>
/// <param name="account">The same.</param>
internal readonly struct CommandRow(in OrderCommand command, Instrument? instrument, Account? account)
{
    public readonly OrderCommand Command = command;
    public readonly Instrument? Instrument = instrument;
    public readonly Account? Account = account;

    /// <summary>True for a command that asks for an order: only there do side, type, time in force, quantity and price mean something.</summary>
    public bool HasTerms => Command.Type is CommandType.New or CommandType.Replace;

    /// <summary>True where <see cref="HasTerms"/> and the order has a price.</summary>
    public bool HasPrice => HasTerms && Command.OrderType != OrderType.Market;

    /// <summary>The price in the instrument's decimals; null without one, without an instrument, or beyond what a link takes in.</summary>
    public decimal? Price
    {
        get
        {
            if (!HasPrice || Instrument is null)
            {
                return null;
            }

            Int128 units = (Int128)Command.Price.Ticks * Instrument.TickUnits;
            return units >= long.MinValue && units <= long.MaxValue ? WithDecimals((long)units, Instrument.PriceDecimals) : null;
        }
    }

    /// <summary>The quantity in shares or contracts; null as <see cref="Price"/>.</summary>
    public long? Quantity
    {
        get
        {
            if (!HasTerms || Instrument is null)
            {
                return null;
            }

            Int128 units = (Int128)Command.Quantity.Lots * Instrument.LotUnits;
            return units >= long.MinValue && units <= long.MaxValue ? (long)units : null;
        }
    }

    private static decimal WithDecimals(long units, int decimals)
    {
        ulong magnitude = (ulong)Int128.Abs(units);
        return new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), 0, units < 0, (byte)decimals);
    }
}
