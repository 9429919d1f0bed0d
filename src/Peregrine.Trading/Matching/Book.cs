using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>One instrument: its sides, its stops, and what is not in a queue.</summary>
internal sealed class Book(int instrumentId, InstrumentTerms terms, LadderPages pages)
{
    // By side: which one an order has is a coin toss, and a branch on it would be mispredicted half the time.
    private readonly BookSide[] _sides = [new(pages), new(pages)];
    private readonly BookSide[] _stops = [new(pages), new(pages)];
    private readonly BookSide[] _conditionals = [new(pages), new(pages)];
    private readonly BookSide[] _trailing = [new(pages), new(pages)];

    public readonly int InstrumentId = instrumentId;

    /// <summary>The last priority number given.</summary>
    public long Priority;

    /// <summary>The last delta number given.</summary>
    public long Deltas;
    public bool IsSilentOnLevels;
    public bool HasLastTrade;
    public long LastTrade;

    /// <summary>Whether there may be something to do at the end of a command: conditional orders, stops, pegs.</summary>
    public bool Watches;

    /// <summary>Whether a plain limit order needs no more than the plain path: continuous, no price rules, no bands.</summary>
    public bool IsPlain;

    /// <summary>Whether the book's term of the digest must be made anew.</summary>
    public bool IsDirty;
    public ulong Term;

    public InstrumentTerms Terms = terms;
    public VenueRules Rules = terms.Rules;

    // Copies of two rules that every order asks for.
    public OwnerScope OwnerScope;
    public SelfTradePrevention SelfTrade;
    public TickStep[] TickTable = [];
    public TradingPhase Phase = terms.Phase;
    public bool CancelsForbidden;
    public long AuctionEndNs;
    public bool HasAuctionPrice;
    public long AuctionPrice;
    public IndicativePrice Told;
    public bool HasBands;

    // Band centres of the command at work, see Checks.
    public bool HasStaticCentre;
    public long StaticCentre;
    public bool HasDynamicCentre;
    public long DynamicCentre;

    /// <summary>Orders, wherever they are.</summary>
    public int OrderCount;

    /// <summary>Levels of the market orders that wait for an auction, or -1.</summary>
    public int MarketBuys = -1;
    public int MarketSells = -1;

    public int ConditionalCount;
    public SpecialList Pegs = new();
    public SpecialList Parked = new();
    public int StopCount;

    // The references that pegs were last priced against.
    public bool HasReferenceBid;
    public bool HasReferenceAsk;
    public long ReferenceBid;
    public long ReferenceAsk;
    public bool PegsNeedLook;

    /// <summary>Whether the best prices that pegs may follow can be others than when they were last asked for.</summary>
    public bool ReferencesMayDiffer = true;

    /// <summary>Of the pegs that must be looked at, the next; those before it are where they belong.</summary>
    public int NextPeg = -1;

    public BookSide Own(Side side) => _sides[(int)side - 1];

    public BookSide Other(Side side) => _sides[2 - (int)side];

    public BookSide Stops(Side side) => _stops[(int)side - 1];

    /// <summary>Those levels of a side that conditional orders are in.</summary>
    public BookSide Conditionals(Side side) => _conditionals[(int)side - 1];

    /// <summary>The trailing stops of a side by the price that a trade must pass to move them; in the place of a level, the first of each
    /// price.</summary>
    public BookSide Trailing(Side side) => _trailing[(int)side - 1];

    public ref int MarketLevel(Side side) => ref side == Side.Buy ? ref MarketBuys : ref MarketSells;

    public bool IsAuction => Phase is TradingPhase.OpeningAuction or TradingPhase.VolatilityAuction or TradingPhase.ClosingAuction;

    public void Use(InstrumentTerms terms)
    {
        Terms = terms;
        Rules = terms.Rules;
        OwnerScope = Rules.Owner;
        SelfTrade = Rules.SelfTrade;
        TickTable = [.. terms.TickTable];
        HasBands = terms.StaticBandBasisPoints > 0 || terms.DynamicBandBasisPoints > 0;
        Refresh();
    }

    /// <summary>Makes the two summaries of state anew.</summary>
    public void Refresh()
    {
        IsPlain = Phase == TradingPhase.Continuous && TickTable.Length == 0 && Terms.LowestPrice is null && Terms.HighestPrice is null && !HasBands;
        Watches = ConditionalCount > 0 || StopCount > 0 || Pegs.Count > 0;
    }
}

/// <summary>A queue of orders by the links that orders have for it; an order is in one such list at most.</summary>
internal struct SpecialList()
{
    public int Head = -1;
    public int Tail = -1;
    public int Count;
}
