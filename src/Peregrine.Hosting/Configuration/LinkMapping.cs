using Peregrine.Distribution;
using Peregrine.Gateway;
using Peregrine.Gateway.MarketData.OverFix;
using Peregrine.Ids;

namespace Peregrine.Hosting.Configuration;

/// <summary>Options in the words of the libraries.</summary>
internal static class LinkMapping
{
    private const int ChunksPerMiB = 16;

    /// <summary>How ids are leased.</summary>
    public static IdSegmentOptions ToIdSegmentOptions(this PeregrineOptions options) =>
        new() { CountMin = options.Ids.CountMin, CountMax = options.Ids.CountMax, RunwayMs = options.Ids.RunwayMs, ReadyMin = options.Ids.ReadyMin };

    /// <summary>Where market data goes out.</summary>
    /// <param name="source">What subscribers are told that the books follow.</param>
    public static MarketDataServerOptions ToServerOptions(this PeregrineOptions options, string source) => new()
    {
        EndPoint = options.MarketData.EndPoint,
        Source = source,
        HeartbeatMs = options.MarketData.HeartbeatMs,
        ConnectionsMax = options.MarketData.ConnectionsMax,
        SubscriptionsMax = options.MarketData.SubscriptionsMax,
        RingChunks = options.MarketData.RingChunks,
        ChunksMax = options.MarketData.MemoryMiB * ChunksPerMiB,
        StallMs = options.MarketData.StallMs,
        ConflationsMax = options.MarketData.ConflationsPerMinute,
    };

    /// <summary>Where market data goes out over FIX; null where nobody may have it so.</summary>
    public static FixMarketDataOptions? ToFixMarketDataOptions(this PeregrineOptions options) => options.Fix.MarketDataSessions.Count == 0
        ? null
        : new FixMarketDataOptions
        {
            EndPoint = options.Fix.MarketDataEndPoint,
            CompId = options.Fix.SenderCompId,
            Sessions = options.Fix.MarketDataSessions,
            Version = options.Fix.MarketDataVersion,
            HeartbeatSecondsMax = options.Fix.HeartbeatSecondsMax,
            FrameBytesMax = options.Fix.FrameBytesMax,
            Tls = options.Fix.Tls,
            AuditFolder = Path.Combine(options.DataFolder, "marketdata"),
        };

    /// <summary>Everything that the order link needs, but who comes in by local ports, and where books and reports go.</summary>
    /// <param name="ids">Leased as <see cref="ToIdSegmentOptions"/> says; stays the caller's.</param>
    public static LinkOptions ToLinkOptions(this PeregrineOptions options, IOrderIdSource ids) => new()
    {
        DataFolder = options.DataFolder,
        Durability = options.Journal.Durability,
        SegmentBytes = options.Journal.SegmentBytes,
        SyncInline = options.Journal.SyncInline,
        KeepsHops = options.Journal.KeepsHops,
        Snapshots = options.Journal.Snapshot,
        FixEndPoint = options.Fix.EndPoint,
        CompId = options.Fix.SenderCompId,
        Sessions = options.Sessions,
        SessionSchedules = options.SessionSchedules,
        SessionVersions = options.SessionVersions,
        Rules = options.Rules,
        Calendars = options.Calendars,
        Ids = ids,
        Wait = options.Threads.Wait,
        PinnedCore = options.Threads.PinnedCore,
        OrdersMax = options.Capacity.Orders,
        ClientOrderIdsMax = options.Capacity.ClientOrderIds,
        InFlightMax = options.Capacity.InFlightCommands,
        Shards = options.Capacity.Shards,
        SessionStoreBytes = options.Fix.SessionStoreBytes,
        HeartbeatSecondsMax = options.Fix.HeartbeatSecondsMax,
        SilenceSecondsMax = options.Fix.SilenceSecondsMax,
        ResendNumbersMax = options.Fix.ResendNumbersMax,
        FrameBytesMax = options.Fix.FrameBytesMax,
        PendingLogonsMax = options.Fix.PendingLogons,
        DropCopyEndPoint = options.Fix.DropCopyEndPoint,
        DropCopySessions = options.Fix.DropCopySessions,
        DropCopyVersion = options.Fix.DropCopyVersion,
        MessageLog = options.Fix.MessageLog,
        FixTls = options.Fix.Tls,
        SessionCertificates = options.SessionCertificates,
    };
}
