using Peregrine.Fix.Messages;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

// What an order asks for: docs/fix.md says which field is what.
internal sealed partial class OrderDecoder
{
    // At the close by the type of the order, as FIX had it before there was a time in force for it.
    private const byte MarketOnClose = (byte)'5';
    private const byte LimitOnClose = (byte)'B';
    private const long NsPerDay = 86_400_000_000_000;

    // A type or time in force that is valid FIX but not ours stays 0, and the core refuses it as an unsupported order.
    private static void SetTypes(in FixMessage message, ref OrderCommand command)
    {
        byte letter = message.GetChar(Tag.OrdType);
        bool isAtTheClose = letter is MarketOnClose or LimitOnClose;
        command.OrderType = letter switch
        {
            MarketOnClose => OrderType.Market,
            LimitOnClose => OrderType.Limit,
            _ => FixCodes.OrderTypeOf(letter),
        };
        bool hasTime = message.TryGet(Tag.TimeInForce, out _);
        TimeInForce without = isAtTheClose ? TimeInForce.AtTheClose : command.Type == CommandType.New ? TimeInForce.Day : 0;
        command.TimeInForce = hasTime ? FixCodes.TimeInForceOf(message.GetChar(Tag.TimeInForce)) : without;
        if (isAtTheClose)
        {
            command.TimeInForce = command.TimeInForce is TimeInForce.Day or TimeInForce.AtTheClose ? TimeInForce.AtTheClose : 0;
        }
    }

    // The reason is for a replace, which the core refuses with the state of its order; the text for a new order, of which nothing becomes.
    private static ReadOnlySpan<byte> Because(RejectReason reason, ReadOnlySpan<byte> text, scoped ref OrderCommand command)
    {
        command.Refusal = reason;
        return text;
    }

    private ReadOnlySpan<byte> SetTerms(scoped in FixMessage message, Instrument instrument, scoped ref OrderCommand command)
    {
        SetTypes(message, ref command);
        ReadOnlySpan<byte> fault = SetInstructions(message, ref command);
        fault = fault.Length == 0 ? SetQuantities(message, instrument, ref command) : fault;
        fault = fault.Length == 0 ? SetPrices(message, instrument, ref command) : fault;
        fault = fault.Length == 0 ? SetOffset(message, instrument, ref command) : fault;
        fault = fault.Length == 0 ? SetExpiry(message, ref command) : fault;
        fault = fault.Length == 0 ? SetSelfMatch(message, ref command) : fault;
        command.Fields = command.Type == CommandType.Replace ? command.Fields : ReplaceFields.None;
        return fault;
    }

    // ExecInst: letters and digits with a space between two.
    private static ReadOnlySpan<byte> SetInstructions(scoped in FixMessage message, scoped ref OrderCommand command)
    {
        _ = message.TryGet(Tag.ExecInst, out ReadOnlySpan<byte> instructions);
        for (int at = 0; at < instructions.Length; at += 2)
        {
            bool isAlone = at + 1 == instructions.Length || instructions[at + 1] == (byte)' ';
            switch (isAlone ? instructions[at] : (byte)0)
            {
                case (byte)'6':
                    command.Flags |= OrderFlags.PostOnly;
                    break;
                case (byte)'G':
                    command.Flags |= OrderFlags.AllOrNone;
                    break;
                case (byte)'M':
                    command.Peg = PegReference.Mid;
                    break;
                case (byte)'R':
                    command.Peg = PegReference.Best;
                    break;
                case (byte)'a' when command.OrderType == OrderType.Pegged:
                    command.OrderType = OrderType.TrailingStop;
                    break;
                default:
                    return "ExecInst (18) is not supported: expected 6 (post only), G (all or none), "u8 +
                        "and with OrdType P one of M, R (pegs) and a (trailing stop)"u8;
            }
        }

        return message.TryGetLong(Tag.PegPriceType, out long type) ? SetPegPriceType(type, ref command) : default;
    }

    // As FIX 5.0 says what ExecInst said before; a message may say both.
    private static ReadOnlySpan<byte> SetPegPriceType(long type, scoped ref OrderCommand command)
    {
        PegReference peg = type switch { PegPriceTypes.Middle => PegReference.Mid, PegPriceTypes.Primary => PegReference.Best, _ => 0 };
        bool isTrail = type == PegPriceTypes.TrailingStop;
        if (peg == 0 && !isTrail)
        {
            return "PegPriceType (1094) is not supported: expected 2 (middle), 5 (primary) or 8 (trailing stop)"u8;
        }

        if ((command.Peg != 0 && command.Peg != peg) || (command.OrderType == OrderType.TrailingStop && !isTrail))
        {
            return "PegPriceType (1094) is not supported: it is another one than that of ExecInst (18), give one of them"u8;
        }

        command.Peg = peg;
        command.OrderType = isTrail ? OrderType.TrailingStop : command.OrderType;
        return default;
    }

