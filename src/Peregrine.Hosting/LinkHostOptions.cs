using Peregrine.Distribution;
using Peregrine.Gateway;
using Peregrine.Gateway.MarketData.OverFix;
using Peregrine.Ids;
using Peregrine.Trading.Orders;

namespace Peregrine.Hosting;

/// <summary>What a host starts a link with. Checked when the host starts, all faults at once.</summary>
public sealed class LinkHostOptions
{
    /// <summary>The link's own options, a record: change them by <c>options.Link = options.Link with { ... }</c>. Without a value of its own,
    /// <see cref="LinkOptions.Ids"/> is what <see cref="Ids"/> and <see cref="IdDatabase"/> say.</summary>
    public LinkOptions Link { get; set; } = new()
    {
        DataFolder = "peregrine-data",
        Sessions = [],
        Rules = new TradingRules([], []),
        Ids = UnsetIds.Instance,
    };

    /// <summary>Where the books are distributed; null, the default of options made in code, for nowhere.</summary>
    public MarketDataServerOptions? MarketData { get; set; }

    /// <summary>Who gets the books over FIX, where <see cref="MarketData"/> is not null; null for nobody.</summary>
    public FixMarketDataOptions? FixMarketData { get; set; }

    /// <summary>How order ids are leased.</summary>
    public IdSegmentOptions Ids { get; set; } = new();

    /// <summary>SQLite file that order ids are leased from; a relative path is below the link's data folder.</summary>
    public string IdDatabase { get; set; } = "ids.db";

    /// <summary>What was wrong with the configuration that these come from.</summary>
    internal List<string> ConfigurationFaults { get; } = [];

    /// <summary>Parts of the configuration that are switched on and do not run in a host.</summary>
    internal List<string> NotHere { get; } = [];

    /// <summary>Whether the link's ids are the host's to make.</summary>
    internal bool HasOwnIds => Link.Ids is UnsetIds;

    /// <summary>Stands for ids that nobody gave.</summary>
    internal sealed class UnsetIds : IOrderIdSource
    {
        public static readonly UnsetIds Instance = new();

        public IdStatus TryNext(out ulong id)
        {
            id = 0;
            return IdStatus.Exhausted;
        }

        public long RaiseAbove(ulong id) => 0;
    }
}
