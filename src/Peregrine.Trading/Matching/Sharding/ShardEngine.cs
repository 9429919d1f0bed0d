namespace Peregrine.Trading.Matching.Sharding;

/// <summary>
/// One shard: an engine that has the books of some instruments. Of the others it has empty ones, which nothing ever touches,
/// so that ids of instruments are the same in all shards.
/// </summary>
/// <remarks>Thread: one owner at a time. Allocates: as <see cref="MatchingEngine"/>.</remarks>
public sealed class ShardEngine
{
    // The term of an instrument that is another shard's: nothing in it ever becomes due.
    private static readonly InstrumentTerms Elsewhere = new();

    internal ShardEngine(int orderCapacity, bool emitsOrderDeltas) =>
        Books = new MatchingEngine(orderCapacity) { EmitsOrderDeltas = emitsOrderDeltas };

    /// <summary>The books. To look at, while no command runs.</summary>
    public MatchingEngine Books { get; }

    /// <summary>Does what a command asks for, as the router sent it.</summary>
    /// <param name="events">Gets the events, behind those that it has.</param>
    public ShardAnswer Run(in ShardCommand command, MatchEventBuffer events)
    {
        int first = events.Count;
        switch (command.Kind)
        {
            case ShardCommandKind.Submit:
                return new ShardAnswer((int)Submit(in command, events), 0, 0);
            case ShardCommandKind.Cancel:
                return new ShardAnswer((int)Books.Cancel(command.OrderId, events), 0, 0);
            case ShardCommandKind.Reduce:
                return new ShardAnswer((int)Books.Reduce(command.OrderId, command.Lots, events), 0, 0);
            case ShardCommandKind.Replace:
                return new ShardAnswer((int)Books.Replace(in command.Change, events), 0, 0);
            case ShardCommandKind.SetPhase:
                return new ShardAnswer((int)Books.SetPhase(command.InstrumentId, command.Phase, command.CancelsForbidden, events), 0, 0);
            case ShardCommandKind.MassCancel:
                return Parted(Books.MassCancel(in command.Filter, events), first, events.Count);
            case ShardCommandKind.List:
                return Parted(Books.List(in command.Filter, events), first, events.Count);
            case ShardCommandKind.Cross:
                return new ShardAnswer((int)Cross(in command, events), 0, 0);
            case ShardCommandKind.AdvanceTime:
                Books.AdvanceTime(command.TimeNs, events);
                return Parted(0, first, events.Count);
            default:
                throw new ArgumentException($"kind is {(byte)command.Kind}, expected 1 to 9", nameof(command));
        }
    }

    internal void AddInstrument(InstrumentTerms terms, bool isOwn) => _ = Books.AddInstrument(isOwn ? terms : Elsewhere);

    /// <summary>The digest's term of a book that is another shard's.</summary>
    internal static ulong TermElsewhere(int instrumentId) =>
        MatchDigest.OfBook(instrumentId, 0, Elsewhere.Phase, cancelsForbidden: false, 0, null, null, default);

    private RejectReason Submit(in ShardCommand command, MatchEventBuffer events)
    {
        if (!command.IsFull && !command.IsIdTaken)
        {
            return Books.Submit(in command.Order, events);
        }

        // The engine's own checks refuse it, in their order (section 2): with no room left in its own tables, with the id that no order may have.
        int capacity = Books.OrderCapacity;
        MatchOrder order = command.Order;
        order.OrderId = command.IsIdTaken ? 0 : order.OrderId;
        Books.OrderCapacity = command.IsFull ? Books.OrderCount : capacity;
        RejectReason reason = Books.Submit(in order, events);
        Books.OrderCapacity = capacity;
        if (command.IsIdTaken)
        {
            events.At(events.Count - 1).OrderId = command.Order.OrderId;
        }

        return reason;
    }

    // As a new order with an id that another shard has.
    private RejectReason Cross(in ShardCommand command, MatchEventBuffer events)
    {
        MatchCross cross = command.Pair;
        cross.BuyId = command.IsIdTaken ? 0 : cross.BuyId;
        cross.SellId = command.IsSellTaken ? 0 : cross.SellId;
        RejectReason reason = Books.Cross(in cross, events);
        if (command.IsIdTaken)
        {
            events.At(events.Count - 1).OrderId = command.Pair.BuyId;
        }

        return reason;
    }

    // A time that is not later than the last one does nothing, and leaves the marks of the last.
    private ShardAnswer Parted(int result, int first, int end) =>
        new(result, Math.Clamp(Books.EndsTold, first, end) - first, Math.Clamp(Books.AuctionsTold, first, end) - first);
}
