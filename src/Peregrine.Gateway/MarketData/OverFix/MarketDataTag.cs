namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>Tags of market data messages.</summary>
internal static class MarketDataTag
{
    public const int OrderId = 37;
    public const int Symbol = 55;
    public const int NoRelatedSym = 146;
    public const int MdReqId = 262;
    public const int SubscriptionRequestType = 263;
    public const int MarketDepth = 264;
    public const int MdUpdateType = 265;
    public const int AggregatedBook = 266;
    public const int NoMdEntries = 268;
    public const int MdEntryType = 269;
    public const int MdReqRejReason = 281;
    public const int OpenCloseSettlFlag = 286;
    public const int NoTradingSessions = 386;
    public const int Scope = 546;
    public const int MdImplicitDelete = 547;
    public const int LastUpdateTime = 779;
    public const int ApplQueueMax = 812;
    public const int ApplQueueDepth = 813;
    public const int ApplQueueResolution = 814;
    public const int ApplQueueAction = 815;
}
