using System.Globalization;
using System.Text.Json;

namespace Peregrine.Tools.Tests.Match;

/// <summary>A row of the CoinTossX suite's order files, or an order of a book of ours in the same words.</summary>
internal sealed record CoinTossOrder
{
    private const int Market = 1;
    private const int Stop = 3;
    private const int StopLimit = 4;
    private const int Hidden = 5;

    /// <summary>B or O. Their loader takes whatever is not B for an offer.</summary>
    public required char Side { get; init; }

    public required long Id { get; init; }

    /// <summary>1 market, 2 limit, 3 stop, 4 stop-limit, 5 hidden.</summary>
    public required int Type { get; init; }

    /// <summary>Minimum execution size; 0 is none.</summary>
    public long Minimum { get; init; }

    /// <summary>HH:MM; empty where it is not said. Orders of one price wait in its order.</summary>
    public string Time { get; init; } = "";

    public long Size { get; init; }

    public long Price { get; init; }

    /// <summary>Where it is not said, the price.</summary>
    public long StopPrice { get; init; }

    /// <summary>0 day, 1 GTC, 3 IOC, 4 FOK, 5 at the opening, 6 GTD, 8 GTT, 9 good for auction, 10 at the close.</summary>
    public int TimeInForce { get; init; }

    /// <summary>YYYY-MM-DD HH:MM:SS; empty where it is not said.</summary>
    public string Expires { get; init; } = "";

    public static List<CoinTossOrder> ReadAll(string path) => [.. CoinTossTable.Read(path).Select(row => new CoinTossOrder
    {
        Side = row["Side"] == "B" ? 'B' : 'O',
        Id = CoinTossTable.Number(row, "OrderID"),
        Type = (int)CoinTossTable.Number(row, "Type"),
        Minimum = CoinTossTable.Number(row, "MES"),
        Time = row.GetValueOrDefault("Time", ""),
        Size = CoinTossTable.Number(row, "Size"),
        Price = CoinTossTable.Number(row, "Price"),
        StopPrice = CoinTossTable.Number(row, row.GetValueOrDefault("StopPrice", "").Length > 0 ? "StopPrice" : "Price"),
        TimeInForce = (int)CoinTossTable.Number(row, "TimeInForce"),
        Expires = row.GetValueOrDefault("ExpireTime", "") is { Length: > 1 } expires ? expires : "",
    })];

    /// <summary>From an order line of peregrine match --json.</summary>
    public static CoinTossOrder FromJson(JsonElement order)
    {
        static long Number(JsonElement value) => value.ValueKind == JsonValueKind.Null ? 0 : value.GetInt64();
        int type = order.GetProperty("orderType").GetString() switch { "market" =>
            Market, "stop" => Stop, "stop-limit" => StopLimit, _ => order.GetProperty("hidden").GetBoolean() ? Hidden : 2 };
        return new CoinTossOrder
        {
            Side = order.GetProperty("side").GetString() == "buy" ? 'B' : 'O',
            Id = long.Parse(order.GetProperty("order").GetString()!.TrimEnd('\''), CultureInfo.InvariantCulture),
            Type = type,
            Minimum = Number(order.GetProperty("minimum")),
            Size = Number(order.GetProperty("leaves")),
            Price = Number(order.GetProperty(type == Stop ? "stopPrice" : "price")),
        };
    }

    /// <summary>Orders as lines in one order for both sides of a comparison: bids and offers, best price first, shown before hidden, then as they
    /// wait: by time where it is said, else as listed; parked stops by themselves.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<CoinTossOrder> orders) => orders
        .Select((order, index) => (Order: order, Index: index))
        .OrderBy(entry => entry.Order.Side)
        .ThenBy(entry => entry.Order.IsParked)
        .ThenBy(entry => entry.Order.Side == 'B' ? -entry.Order.Price : entry.Order.Price)
        .ThenBy(entry => entry.Order.Type == Hidden)
        .ThenBy(entry => entry.Order.Time, StringComparer.Ordinal)
        .ThenBy(entry => entry.Index)
        .Select(entry => $"{entry.Order.Side} {entry.Order.Id} type {entry.Order.Type} mes {entry.Order.Minimum}: " +
            $"{entry.Order.Size}@{entry.Order.Price}");

    /// <summary>A line that sends it.</summary>
    public string ToNew(string name)
    {
        string terms = Type switch
        {
            Market => "market",
            Stop => $"stop {StopPrice}",
            StopLimit => $"stop {StopPrice} @ {Price}",
            Hidden => $"@ {Price} hidden",
            _ => $"@ {Price}",
        };
        string minimum = Minimum > 0 ? $" min {Minimum}" : "";
        return $"new {name} {(Side == 'B' ? "buy" : "sell")} {Size} {terms}{minimum}{TimeWords()}";
    }

    /// <summary>A line that replaces an order by it: only what is another now is named.</summary>
    /// <param name="known">The order as it was; null when there is none.</param>
    public string ToReplace(CoinTossOrder? known)
    {
        List<string> words = [];
        void Add(bool isOther, string word)
        {
            if (isOther)
            {
                words.Add(word);
            }
        }

        Add(known is null || known.Size != Size, $"leaves {Size}");
        Add(Type is not (Market or Stop) && known?.Price != Price, $"@ {Price}");
        Add(IsParked && known?.StopPrice != StopPrice, $"stop {StopPrice}");
        Add(Type == Hidden && known?.Minimum != Minimum, $"min {Minimum}");
        Add(TimeInForce is 6 or 8 && known?.Expires != Expires, $"expires {ExpiryWord()}");
        return $"replace {Id} {(words.Count > 0 ? string.Join(' ', words) : $"leaves {Size}")}";
    }

    private bool IsParked => Type is Stop or StopLimit;

    // A day is good till its end, whatever time stands beside it.
    private string ExpiryWord() => TimeInForce == 6 ? Expires.Split(' ')[0] : Expires.Replace(' ', 'T');

    private string TimeWords() => TimeInForce switch
    {
        0 => "",
        1 => " gtc",
        3 => " ioc",
        4 => " fok",
        5 => " ato",
        6 => $" gtd {ExpiryWord()}",
        8 => $" gtt {ExpiryWord()}",
        9 => " gfa",
        10 => " atc",
        _ => throw new InvalidDataException($"order {Id} has time in force {TimeInForce}, expected 0, 1, 3, 4, 5, 6, 8, 9 or 10"),
    };
}
