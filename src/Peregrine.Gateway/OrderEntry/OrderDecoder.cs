using Peregrine.Fix.Messages;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>Turns order messages of FIX into commands. What has no place in a command is refused here, with a text for people.</summary>
internal sealed partial class OrderDecoder(NameTable names)
{
    /// <summary>The messages that become commands.</summary>
    public static IReadOnlyList<string> MessageTypes { get; } = ["D", "F", "G", "H", "q"];

    /// <summary>Fills a command from a validated message.</summary>
    /// <param name="message">NewOrderSingle, OrderCancelRequest, OrderCancelReplaceRequest, OrderStatusRequest or OrderMassCancelRequest.</param>
    /// <param name="accountIds">Accounts of the session, by id; the first one is meant when the message names none.</param>
    /// <param name="command">Everything but order id, session, sequence and times.</param>
    /// <returns>Empty when it worked, else why not.</returns>
    public ReadOnlySpan<byte> TryDecode(in FixMessage message, ReadOnlySpan<int> accountIds, out OrderCommand command)
    {
        command = default;
        command.Type = message.MsgType[0] switch
        {
            (byte)'D' => CommandType.New,
            (byte)'F' => CommandType.Cancel,
            (byte)'G' => CommandType.Replace,
            (byte)'q' => CommandType.MassCancel,
            _ => CommandType.Status,
        };
        _ = message.TryGet(Tag.ClOrdId, out ReadOnlySpan<byte> clientOrderId);
        if (!ClientOrderId.TryCreate(clientOrderId, out command.ClientOrderId))
        {
            return "ClOrdID (11) is longer than 47 characters"u8;
        }

        bool hasSide = message.TryGet(Tag.Side, out _);
        command.Side = message.GetChar(Tag.Side) switch { (byte)'1' => Side.Buy, (byte)'2' => Side.Sell, _ => 0 };

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

        if (command.Type is not (CommandType.New or CommandType.Replace))
        {
            return default;
        }

        fault = FindUnsupported(message);
        fault = fault.Length == 0 ? SetTerms(message, names.Instruments[command.InstrumentId], ref command) : fault;
        if (fault.Length > 0 && command.Type == CommandType.Replace)
        {
            // The answer is an OrderCancelReject with the order's status, which the core knows: it refuses an order of no type.
            (command.OrderType, command.Fields) = (0, default);
            return default;
        }

        return fault;
    }

    private static ReadOnlySpan<byte> SetOriginal(scoped in FixMessage message, scoped ref OrderCommand command)
    {
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
