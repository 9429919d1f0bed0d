using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Tools.Inspect.Export;

/// <summary>One row of the table: a command with the instrument and the account that it names under the rules in force.</summary>
/// <param name="command">As it was decoded.</param>
/// <param name="instrument">Null when the command names none that was known.</param>
/// <param name="account">The same.</param>
/// <param name="hops">When it passed each hop.</param>
internal readonly struct CommandRow(in OrderCommand command, Instrument? instrument, Account? account, in RowHops hops)
{
    public readonly OrderCommand Command = command;
    public readonly Instrument? Instrument = instrument;
    public readonly Account? Account = account;
    public readonly RowHops Hops = hops;

    /// <summary>True for a command that asks for an order: only there do type, time in force and price mean something.</summary>
    public bool HasTerms => Command.Type is CommandType.New or CommandType.Replace;

    /// <summary>True where the side means something: also for a mass cancel of one side.</summary>
    public bool HasSide => HasTerms || (Command.Scope & MassCancelScope.Side) != 0;

    /// <summary>The limit price in ticks; null where the order has none, or a replace names none.</summary>
    public long? PriceTicks =>
        HasTerms && Command.OrderType != OrderType.Market
        && (Command.OrderType is OrderType.Limit or OrderType.StopLimit || Command.Price.Ticks != 0) ? Command.Price.Ticks : null;

    /// <summary>The quantity in lots, of a reduce what to take off; null for other requests.</summary>
    public long? QuantityLots => HasTerms || Command.Type == CommandType.Reduce ? Command.Quantity.Lots : null;

    /// <summary>A value of ticks in the instrument's decimals; null without one, without an instrument, or beyond what a link takes in.</summary>
    public decimal? ToDecimal(long? ticks)
    {
        if (ticks is not { } count || Instrument is null)
        {
            return null;
        }

        Int128 units = Instrument.ToPriceUnits(new Price(count));
        return units >= long.MinValue && units <= long.MaxValue ? WithDecimals((long)units, Instrument.PriceDecimals) : null;
    }

    /// <summary>Lots in shares or contracts; null as <see cref="ToDecimal"/>.</summary>
    public long? ToUnits(long? lots)
    {
        if (lots is not { } count || Instrument is null)
        {
            return null;
        }

        Int128 units = Instrument.ToUnits(new Quantity(count));
        return units >= long.MinValue && units <= long.MaxValue ? (long)units : null;
    }

    /// <summary>An attribute's number; null for 0, which stands for none.</summary>
    public static long? OrNone(long value) => value == 0 ? null : value;

    private static decimal WithDecimals(long units, int decimals)
    {
        ulong magnitude = (ulong)Int128.Abs(units);
        return new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), 0, units < 0, (byte)decimals);
    }
}
