using System.Runtime.InteropServices;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching.Sharding;

/// <summary>What a <see cref="ShardCommand"/> asks for: the requests of <see cref="IMatchingEngine"/>. 0 is none.</summary>
public enum ShardCommandKind : byte
{
    Submit = 1,
    Cancel = 2,
    Reduce = 3,
    Replace = 4,
    MassCancel = 5,
    SetPhase = 6,
    AdvanceTime = 7,
    List = 8,
    Cross = 9,
}

/// <summary>A request to a matching engine as a value without references, to be handed from one thread to another.</summary>
/// <remarks>What only some kinds need shares its place with what only others need; the kind says which of it means something.</remarks>
[StructLayout(LayoutKind.Explicit)]
public struct ShardCommand
{
    [FieldOffset(0)]
    internal ShardCommandKind Kind;

    /// <summary>Set by the router: the order's id is that of an order of another shard.</summary>
    [FieldOffset(1)]
    internal bool IsIdTaken;

    /// <summary>Set by the router: all shards together hold as many orders as they may.</summary>
    [FieldOffset(2)]
    internal bool IsFull;

    [FieldOffset(3)]
    internal bool CancelsForbidden;

    [FieldOffset(4)]
    internal TradingPhase Phase;

    /// <summary>As <see cref="IsIdTaken"/>, of the sell order of a cross.</summary>
    [FieldOffset(5)]
    internal bool IsSellTaken;

    [FieldOffset(8)]
    internal MatchOrder Order;

    [FieldOffset(8)]
    internal MatchReplace Change;

    [FieldOffset(8)]
    internal MassCancelFilter Filter;

    [FieldOffset(8)]
    internal MatchCross Pair;

    [FieldOffset(8)]
    internal ulong OrderId;

    [FieldOffset(16)]
    internal Quantity Lots;

    [FieldOffset(8)]
    internal int InstrumentId;

    [FieldOffset(8)]
    internal long TimeNs;

    /// <summary>See <see cref="IMatchingEngine.Submit"/>.</summary>
    public static ShardCommand Submit(in MatchOrder order) => new() { Kind = ShardCommandKind.Submit, Order = order };

    /// <summary>See <see cref="IMatchingEngine.Cancel"/>.</summary>
    public static ShardCommand Cancel(ulong orderId) => new() { Kind = ShardCommandKind.Cancel, OrderId = orderId };

    /// <summary>See <see cref="IMatchingEngine.Reduce"/>.</summary>
    public static ShardCommand Reduce(ulong orderId, Quantity lots) => new() { Kind = ShardCommandKind.Reduce, OrderId = orderId, Lots = lots };

    /// <summary>See <see cref="IMatchingEngine.Replace"/>.</summary>
    public static ShardCommand Replace(in MatchReplace change) => new() { Kind = ShardCommandKind.Replace, Change = change };

    /// <summary>See <see cref="IMatchingEngine.MassCancel"/>.</summary>
    public static ShardCommand MassCancel(in MassCancelFilter filter) => new() { Kind = ShardCommandKind.MassCancel, Filter = filter };

    /// <summary>See <see cref="IMatchingEngine.List"/>.</summary>
    public static ShardCommand List(in MassCancelFilter filter) => new() { Kind = ShardCommandKind.List, Filter = filter };

    /// <summary>See <see cref="IMatchingEngine.Cross"/>.</summary>
    public static ShardCommand Cross(in MatchCross cross) => new() { Kind = ShardCommandKind.Cross, Pair = cross };

    /// <summary>See <see cref="IMatchingEngine.SetPhase"/>.</summary>
    public static ShardCommand SetPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden) =>
        new() { Kind = ShardCommandKind.SetPhase, InstrumentId = instrumentId, Phase = phase, CancelsForbidden = cancelsForbidden };

    /// <summary>See <see cref="IMatchingEngine.AdvanceTime"/>.</summary>
    public static ShardCommand AdvanceTime(long timeNs) => new() { Kind = ShardCommandKind.AdvanceTime, TimeNs = timeNs };
}

/// <summary>What a shard says of a command besides its events.</summary>
/// <param name="Result">The reason of a request, the number of orders of a mass cancel, 0 of a time.</param>
/// <param name="Ends">Of a time or mass cancel: how many of its events tell orders that it ended.</param>
/// <param name="EndsAndAuctions">How many tell those and auctions that it ended; the others tell what both set off.</param>
public readonly record struct ShardAnswer(int Result, int Ends, int EndsAndAuctions);
