using Peregrine.Fix.Messages;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>Turns order messages of FIX into commands. What has no place in a command is refused here, with a text for people.</summary>
internal sealed class OrderDecoder(NameTable names)
{
    /// <summary>Fills a command from a validated message.</summary>
    /// <param name="message">NewOrderSingle, OrderCancelRequest, OrderCancelReplaceRequest or OrderStatusRequest.</param>
    /// <param name="accountIds">Accounts of the session, by id; the first one is meant when the message names none.</param>
    /// <param name="command">Everything but order id, session, sequence and times.</param>
    /// <returns>Empty when it worked, else why not.</returns>
    public ReadOnlySpan<byte> TryDecode(in FixMessage message, ReadOnlySpan<int> accountIds, out OrderCommand command)
    {
        command = default;
        byte type = message.MsgType[0];
        command.Type = type switch { (byte)'D' => CommandType.New, (byte)'F' => CommandType.Cancel, (byte)'G' => CommandType.Replace, _ => CommandType.Status };
        _ = message.TryGet(Tag.ClOrdId, out ReadOnlySpan<byte> clientOrderId);
        if (!ClientOrderId.TryCreate(clientOrderId, out command.ClientOrderId))
        {
            return "ClOrdID (11) is longer than 47 characters"u8;
        }

        command.Side = message.GetChar(Tag.Side) switch { (byte)'1' => Side.Buy, (byte)'2' => Side.Sell, _ => 0 };
        if (command.Side == 0)
        {
            return "Side (54) is not supported: expected 1 (buy) or 2 (sell)"u8;
        }

        if (command.Type == CommandType.Status)
        {
            command.OriginalClientOrderId = command.ClientOrderId;
        }
        else if (command.Type != CommandType.New)
        {
            _ = message.TryGet(Tag.OrigClOrdId, out ReadOnlySpan<byte> original);
            if (!ClientOrderId.TryCreate(original, out command.OriginalClientOrderId))
            {
                return "OrigClOrdID (41) is longer than 47 characters"u8;
            }
        }

        SetAccount(message, accountIds, ref command);
        if (!message.TryGet(Tag.Symbol, out ReadOnlySpan<byte> symbol))
        {
            return "Symbol (55) is missing"u8;
        }

        command.InstrumentId = names.InstrumentId(symbol);
        if (command.InstrumentId < 0)
        {
            KeepUnknownName(ref command, symbol);
            SetTypes(message, ref command);
            return default;
        }

        return command.Type is CommandType.New or CommandType.Replace
            ? SetTerms(message, names.Instruments[command.InstrumentId], ref command)
            : default;
    }

    private void SetAccount(in FixMessage message, ReadOnlySpan<int> accountIds, ref OrderCommand command)
    {
        command.AccountId = accountIds[0];
        if (message.TryGet(Tag.Account, out ReadOnlySpan<byte> account))
        {
            int id = names.AccountId(account);
            command.AccountId = accountIds.Contains(id) ? id : -1;
            if (command.AccountId < 0)
            {
                KeepUnknownName(ref command, account);
            }
        }
    }

    // A new order has no original: the place carries the name that was not known, for the report.
    private static void KeepUnknownName(ref OrderCommand command, ReadOnlySpan<byte> name)
    {
        if (command.Type == CommandType.New)
        {
            _ = ClientOrderId.TryCreate(name[..Math.Min(name.Length, ClientOrderId.LengthMax)], out command.OriginalClientOrderId);
        }
    }

    private static void SetTypes(in FixMessage message, ref OrderCommand command)
    {
        // A type or time in force that is valid FIX but not ours stays 0, and the core refuses it as an unsupported order.
        command.OrderType = message.GetChar(Tag.OrdType) switch { (byte)'1' => OrderType.Market, (byte)'2' => OrderType.Limit, _ => 0 };
        bool hasTime = message.TryGet(Tag.TimeInForce, out _);
        command.TimeInForce = !hasTime ? TimeInForce.Day : message.GetChar(Tag.TimeInForce) switch
        {
            (byte)'0' => TimeInForce.Day,
            (byte)'1' => TimeInForce.GoodTillCancel,
            (byte)'3' => TimeInForce.ImmediateOrCancel,
            (byte)'4' => TimeInForce.FillOrKill,
            _ => 0,
        };
    }

    private static ReadOnlySpan<byte> SetTerms(scoped in FixMessage message, Instrument instrument, scoped ref OrderCommand command)
    {
        SetTypes(message, ref command);
        if (!message.TryGetDecimal(Tag.OrderQty, out long mantissa, out int decimals))
        {
            return "OrderQty (38) is missing"u8;
        }

        if (!instrument.TryToQuantity(mantissa, decimals, out command.Quantity))
        {
            return "OrderQty (38) is not a whole number of lots of the instrument"u8;
        }

        bool hasPrice = message.TryGetDecimal(Tag.Price, out mantissa, out decimals);
        if (command.OrderType == OrderType.Limit && !hasPrice)
        {
            return "Price (44) is missing, a limit order needs one"u8;
        }

        return hasPrice && !instrument.TryToPrice(mantissa, decimals, out command.Price) ? "Price (44) is not a whole number of ticks of the instrument"u8 : default;
    }
}
