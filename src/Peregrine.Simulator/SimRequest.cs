namespace Peregrine.Simulator;

/// <summary>What a participant does. 0 is nothing.</summary>
public enum SimAction : byte
{
    New = 1,
    Cancel = 2,
    Replace = 3,
}

/// <summary>One request of a participant: fixed size, no references.</summary>
public struct SimRequest
{
    /// <summary>Stands for the client order id; grows by one with each request.</summary>
    public long Number;

    /// <summary>For Cancel and Replace: the number of the order's last request.</summary>
    public long OriginalNumber;

    /// <summary>When it is due, in virtual nanoseconds since the start.</summary>
    public long DueNs;
    public Price Price;
    public Quantity Quantity;

    /// <summary>Index in <see cref="Fleet.Roster"/>.</summary>
    public int Participant;

    /// <summary>The core's.</summary>
    public int InstrumentId;
    public SimAction Action;
    public Side Side;
    public OrderType OrderType;
    public TimeInForce TimeInForce;
}
