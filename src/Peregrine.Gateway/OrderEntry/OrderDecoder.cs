using Peregrine.Fix.Messages;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>Turns order messages of FIX into commands. What has no place in a command is refused here, with a text for people.</summary>
internal sealed partial class OrderDecoder(NameTable names)
{
    /// <summary>The messages that become commands, and those that are answered without one.</summary>
    public static IReadOnlyList<string> MessageTypes { get; } = ["D", "F", "G", "H", "q", "s", "AF", "E", "K", "L", "M", "x", "e", "AD"];

    /// <summary>Fills a command from a validated message.</summary>
    /// <param name="message">NewOrderSingle, one order of a list of FIX 4.0 or 4.1, OrderCancelRequest, OrderCancelReplaceRequest,
    /// OrderStatusRequest, OrderMassCancelRequest, OrderMassStatusRequest or NewOrderCross.</param>
    /// <param name="accountIds">Accounts of the session, by id; the first one is meant when the message names none.</param>
    /// <param name="command">Everything but order id, session, sequence and times.</param>
    /// <returns>Empty when it worked, else why not.</returns>
    public ReadOnlySpan<byte> TryDecode(scoped in FixMessage message, scoped ReadOnlySpan<int> accountIds, out OrderCommand command)
    {
        command = default;
        command.Type = message.MsgType[0] switch
        {
            (byte)'A' => CommandType.MassStatus,
            (byte)'D' or (byte)'E' => CommandType.New,
            (byte)'F' => CommandType.Cancel,
            (byte)'G' => CommandType.Replace,
            (byte)'q' => CommandType.MassCancel,
            (byte)'s' => CommandType.Cross,
            _ => CommandType.Status,
        };
        if (command.Type == CommandType.MassStatus)
        {
            return SetMassStatus(message, accountIds, ref command);
        }

        if (command.Type == CommandType.Cross)
        {
            return SetCross(message, accountIds, ref command);
        }

        _ = message.TryGet(Tag.ClOrdId, out ReadOnlySpan<byte> clientOrderId);
        if (!ClientOrderId.TryCreate(clientOrderId, out command.ClientOrderId))
        {
            return "ClOrdID (11) is longer than 47 characters"u8;
        }

        bool hasSide = message.TryGet(Tag.Side, out _);
        command.Side = SideOf(message);

        // A replace of another side is refused by the core, with the order's status.
        bool needsSide = command.Type is not (CommandType.MassCancel or CommandType.Replace);
        if (command.Side == 0 && (needsSide || (hasSide && command.Type == CommandType.MassCancel)))
        {
            return "Side (54) is not supported: expected 1 (buy) or 2 (sell)"u8;
        }

        if (command.Type == CommandType.MassCancel)
        {
            return SetScope(message, accountIds, ref command);
        }

        ReadOnlySpan<byte> fault = SetOriginal(message, ref command);
        if (fault.Length > 0)
        {
            return fault;
        }

        command.Scope = MassCancelScope.Instrument | MassCancelScope.Side;
        SetAccount(message, accountIds, ref command);
        if (!message.TryGet(Tag.Symbol, out ReadOnlySpan<byte> symbol))
        {
            return "Symbol (55) is missing"u8;
        }

        command.InstrumentId = names.InstrumentId(symbol);
        return command.Type switch
        {
            CommandType.New => SetNew(message, symbol, ref command),
            CommandType.Status when command.InstrumentId < 0 => "Symbol (55) is not known"u8,
            CommandType.Replace when command.InstrumentId >= 0 => SetReplace(message, ref command),
            _ => default,
        };
    }

    // 0 for one that is not ours.
    private static Side SideOf(in FixMessage message) =>
        message.GetChar(Tag.Side) switch { (byte)'1' => Side.Buy, (byte)'2' => Side.Sell, _ => 0 };

    private ReadOnlySpan<byte> SetNew(scoped in FixMessage message, scoped ReadOnlySpan<byte> symbol, scoped ref OrderCommand command)
    {
        command.Scope = MassCancelScope.All;
        command.IsPossResend = message.GetChar(Tag.PossResend) == (byte)'Y';
        if (command.InstrumentId < 0)
        {
            KeepUnknownName(ref command, symbol);
            SetTypes(message, ref command);
            SetUnscaled(message, ref command);
            return default;
        }

        ReadOnlySpan<byte> fault = FindUnsupported(message);
        return fault.Length == 0 ? SetTerms(message, names.Instruments[command.InstrumentId], ref command) : fault;
    }