    private static ReadOnlySpan<byte> SetQuantities(scoped in FixMessage message, Instrument instrument, scoped ref OrderCommand command)
    {
        if (!message.TryGetDecimal(Tag.OrderQty, out long mantissa, out int decimals))
        {
            return Because(RejectReason.FieldMissing, "OrderQty (38) is missing"u8, ref command);
        }

        if (instrument.TryToQuantity(mantissa, decimals, out command.Quantity) != ScaleStatus.Ok)
        {
            return Because(RejectReason.QuantityNotInLots, "OrderQty (38) is not a whole number of lots of the instrument"u8, ref command);
        }

        command.Fields |= ReplaceFields.Leaves;
        if (message.TryGetDecimal(Tag.MinQty, out mantissa, out decimals))
        {
            command.Fields |= ReplaceFields.Minimum;
            if (instrument.TryToQuantity(mantissa, decimals, out command.Attributes.MinimumQuantity) != ScaleStatus.Ok)
            {
                return Because(RejectReason.QuantityNotInLots, "MinQty (110) is not a whole number of lots of the instrument"u8, ref command);
            }
        }

        bool hasFloor = message.TryGetDecimal(Tag.MaxFloor, out mantissa, out decimals);
        if (message.TryGetDecimal(Tag.DisplayQty, out long shown, out int shownDecimals))
        {
            if (hasFloor && (shown != mantissa || shownDecimals != decimals))
            {
                return "DisplayQty (1138) is not supported: it is another quantity than MaxFloor (111), give one of them"u8;
            }

            (hasFloor, mantissa, decimals) = (true, shown, shownDecimals);
        }

        return hasFloor ? SetShown(mantissa, decimals, instrument, ref command) : default;
    }

    // MaxFloor, or DisplayQty, as FIX 5.0 calls it.
    private static ReadOnlySpan<byte> SetShown(long mantissa, int decimals, Instrument instrument, scoped ref OrderCommand command)
    {
        if (instrument.TryToQuantity(mantissa, decimals, out command.Attributes.DisplayQuantity) != ScaleStatus.Ok)
        {
            return Because(RejectReason.QuantityNotInLots, "MaxFloor (111) is not a whole number of lots of the instrument"u8, ref command);
        }

        if (mantissa == 0)
        {
            command.Flags |= OrderFlags.Hidden;
        }
        else if (command.Attributes.DisplayQuantity == command.Quantity)
        {
            // All of it shown is no iceberg.
            command.Attributes.DisplayQuantity = Quantity.Zero;
            command.Fields |= ReplaceFields.Display;
        }
        else
        {
            command.Fields |= ReplaceFields.Display;
        }

        return default;
    }

    private static ReadOnlySpan<byte> SetPrices(scoped in FixMessage message, Instrument instrument, scoped ref OrderCommand command)
    {
        bool hasPrice = message.TryGetDecimal(Tag.Price, out long mantissa, out int decimals);
        if (OrderTypes.Has(command.OrderType, OrderTraits.Price) && !hasPrice)
        {
            return Because(RejectReason.FieldMissing, "Price (44) is missing, a limit order needs one"u8, ref command);
        }

        ScaleStatus scaled = hasPrice ? instrument.TryToPrice(mantissa, decimals, out command.Price) : ScaleStatus.Ok;
        if (scaled != ScaleStatus.Ok)
        {
            return scaled == ScaleStatus.OffGrid
                ? Because(RejectReason.PriceNotOnTick, "Price (44) is not a whole number of ticks of the instrument"u8, ref command)
                : Because(RejectReason.PriceOutOfRange, "Price (44) is larger than any price of the instrument"u8, ref command);
        }

        if (hasPrice && command.OrderType is not (OrderType.Market or OrderType.Stop or OrderType.TrailingStop))
        {
            command.Fields |= ReplaceFields.Price;
            command.Flags |= command.OrderType == OrderType.Pegged ? OrderFlags.HasLimit : OrderFlags.None;
        }

        if (!OrderTypes.Has(command.OrderType, OrderTraits.NamedStop))
        {
            return default;
        }

        if (!message.TryGetDecimal(Tag.StopPx, out mantissa, out decimals))
        {
            return Because(RejectReason.FieldMissing, "StopPx (99) is missing, a stop order needs one"u8, ref command);
        }

        command.Fields |= ReplaceFields.Stop;
        return instrument.TryToPrice(mantissa, decimals, out command.Attributes.StopPrice) switch
        {
            ScaleStatus.Ok => default,
            ScaleStatus.OffGrid =>
                Because(RejectReason.PriceNotOnTick, "StopPx (99) is not a whole number of ticks of the instrument"u8, ref command),
            _ => Because(RejectReason.PriceOutOfRange, "StopPx (99) is larger than any price of the instrument"u8, ref command),
        };
    }

