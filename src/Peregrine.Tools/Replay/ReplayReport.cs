using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Peregrine.Feeds;
using Peregrine.Feeds.Orders;
using Peregrine.Trading.MarketData;

namespace Peregrine.Tools.Replay;

/// <summary>The summary of a replay, for programs and for people. docs/replay.md names every key.</summary>
internal static class ReplayReport
{
    private static readonly JsonSerializerOptions JsonStyle = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>As JSON.</summary>
    public static string ToJson(FeedReader feed, BookReplay replay, OrderReplay? orders)
    {
        JsonObject byType = [];
        foreach ((char type, long count) in replay.Counts.ByFeedType)
        {
            byType[type == 0 ? "other" : type.ToString()] = count;
        }

        JsonObject byKind = [];
        foreach (BookUpdateKind kind in Enum.GetValues<BookUpdateKind>())
        {
            byKind[JsonNamingPolicy.CamelCase.ConvertName(kind.ToString())] = replay.Counts.Of(kind);
        }

        double seconds = replay.WallNs / 1e9;
        JsonObject summary = new()
        {
            ["file"] = feed.Name,
            ["format"] = feed.Format,
            ["messages"] = new JsonObject { ["total"] = replay.Counts.Messages, ["byType"] = byType, ["byKind"] = byKind },
            ["symbols"] = replay.Counts.Symbols,
            ["unknownOrders"] = replay.Books.UnknownOrders,
            ["overExecutions"] = replay.Books.OverExecutions,
            ["duplicateOrders"] = replay.Books.DuplicateOrders,
            ["crossedStates"] = replay.Books.CrossedStates,
            ["gaps"] = feed.Gaps,
            ["missingMessages"] = feed.MissingMessages,
            ["repeatedMessages"] = feed.RepeatedMessages,
            ["otherPackets"] = feed.OtherPackets,
            ["lateMessages"] = feed.LateMessages,
            ["unknownMessages"] = feed.UnknownMessages,
            ["ordersInBook"] = replay.Books.OrderCount,
            ["digest"] = Digest(replay, feed),
            ["truncated"] = replay.Ending == FeedStatus.Truncated
                ? new JsonObject { ["offset"] = feed.MessageOffset, ["bytes"] = feed.RestBytes, ["expected"] = feed.Expected }
                : null,
            ["wallSeconds"] = Math.Round(seconds, 6),
            ["messagesPerSecond"] = Math.Round(replay.Counts.Messages / seconds),
        };
        if (orders is not null)
        {
            summary["executions"] = Executions(orders);
            summary["orders"] = new JsonObject
            {
                ["adds"] = orders.Adds,
                ["rejected"] = orders.Rejects,
                ["tradedOnArrival"] = orders.TradedAdds,
                ["changesOfOrdersGone"] = orders.Misses,
                ["resets"] = orders.Resets,
                ["stateHash"] = orders.StateHash.ToString("x16", CultureInfo.InvariantCulture),
            };
        }

        return summary.ToJsonString(JsonStyle);
    }

    /// <summary>As text.</summary>
    public static string ToText(FeedReader feed, BookReplay replay, OrderReplay? orders)
    {
        MarketBooks books = replay.Books;
        double seconds = replay.WallNs / 1e9;
        IEnumerable<string> types = replay.Counts.ByFeedType.Select(entry =>
            string.Create(CultureInfo.InvariantCulture, $"{(entry.Type == 0 ? "other" : entry.Type)} {entry.Count:N0}"));
        List<string> lines =
        [
            string.Create(CultureInfo.InvariantCulture, $"{feed.Name}: {feed.Format}, {replay.Counts.Messages:N0} messages, " +
                $"{replay.Counts.Symbols:N0} symbols, {seconds:N3} s, {replay.Counts.Messages / seconds / 1e6:N2} M messages/s"),
            $"by type         {string.Join("  ", types)}",
            FormattableString.Invariant($"books           {books.OrderCount:N0} orders, digest {Digest(replay, feed)}"),
            string.Create(CultureInfo.InvariantCulture,
                $"unknown orders  {books.UnknownOrders:N0}    over-executions {books.OverExecutions:N0}    orders twice " +
                $"{books.DuplicateOrders:N0}    crossed states {books.CrossedStates:N0}"),
            string.Create(CultureInfo.InvariantCulture, $"gaps            {feed.Gaps:N0} with {feed.MissingMessages:N0} messages    repeated " +
                $"{feed.RepeatedMessages:N0}    late {feed.LateMessages:N0}"),
            string.Create(CultureInfo.InvariantCulture,
                $"passed over     {feed.OtherPackets:N0} other packets    {feed.UnknownMessages:N0} messages of unknown types"),
        ];
        if (orders is not null)
        {
            IEnumerable<string> classes = Enum.GetValues<ExecutionClass>()
                .Select(outcome => string.Create(CultureInfo.InvariantCulture,
                    $"{JsonNamingPolicy.CamelCase.ConvertName(outcome.ToString())} {orders.Of(outcome):N0}"));
            lines.Add(FormattableString.Invariant($"executions      {orders.Recorded:N0} recorded: {string.Join(", ", classes)}"));
            lines.Add(string.Create(CultureInfo.InvariantCulture, 
                $"in feed's book  {orders.RecordedAtHead:N0} at the head of the best price, {orders.RecordedNotAtHead:N0} not, " +
                $"{orders.Recorded - orders.RecordedAtHead - orders.RecordedNotAtHead:N0} older than the file"));
            lines.Add(string.Create(CultureInfo.InvariantCulture, 
                $"core            {orders.Adds:N0} adds, {orders.TradedAdds:N0} traded on arrival, {orders.Misses:N0} changes of orders gone, " +
                $"{orders.Rejects:N0} rejected, {orders.Resets:N0} resets, state hash {orders.StateHash:x16}"));
        }

        return string.Join(Environment.NewLine, lines);
    }

    private static string Digest(BookReplay replay, FeedReader feed) =>
        replay.Books.Digest(FeedPriceScale.Nano / feed.PriceScale).ToString("x16", CultureInfo.InvariantCulture);

    private static JsonObject Executions(OrderReplay orders)
    {
        JsonObject byClass = [];
        foreach (ExecutionClass outcome in Enum.GetValues<ExecutionClass>())
        {
            byClass[JsonNamingPolicy.CamelCase.ConvertName(outcome.ToString())] = orders.Of(outcome);
        }

        return new JsonObject
        {
            ["recorded"] = orders.Recorded,
            ["sameOrder"] = orders.Of(ExecutionClass.SameOrder),
            ["sameOrderAnonymous"] = orders.AnonymousExecutions,
            ["byClass"] = byClass,
            ["inFeedsBook"] = new JsonObject { ["head"] = orders.RecordedAtHead, ["notHead"] = orders.RecordedNotAtHead,
                ["olderThanFile"] = orders.Recorded - orders.RecordedAtHead - orders.RecordedNotAtHead },
        };
    }
}
