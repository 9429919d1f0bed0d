using System.Text;
using Peregrine.Fix.Messages;

namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>What a MarketDataRequest (V) asks for.</summary>
internal enum RequestAction : byte
{
    /// <summary>One snapshot (263=0).</summary>
    Snapshot = 1,

    /// <summary>A snapshot, and what follows (263=1).</summary>
    Subscribe = 2,

    /// <summary>No more of it (263=2).</summary>
    Unsubscribe = 3,
}

/// <summary>Why a request is refused.</summary>
/// <param name="Code">MDReqRejReason (281); 0 byte for none that fits.</param>
/// <param name="Text">For people.</param>
internal readonly record struct RequestFault(char Code, string Text);

/// <summary>
/// A MarketDataRequest, read. What would change its meaning and is not supported is refused by name, and not passed over.
/// </summary>
/// <remarks>Allocates: a request is rare.</remarks>
internal sealed class MarketDataRequest
{
    /// <summary>Most levels of a side that can be asked for; 0 asks for all.</summary>
    public const int DepthMax = 1_000;

    /// <summary>Longest MDReqID.</summary>
    public const int RequestIdBytesMax = 64;

    private MarketDataRequest(byte[] id, RequestAction action, BookForm form, IReadOnlyList<string> symbols) =>
        (Id, Action, Form, Symbols) = (id, action, form, symbols);

    /// <summary>MDReqID (262).</summary>
    public byte[] Id { get; }

    /// <summary>What it asks for.</summary>
    public RequestAction Action { get; }

    /// <summary>In which form.</summary>
    public BookForm Form { get; }

    /// <summary>Of which instruments, each once.</summary>
    public IReadOnlyList<string> Symbols { get; }

    /// <summary>Reads one that is valid by its dictionary.</summary>
    /// <returns>Null, and why, when it is refused.</returns>
    public static MarketDataRequest? TryRead(in FixMessage message, out RequestFault fault)
    {
        _ = message.TryGet(MarketDataTag.MdReqId, out ReadOnlySpan<byte> id);
        RequestAction action = message.GetChar(MarketDataTag.SubscriptionRequestType) switch
        {
            (byte)'0' => RequestAction.Snapshot,
            (byte)'1' => RequestAction.Subscribe,
            (byte)'2' => RequestAction.Unsubscribe,
            _ => 0,
        };
        fault = default;
        if (id.Length is 0 or > RequestIdBytesMax)
        {
            fault = new('\0', $"MDReqID (262) has {id.Length} characters, expected 1 to {RequestIdBytesMax}");
        }
        else if (action == 0)
        {
            fault = new('4', "SubscriptionRequestType (263) is not supported: expected 0 (snapshot), 1 (snapshot and updates) or 2 (end)");
        }
        else if (action == RequestAction.Unsubscribe)
        {
            return new MarketDataRequest(id.ToArray(), action, default, []);
        }

        return fault.Text is null && TryReadForm(message, action, out BookForm form, out fault)
            && TryReadSymbols(message, out List<string> symbols, out fault)
            ? new MarketDataRequest(id.ToArray(), action, form, symbols)
            : null;
    }

    private static bool TryReadForm(in FixMessage message, RequestAction action, out BookForm form, out RequestFault fault)
    {
        form = default;
        fault = FindUnsupported(message);
        _ = message.TryGetLong(MarketDataTag.MarketDepth, out long depth);
        byte update = message.GetChar(MarketDataTag.MdUpdateType);
        bool isByOrder = message.GetChar(MarketDataTag.AggregatedBook) == (byte)'N';
        EntryTypes types = EntryTypes.None;
        if (fault.Text is null && !TryReadTypes(message, out types))
        {
            fault = new('8', "MDEntryType (269) is not supported: expected 0 (bid), 1 (offer) or 2 (trade)");
        }

        if (fault.Text is null)
        {
            fault = (depth, update, isByOrder) switch
            {
                ( < 0 or > DepthMax, _, _) => new('5', $"MarketDepth (264) is not supported: expected 0 (all), 1 (top) or up to {DepthMax} levels"),
                (not 0, _, true) => new('7', "AggregatedBook (266) is not supported: order by order (N) is the full book only, MarketDepth (264) 0"),
                (_, not ((byte)'0' or (byte)'1'), _) when action == RequestAction.Subscribe =>
                    new('6', "MDUpdateType (265) is not supported: updates need 0 (full refresh) or 1 (incremental)"),
                _ => default,
            };
        }

        bool isRefreshed = update == (byte)'0' && action == RequestAction.Subscribe;
        form = new BookForm(types, (int)Math.Clamp(depth, 0, DepthMax), isByOrder, isRefreshed);
        return fault.Text is null;
    }

    private static RequestFault FindUnsupported(in FixMessage message)
    {
        if (message.IsYes(MarketDataTag.MdImplicitDelete))
        {
            return new('C', "MDImplicitDelete (547) is not supported: levels that leave the book are told");
        }

        (int Tag, char Code, string Name)[] refused =
        [
            (MarketDataTag.OpenCloseSettlFlag, 'B', "OpenCloseSettlFlag (286)"), (MarketDataTag.Scope, 'A', "Scope (546)"),
            (MarketDataTag.NoTradingSessions, '9', "NoTradingSessions (386)"), (MarketDataTag.ApplQueueMax, '\0', "ApplQueueMax (812)"),
            (MarketDataTag.ApplQueueAction, '\0', "ApplQueueAction (815)"),
        ];
        foreach ((int tag, char code, string name) in refused)
        {
            if (message.TryGet(tag, out _))
            {
                return new(code, $"{name} is not supported: leave it out");
            }
        }

        return default;
    }

    private static bool TryReadTypes(in FixMessage message, out EntryTypes types)
    {
        types = EntryTypes.None;
        for (int at = 0; at < message.Count; at++)
        {
            if (message.Tags[at] == MarketDataTag.MdEntryType)
            {
                EntryTypes type = message.Value(at) switch
                {
                    [(byte)'0'] => EntryTypes.Bids,
                    [(byte)'1'] => EntryTypes.Offers,
                    [(byte)'2'] => EntryTypes.Trades,
                    _ => EntryTypes.None,
                };
                if (type == EntryTypes.None)
                {
                    return false;
                }

                types |= type;
            }
        }

        return types != EntryTypes.None;
    }

    private static bool TryReadSymbols(in FixMessage message, out List<string> symbols, out RequestFault fault)
    {
        symbols = [];
        fault = default;
        for (int at = 0; at < message.Count; at++)
        {
            if (message.Tags[at] == MarketDataTag.Symbol)
            {
                string symbol = Encoding.Latin1.GetString(message.Value(at));
                if (!symbols.Contains(symbol))
                {
                    symbols.Add(symbol);
                }

                if (symbols.Count > MarketDataPeer.SubscriptionsMax)
                {
                    fault = new('2', $"more than {MarketDataPeer.SubscriptionsMax} instruments: ask for fewer");
                    return false;
                }
            }
        }

        if (symbols.Count == 0)
        {
            fault = new('0', "no Symbol (55): name the instruments");
        }

        return symbols.Count > 0;
    }
}
