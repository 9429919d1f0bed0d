using Peregrine.Primitives;
using Peregrine.Telemetry;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Api;

/// <summary>A new order in the words of the API into the core's, with all its faults at once.</summary>
internal static class OrderTerms
{
    /// <summary>Reads side, type, account, price and quantity; instrument and names are the caller's.</summary>
    /// <param name="errors">Has the faults of the body's form already; what has one is not looked at again.</param>
    public static OrderCommand Read(ApiContext context, NewOrderRequest request, Dictionary<string, string[]> errors)
    {
        OrderCommand terms = new()
        {
            Side = Choice(errors, "side", request.Side, null, ("buy", Side.Buy), ("sell", Side.Sell)),
            OrderType = Choice(errors, "type", request.Type, "limit", ("limit", OrderType.Limit), ("market", OrderType.Market)),
            TimeInForce = Choice(
                errors, "timeInForce", request.TimeInForce, "day", ("day", TimeInForce.Day), ("goodTillCancel", TimeInForce.GoodTillCancel),
                ("immediateOrCancel", TimeInForce.ImmediateOrCancel), ("fillOrKill", TimeInForce.FillOrKill)),
        };
        if (request.ClientOrderId is { } id && !OrderNames.IsGood(id))
        {
            errors.Report("clientOrderId", $"{Problems.Shown(id)}, expected {OrderNames.Expectation}");
        }

        ReadAccount(context, request, ref terms, errors);
        Instrument? instrument = context.Tradable(request.Symbol);
        if (instrument is null && !errors.ContainsKey("symbol"))
        {
            errors.Report("symbol", $"{Problems.Shown(request.Symbol)}, {NotTradable(context, request.Symbol)}");
        }

        ReadQuantity(request, instrument, ref terms, errors);
        ReadPrice(request, instrument, ref terms, errors);
        return terms;
    }

    // With a feed the books are the feed's: an order would rest where nobody can see it.
    private static string NotTradable(ApiContext context, string? symbol)
    {
        if (context.IsFed)
        {
            return "but the books come from the feed, and nobody could see an order beside them; start the link without --feed to trade here";
        }

        string? near = symbol is null ? null : NearName.Find(symbol, context.Rules.Instruments.Select(known => known.Symbol));
        return $"expected an instrument that is traded here{(near is null ? "; GET /api/instruments lists them" : $", did you mean '{near}'?")}";
    }

    private static void ReadAccount(ApiContext context, NewOrderRequest request, ref OrderCommand terms, Dictionary<string, string[]> errors)
    {
        IReadOnlyList<string> accounts = context.Accounts;
        int account = request.Account is null ? 0 : accounts.ToList().IndexOf(request.Account);
        terms.AccountId = account < 0 ? -1 : context.Rules.Accounts.First(known => known.Name == accounts[account]).Id;
        if (account < 0)
        {
            errors.Report("account", $"{Problems.Shown(request.Account)}, expected one of {string.Join(", ", accounts)}");
        }
    }

    private static void ReadQuantity(NewOrderRequest request, Instrument? instrument, ref OrderCommand terms, Dictionary<string, string[]> errors)
    {
        bool isGood = request.Quantity is > 0
            && (instrument is null || instrument.TryToQuantity(request.Quantity.Value, 0, out terms.Quantity) == ScaleStatus.Ok);
        if (!isGood && !errors.ContainsKey("quantity"))
        {
            string given = request.Quantity is { } quantity ? Problems.Shown(quantity) : "nothing";
            errors.Report("quantity", $"{given}, expected " +
                $"{(instrument is null ? "a whole number" : $"a multiple of {instrument.LotUnits}")} above 0");
        }
    }

    private static void ReadPrice(NewOrderRequest request, Instrument? instrument, ref OrderCommand terms, Dictionary<string, string[]> errors)
    {
        // Without a good type nobody knows whether there is to be a price.
        if (errors.ContainsKey("type") || errors.ContainsKey("price"))
        {
            return;
        }

        if (terms.OrderType == OrderType.Market)
        {
            if (request.Price is { } limit)
            {
                errors.Report("price", $"{Problems.Shown(limit)}, but a market order has no price: leave it away, or enter a limit order");
            }

            return;
        }

        string? expected = request.Price is not { } price ? (instrument is null ? "a price" : MultipleOf(instrument))
            : instrument is null ? null : FindFault(instrument, price, out terms.Price);
        if (expected is not null)
        {
            errors.Report("price", $"{(request.Price is { } given ? Problems.Shown(given) : "nothing")}, expected {expected} for a limit order");
        }
    }

    // What was expected instead, or null. A price that is not above 0 is left to the rules on amounts.
    private static string? FindFault(Instrument instrument, decimal price, out Price ticks)
    {
        decimal unit = PriceUnit.Of(instrument.PriceDecimals);
        decimal most = (decimal)instrument.ToPriceUnits(new Price(instrument.PriceTicksMax)) / unit;
        ticks = default;
        if (Math.Abs(price) > most)
        {
            return $"at most {Problems.Shown(most)}";
        }

        decimal units = price * unit;
        bool isOnTick = units == decimal.Truncate(units) && instrument.TryToPrice((long)units, instrument.PriceDecimals, out ticks) == ScaleStatus.Ok;
        return isOnTick ? null : MultipleOf(instrument);
    }

    private static string MultipleOf(Instrument instrument) => $"a multiple of {Problems.Shown(OrderViews.ToView(instrument).TickSize)}";

    private static T Choice<T>(Dictionary<string, string[]> errors, string field, string? given, string? byDefault,
        params (string Word, T Value)[] choices)
        where T : struct
    {
        foreach ((string word, T value) in choices)
        {
            if (string.Equals(given ?? byDefault, word, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        if (!errors.ContainsKey(field))
        {
            errors.Report(field, $"{Problems.Shown(given)}, expected {string.Join(", ", choices.Select(choice => choice.Word))}");
        }

        return default;
    }
}