    private ReadOnlySpan<byte> SetReplace(scoped in FixMessage message, scoped ref OrderCommand command)
    {
        ReadOnlySpan<byte> fault = FindUnsupported(message);
        fault = fault.Length == 0 ? SetTerms(message, names.Instruments[command.InstrumentId], ref command) : fault;
        if (fault.Length > 0)
        {
            // The answer is an OrderCancelReject with the order's status, which the core knows.
            command.Refusal = command.Refusal == RejectReason.None ? RejectReason.UnsupportedOrder : command.Refusal;
            command.Fields = default;
        }

        return default;
    }

    // What an order of a symbol that is not known asked for, for its refusal: in units of no instrument.
    private static void SetUnscaled(scoped in FixMessage message, scoped ref OrderCommand command)
    {
        if (message.TryGetDecimal(Tag.OrderQty, out long mantissa, out int decimals))
        {
            _ = ReportEncoder.Unknown.TryToQuantity(mantissa, decimals, out command.Quantity);
        }

        if (message.TryGetDecimal(Tag.Price, out mantissa, out decimals))
        {
            _ = ReportEncoder.Unknown.TryToPrice(mantissa, decimals, out command.Price);
        }
    }

    // The orders of the session that match: by symbol, account and side where those are there.
    private ReadOnlySpan<byte> SetMassStatus(scoped in FixMessage message, scoped ReadOnlySpan<int> accountIds, scoped ref OrderCommand command)
    {
        _ = message.TryGet(Tag.MassStatusReqId, out ReadOnlySpan<byte> id);
        if (!ClientOrderId.TryCreate(id, out command.ClientOrderId))
        {
            return "MassStatusReqID (584) is longer than 47 characters"u8;
        }

        byte type = message.GetChar(Tag.MassStatusReqType);
        bool hasSymbol = message.TryGet(Tag.Symbol, out ReadOnlySpan<byte> symbol);
        if (type != (byte)'7' && (type != (byte)'1' || !hasSymbol))
        {
            return "MassStatusReqType (585) is not supported: expected 1 (of a security, with Symbol) or 7 (all)"u8;
        }

        command.Scope = MassCancelScope.Session;
        command.InstrumentId = -1;
        SetAccount(message, accountIds, ref command);
        if (message.TryGet(Tag.Side, out _))
        {
            command.Scope |= MassCancelScope.Side;
            command.Side = SideOf(message);
        }

        if (type == (byte)'1')
        {
            command.Scope |= MassCancelScope.Instrument;
            command.InstrumentId = names.InstrumentId(symbol);
        }

        return command.InstrumentId < 0 && type == (byte)'1' ? "Symbol (55) is not known"u8 : default;
    }

    private static ReadOnlySpan<byte> SetOriginal(scoped in FixMessage message, scoped ref OrderCommand command)
    {
        if (command.Type == CommandType.Status)
        {
            command.OriginalClientOrderId = command.ClientOrderId;
            if (message.TryGet(Tag.OrdStatusReqId, out ReadOnlySpan<byte> requestId)
                && !ClientOrderId.TryCreate(requestId, out command.ClientOrderId))
            {
                return "OrdStatusReqID (790) is longer than 47 characters"u8;
            }
        }
        else if (command.Type != CommandType.New)
        {
            if (message.GetChar(Tag.CxlType) == (byte)'P')
            {
                return "CxlType (125) is not supported: expected F (all that is left); a replace makes an order smaller"u8;
            }

            _ = message.TryGet(Tag.OrigClOrdId, out ReadOnlySpan<byte> original);
            if (!ClientOrderId.TryCreate(original, out command.OriginalClientOrderId))
            {
                return "OrigClOrdID (41) is longer than 47 characters"u8;
            }
        }

        return default;
    }

    // A client can cancel the orders of its own session only.
    private ReadOnlySpan<byte> SetScope(scoped in FixMessage message, scoped ReadOnlySpan<int> accountIds, scoped ref OrderCommand command)
    {
        command.AccountId = accountIds[0];
        command.Scope = MassCancelScope.Session | (command.Side == 0 ? MassCancelScope.All : MassCancelScope.Side);
        byte type = message.GetChar(Tag.MassCancelRequestType);
        bool hasSymbol = message.TryGet(Tag.Symbol, out ReadOnlySpan<byte> symbol);
        if (type == (byte)'7')
        {
            return default;
        }

        if (type != (byte)'1' || !hasSymbol)
        {
            return "MassCancelRequestType (530) is not supported: expected 1 (of a security, with Symbol) or 7 (all)"u8;
        }

        command.Scope |= MassCancelScope.Instrument;
        command.InstrumentId = names.InstrumentId(symbol);
        return default;
    }

    private void SetAccount(in FixMessage message, ReadOnlySpan<int> accountIds, ref OrderCommand command)
    {
        command.AccountId = accountIds[0];
        if (message.TryGet(Tag.Account, out ReadOnlySpan<byte> account))
        {
            int id = names.AccountId(account);
            command.Scope |= MassCancelScope.Account;
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
}