    // The norm adds PegOffsetValue to the reference: a buy order's is 0 or negative here, a sell order's 0 or positive. A distance has no sign.
    private static ReadOnlySpan<byte> SetOffset(scoped in FixMessage message, Instrument instrument, scoped ref OrderCommand command)
    {
        bool hasOffset = message.TryGetDecimal(Tag.PegOffsetValue, out long mantissa, out int decimals);
        if (!OrderTypes.Has(command.OrderType, OrderTraits.Offset))
        {
            return default;
        }

        if (command.OrderType == OrderType.Pegged && command.Peg == 0)
        {
            return "ExecInst (18) is missing, a pegged order needs M, R or a"u8;
        }

        if (message.TryGetLong(Tag.PegOffsetType, out long unit) && unit != 0)
        {
            return "PegOffsetType (836) is not supported: expected 0 (price)"u8;
        }

        if (!hasOffset)
        {
            return command.OrderType == OrderType.Pegged
                ? default
                : Because(RejectReason.FieldMissing, "PegOffsetValue (211) is missing, a trailing stop needs one"u8, ref command);
        }

        ScaleStatus scaled = instrument.TryToPrice(mantissa, decimals, out Price offset);
        if (scaled != ScaleStatus.Ok)
        {
            return scaled == ScaleStatus.OffGrid
                ? Because(RejectReason.PriceNotOnTick, "PegOffsetValue (211) is not a whole number of ticks of the instrument"u8, ref command)
                : Because(RejectReason.PriceOutOfRange, "PegOffsetValue (211) is larger than any price of the instrument"u8, ref command);
        }

        bool isTrail = command.OrderType == OrderType.TrailingStop;
        command.Fields |= isTrail ? ReplaceFields.Stop : ReplaceFields.None;
        command.Attributes.OffsetTicks = isTrail ? Math.Abs(offset.Ticks) : command.Side == Side.Buy ? -offset.Ticks : offset.Ticks;
        return command.Attributes.OffsetTicks >= 0
            ? default
            : "PegOffsetValue (211) is on the wrong side: expected 0 or less to buy, 0 or more to sell"u8;
    }

    // GTD: a time, or the end of a day in UTC.
    private static ReadOnlySpan<byte> SetExpiry(scoped in FixMessage message, scoped ref OrderCommand command)
    {
        if (command.TimeInForce != TimeInForce.GoodTillTime)
        {
            return default;
        }

        command.Fields |= ReplaceFields.Expiry;
        if (message.TryGet(Tag.ExpireTime, out ReadOnlySpan<byte> time) && FixText.TryTimestamp(time, out command.Attributes.ExpireTimeNs))
        {
            return default;
        }

        Span<byte> midnight = stackalloc byte[17];
        if (message.TryGet(Tag.ExpireDate, out ReadOnlySpan<byte> date) && date.Length == 8)
        {
            date.CopyTo(midnight);
            "-00:00:00"u8.CopyTo(midnight[8..]);
            if (FixText.TryTimestamp(midnight, out command.Attributes.ExpireTimeNs))
            {
                command.Attributes.ExpireTimeNs += NsPerDay;
                return default;
            }
        }

        return Because(RejectReason.FieldMissing,
            "ExpireTime (126) or ExpireDate (432) is missing, an order good till a date needs one"u8, ref command);
    }

    // A replace keeps what the order has.
    private ReadOnlySpan<byte> SetSelfMatch(scoped in FixMessage message, scoped ref OrderCommand command)
    {
        if (command.Type != CommandType.New)
        {
            return default;
        }

        if (message.TryGet(Tag.SelfMatchPreventionId, out _))
        {
            if (!message.TryGetLong(Tag.SelfMatchPreventionId, out long number) || number is < 1 or > StrategyNumber.Max)
            {
                return "SelfMatchPreventionID (7928) is not supported: expected the number of a strategy, 1 to 32767"u8;
            }

            // Without an account the order is refused whatever its strategy is.
            command.StrategyId = command.AccountId < 0 ? 0 : StrategyNumber.ToCore(names.FirmAccount(command.AccountId), (int)number);
        }

        if (!message.TryGet(Tag.SelfMatchPreventionInstruction, out _))
        {
            return default;
        }

        command.SelfTrade = FixCodes.PreventionOf(message.GetChar(Tag.SelfMatchPreventionInstruction));
        return command.SelfTrade != SelfTradePrevention.Default
            ? default
            : "SelfMatchPreventionInstruction (8000) is not supported: expected N (cancel the newest), "u8 +
                "O (the oldest), B (both) or D (decrement and cancel)"u8;
    }
}
