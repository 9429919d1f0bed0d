using System.Globalization;
using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>Answers to what is asked about instruments: SecurityListRequest (x) and SecurityStatusRequest (e). They change nothing and are not
/// sequenced.</summary>
/// <remarks>Thread: the link's. Allocates: no.</remarks>
internal sealed class ReferenceAnswers(NameTable names)
{
    /// <summary>The largest SecurityTradingStatus (326) that is told of an instrument.</summary>
    public const int TradingStatesMax = 22;

    /// <summary>The one of an instrument that cannot be traded, which every version has.</summary>
    public const int NotAvailable = 18;

    // So many instruments fit into the smallest message that a session may be set to.
    private const int InstrumentsOfAMessage = 32;
    private const int ValidRequest = 0;
    private const int NoInstruments = 2;
    private const int UnknownInstrument = 20;

    // What a client cannot see from FIX's own fields.
    private readonly byte[][] _texts = [.. names.Instruments.Select(instrument => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"tick {instrument.TickUnits / Math.Pow(10, instrument.PriceDecimals):0.#########}, lot {instrument.LotUnits}")))];

    /// <summary>Answers a SecurityListRequest.</summary>
    /// <returns>Empty when it did; else why not.</returns>
    public ReadOnlySpan<byte> AnswerList(FixSession session, OrderDialect dialect, in FixMessage request, long nowNs)
    {
        byte type = request.GetChar(Tag.SecurityListRequestType);
        bool hasSymbol = request.TryGet(Tag.Symbol, out ReadOnlySpan<byte> symbol);
        if (type != (byte)'4' && (type != (byte)'0' || !hasSymbol))
        {
            return "SecurityListRequestType (559) is not supported: expected 0 (a symbol, with Symbol) or 4 (all)"u8;
        }

        if (!IsOnce(request))
        {
            return "SubscriptionRequestType (263) is not supported: expected 0 (once), or leave it out"u8;
        }

        _ = request.TryGet(Tag.SecurityReqId, out ReadOnlySpan<byte> id);
        int one = type == (byte)'0' ? names.InstrumentId(symbol) : -1;
        (int from, int end) = type == (byte)'4' ? (0, names.Instruments.Length) : one < 0 ? (0, 0) : (one, one + 1);
        int total = end - from;
        do
        {
            int next = Math.Min(from + InstrumentsOfAMessage, end);
            WriteList(session, dialect, id, from, next, total, isLast: next == end, nowNs);
            from = next;
        }
        while (from < end);

        return default;
    }

    /// <summary>Answers a SecurityStatusRequest with the phase that the instrument is in.</summary>
    /// <returns>Empty when it did; else why not.</returns>
    public ReadOnlySpan<byte> AnswerStatus(FixSession session, OrderDialect dialect, in FixMessage request, IBookView books,
        long nowNs)
    {
        if (!IsOnce(request))
        {
            return "SubscriptionRequestType (263) is not supported: expected 0 (once)"u8;
        }

        _ = request.TryGet(Tag.SecurityStatusReqId, out ReadOnlySpan<byte> id);
        _ = request.TryGet(Tag.Symbol, out ReadOnlySpan<byte> symbol);
        int instrumentId = names.InstrumentId(symbol);
        FixWriter writer = session.BeginMessage("f"u8, nowNs);
        writer.Add(Tag.SecurityStatusReqId, id);
        writer.Add(Tag.Symbol, symbol);
        int status = UnknownInstrument;
        ReadOnlySpan<byte> text = "unknown"u8;
        if (instrumentId >= 0)
        {
            TradingPhase phase = names.Instruments[instrumentId].IsOpen ? books.GetPhase(instrumentId) : TradingPhase.Closed;
            status = StatusOf(phase);
            text = NameOf(phase);
        }

        writer.Add(Tag.SecurityTradingStatus, dialect.TradingStatusOf(status));
        writer.AddTimestamp(Tag.TransactTime, nowNs);
        if (instrumentId >= 0 && books.TryGetLastTrade(instrumentId, out Primitives.Price last))
        {
            Instrument instrument = names.Instruments[instrumentId];
            writer.Add(Tag.LastPx, instrument.ToPriceUnits(last), instrument.PriceDecimals);
        }

        if (dialect.SecurityStatus!.Has(Tag.Text))
        {
            writer.Add(Tag.Text, text);
        }

        Check.That(session.TryEndMessage(ref writer, session.Mark), "the status of an instrument fits into a message");
        return default;
    }

    private static bool IsOnce(in FixMessage request) => !request.TryGet(Tag.SubscriptionRequestType, out _)
        || request.GetChar(Tag.SubscriptionRequestType) == (byte)'0';

    private void WriteList(FixSession session, OrderDialect dialect, scoped ReadOnlySpan<byte> id, int from, int end, int total, bool isLast,
        long nowNs)
    {
        FixWriter writer = session.BeginMessage("y"u8, nowNs);
        writer.Add(Tag.SecurityReqId, id);
        writer.Add(Tag.SecurityResponseId, id);
        writer.Add(Tag.SecurityRequestResult, total == 0 ? NoInstruments : ValidRequest);
        writer.Add(Tag.TotNoRelatedSym, total);
        if (dialect.SecurityList!.Has(Tag.LastFragment))
        {
            writer.Add(Tag.LastFragment, isLast ? 'Y' : 'N');
        }

        if (end > from)
        {
            writer.Add(Tag.NoRelatedSym, end - from);
        }

        for (int instrument = from; instrument < end; instrument++)
        {
            writer.Add(Tag.Symbol, names.Symbol(instrument));
            WriteTerms(ref writer, names.Instruments[instrument], _texts[instrument]);
        }

        Check.That(session.TryEndMessage(ref writer, session.Mark), "a part of the list of instruments fits into a message");
    }

    private static void WriteTerms(ref FixWriter writer, Instrument instrument, ReadOnlySpan<byte> text)
    {
        if (instrument.Currency.Length > 0)
        {
            Span<byte> currency = stackalloc byte[3];
            _ = Encoding.ASCII.GetBytes(instrument.Currency, currency);
            writer.Add(Tag.Currency, currency);
        }

        writer.Add(Tag.RoundLot, instrument.LotUnits);
        writer.Add(Tag.Text, text);
    }

    // SecurityTradingStatus (326) has no place for every phase: the text has the phase itself.
    private static int StatusOf(TradingPhase phase) => phase switch
    {
        TradingPhase.Continuous => 17,
        TradingPhase.PreOpen => 21,
        TradingPhase.OpeningAuction => 22,
        TradingPhase.ClosingAuction or TradingPhase.VolatilityAuction => 5,
        TradingPhase.Halted => 2,
        _ => NotAvailable,
    };

    private static ReadOnlySpan<byte> NameOf(TradingPhase phase) => phase switch
    {
        TradingPhase.Continuous => "continuous"u8,
        TradingPhase.PreOpen => "pre-open"u8,
        TradingPhase.OpeningAuction => "opening auction"u8,
        TradingPhase.ClosingAuction => "closing auction"u8,
        TradingPhase.VolatilityAuction => "volatility auction"u8,
        TradingPhase.Halted => "halted"u8,
        _ => "closed"u8,
    };
}
