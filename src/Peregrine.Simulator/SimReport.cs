using Peregrine.Trading.Orders;

namespace Peregrine.Simulator;

/// <summary>What the link told a participant.</summary>
public struct SimReport
{
    /// <summary>Of the order's last request, or for a passive fill of any earlier one.</summary>
    public long Number;

    /// <summary>Of a trade.</summary>
    public Price LastPrice;

    /// <summary>Of a trade.</summary>
    public Quantity LastQuantity;

    /// <summary>What the order has left.</summary>
    public Quantity Leaves;
    public int Participant;
    public int InstrumentId;
    public ReportType Type;
    public Side Side;
}
