using Peregrine.Trading.Orders;

namespace Peregrine.Simulator;

/// <summary>What a participant does. 0 is nothing.</summary>
public enum SimAction : byte
{
    New = 1,
    Cancel = 2,
    Replace = 3,
}

/// <summary>Kinds of participants. 0 is none.</summary>
public enum ParticipantKind : byte
{
    /// <summary>Quotes both sides around its idea of the price, and leans against its inventory.</summary>
    MarketMaker = 1,

    /// <summary>Comes and goes for reasons of its own; cancels most of what it enters.</summary>
    Noise = 2,

    /// <summary>Follows what prices did lately.</summary>
    Momentum = 3,

    /// <summary>Works a large order in slices over time.</summary>
    Slicer = 4,
}

/// <summary>A participant: one session and one account of its own.</summary>
/// <param name="Name">CompID and account name, such as SIM-MAKER-1.</param>
public sealed record ParticipantInfo(string Name, ParticipantKind Kind);

/// <summary>An instrument to trade.</summary>
/// <param name="InstrumentId">The core's.</param>
/// <param name="ReferenceTicks">The price that the day begins at, in ticks, 100 or more.</param>
/// <param name="TypicalLots">Quantity of a usual order in lots, 1 or more.</param>
public sealed record SimInstrument(int InstrumentId, long ReferenceTicks, long TypicalLots = 100);

/// <summary>Who trades what, how fast.</summary>
public sealed record FleetOptions
{
    /// <summary>1 to 1,000.</summary>
    public required IReadOnlyList<SimInstrument> Instruments { get; init; }

    /// <summary>The same seed gives the same decisions, as long as nobody else trades.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Requests of all participants together, on average, 1 to 100,000.</summary>
    public double RequestsPerSecond { get; init; } = 100;

    /// <summary>Number of the first request; numbers grow by one. 1 or more.</summary>
    public long FirstNumber { get; init; } = 1;

    /// <summary>Finds every error at once.</summary>
    /// <exception cref="ArgumentException">One line for each value out of range.</exception>
    public void Validate()
    {
        List<string> errors = [];
        if (Instruments.Count is 0 or > 1_000)
        {
            errors.Add($"Instruments: {Instruments.Count}, expected 1 to 1000");
        }

        foreach (SimInstrument instrument in Instruments.Where(instrument => instrument.ReferenceTicks < 100 || instrument.TypicalLots < 1))
        {
            errors.Add($"instrument {instrument.InstrumentId}: reference {instrument.ReferenceTicks} ticks, " +
                $"{instrument.TypicalLots} lots; expected 100 ticks and 1 lot or more");
        }

        if (RequestsPerSecond is not (>= 1 and <= 100_000))
        {
            errors.Add(FormattableString.Invariant($"RequestsPerSecond: {RequestsPerSecond}, expected 1 to 100000"));
        }

        if (FirstNumber < 1)
        {
            errors.Add($"FirstNumber: {FirstNumber}, expected 1 or more");
        }

        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        }
    }
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
