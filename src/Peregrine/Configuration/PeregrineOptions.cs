using Peregrine.Gateway;
using Peregrine.Journal;
using Peregrine.Trading.Orders;

namespace Peregrine.Configuration;

/// <summary>The whole configuration of the link, checked. Every key, with unit, default and range, is in docs/configuration.md.</summary>
internal sealed record PeregrineOptions
{
    public required string DataFolder { get; init; }

    public required string FixAddress { get; init; }

    public required int FixPort { get; init; }

    public required string CompId { get; init; }

    public required int HeartbeatSecondsMax { get; init; }

    public required int FrameBytesMax { get; init; }

    public required int SessionStoreMiB { get; init; }

    public required Durability Durability { get; init; }

    public required int SegmentMiB { get; init; }

    public required int IdSegmentMin { get; init; }

    public required int IdSegmentMax { get; init; }

    public required WaitMode Wait { get; init; }

    public required int PinnedCore { get; init; }

    public required int OrdersMax { get; init; }

    public required int ClientOrderIdsMax { get; init; }

    public required TradingRules Rules { get; init; }

    public required IReadOnlyList<ClientSession> Sessions { get; init; }
}
