using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>The bounds of a core; all memory is taken at construction. They are part of what a replay must have equal.</summary>
public sealed record CoreOptions
{
    // Held against what a core really takes by CoreOptionsTests.
    private const long BytesOfOrder = 425;
    private const long BytesOfRecord = 340;
    private const long BytesOfClientId = 72;
    private const int WindowMax = 256;

    /// <summary>Orders that can rest at once; 1 to <see cref="MatchingEngine.OrderCapacityMax"/>, default 262,144.
    /// One more is refused with OrderCapacity.</summary>
    public int OrdersMax { get; init; } = 1 << 18;

    /// <summary>Closed orders that still answer a status request; 1 to 4,194,304, default 65,536. The oldest makes room.</summary>
    public int ClosedOrdersMax { get; init; } = 1 << 16;

    /// <summary>
    /// Client ids remembered for the duplicate check, over all sessions; 1 to 16,777,216, default 1,048,576. An id older than that many
    /// may be used again, unless its order is still working.
    /// </summary>
    public int ClientOrderIdsMax { get; init; } = 1 << 20;

    /// <summary>How many commands may be checked before what the first of them did is applied (<see cref="TradingCore{TEngine}.Begin"/>); 1 to 256,
    /// default 1: each is carried out before the next is looked at. More is for engines on threads of their own.</summary>
    public int Window { get; init; } = 1;

    /// <summary>About how much memory a core with these bounds takes, in bytes; instruments, and books far from their best prices,
    /// come on top.</summary>
    public long EstimateBytes()
    {
        long records = OrdersMax + (long)ClosedOrdersMax;
        long ids = ClientOrderIdsMax + (long)OrdersMax;
        return (OrdersMax * BytesOfOrder) + (records * BytesOfRecord) + (ids * BytesOfClientId);
    }

    /// <summary>Throws with every fault at once.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public void Validate()
    {
        List<string> faults = [];
        Require(faults, nameof(OrdersMax), OrdersMax, MatchingEngine.OrderCapacityMax);
        Require(faults, nameof(ClosedOrdersMax), ClosedOrdersMax, 1 << 22);
        Require(faults, nameof(ClientOrderIdsMax), ClientOrderIdsMax, 1 << 24);
        Require(faults, nameof(Window), Window, WindowMax);
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults));
        }
    }

    private static void Require(List<string> faults, string name, int value, int max)
    {
        if (value < 1 || value > max)
        {
            faults.Add($"{name} is {value}, expected 1 to {max}");
        }
    }
}
