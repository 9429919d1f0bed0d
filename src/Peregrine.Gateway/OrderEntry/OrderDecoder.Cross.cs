using Peregrine.Fix.Messages;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

// NewOrderCross: two orders of the session, that trade with each other or not at all.
internal sealed partial class OrderDecoder
{
    private ReadOnlySpan<byte> SetCross(scoped in FixMessage message, scoped ReadOnlySpan<int> accountIds, scoped ref OrderCommand command)
    {
        if (message.GetChar(Tag.CrossType) != (byte)'1' || message.GetChar(Tag.CrossPrioritization) != (byte)'0')
        {
            return "CrossType (549) and CrossPrioritization (550) are not supported: expected 1 (all or none) and 0 (none)"u8;
        }

        if (message.GetChar(Tag.OrdType) != (byte)'2' || !message.TryGetDecimal(Tag.Price, out long price, out int decimals))
        {
            return "OrdType (40) is not supported: expected 2 (limit), with the Price (44) of the cross"u8;
        }

        ReadOnlySpan<byte> fault = EchoedFields.FindTooLong(message);
        fault = fault.IsEmpty ? FindUnsupported(message) : fault;
        if (fault.Length > 0)
        {
            return fault;
        }

        _ = message.TryGet(Tag.Symbol, out ReadOnlySpan<byte> symbol);
        command.InstrumentId = names.InstrumentId(symbol);
        if (command.InstrumentId < 0)
        {
            return "Symbol (55) is not known"u8;
        }

        Instrument instrument = names.Instruments[command.InstrumentId];
        return instrument.TryToPrice(price, decimals, out command.Price) switch
        {
            ScaleStatus.Ok => SetSides(message, accountIds, instrument, ref command),
            ScaleStatus.OffGrid => "Price (44) is not a whole number of ticks of the instrument"u8,
            _ => "Price (44) is larger than any price of the instrument"u8,
        };
    }

    // The group of sides: each begins with its Side.
    private ReadOnlySpan<byte> SetSides(
        scoped in FixMessage message, scoped ReadOnlySpan<int> accountIds, Instrument instrument, scoped ref OrderCommand command)
    {
        Quantity sold = default;
        byte side = 0;
        int seen = 0;
        command.AccountId = accountIds[0];
        command.SellAccountId = accountIds[0];
        for (int place = 0; place < message.Count; place++)
        {
            ReadOnlySpan<byte> value = message.Value(place);
            switch (message.Tags[place])
            {
                case Tag.Side:
                    side = value.Length == 1 ? value[0] : (byte)0;
                    seen += side switch { (byte)'1' => 1, (byte)'2' => 16, _ => 256 };
                    break;
                case Tag.ClOrdId when side != 0:
                    ref ClientOrderId id = ref side == (byte)'1' ? ref command.ClientOrderId : ref command.OriginalClientOrderId;
                    if (!ClientOrderId.TryCreate(value, out id))
                    {
                        return "ClOrdID (11) is longer than 47 characters"u8;
                    }

                    break;
                case Tag.Account when side != 0:
                    int account = names.AccountId(value);
                    account = accountIds.Contains(account) ? account : -1;
                    (command.AccountId, command.SellAccountId) = side == (byte)'1'
                        ? (account, command.SellAccountId) : (command.AccountId, account);
                    break;
                case Tag.OrderQty when side != 0:
                    Quantity quantity = default;
                    bool isGood = FixText.TryDecimal(value, out long mantissa, out int decimals)
                        && instrument.TryToQuantity(mantissa, decimals, out quantity) == ScaleStatus.Ok;
                    if (!isGood)
                    {
                        return "OrderQty (38) is not a whole number of lots of the instrument"u8;
                    }

                    (command.Quantity, sold) = side == (byte)'1' ? (quantity, sold) : (command.Quantity, quantity);
                    break;
                default:
                    break;
            }
        }

        const int OneOfEach = 17;
        return seen == OneOfEach && command.Quantity == sold
            ? default
            : "NoSides (552) is not supported: expected a buy and a sell order, with the same OrderQty (38)"u8;
    }
}
