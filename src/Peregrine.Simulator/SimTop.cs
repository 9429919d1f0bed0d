namespace Peregrine.Simulator;

/// <summary>Best prices of an instrument.</summary>
public struct SimTop
{
    public Price Bid;
    public Price Ask;
    public Quantity BidQuantity;
    public Quantity AskQuantity;
    public int InstrumentId;
    public bool HasBid;
    public bool HasAsk;
}
