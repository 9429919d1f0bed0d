using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Peregrine.Tools.Tests.Match;

/// <summary>
/// A scenario of the CoinTossX suite: orders that are there, an order or request that follows, the trades and the book that come of it. It becomes a
/// match script, and what that gives is held against the expectation. What the columns mean was read from the suite's own loader.
/// </summary>
/// <param name="Group">Name of the folder: it says whether the input is an order, a cancel (cancelOrder), a replacement (replaceOrder), or, as in
/// auction, the end of an auction.</param>
internal sealed record CoinTossScenario(string Group, int Number, string Description)
{
    // Theirs is fixed, in units of price.
    private const long HiddenImprovement = 50;

    public required IReadOnlyList<CoinTossOrder> Initial { get; init; }

    public required IReadOnlyList<CoinTossOrder> Input { get; init; }

    public required IReadOnlyList<CoinTossOrder> Expected { get; init; }

    /// <summary>Price and quantity, in order.</summary>
    public required IReadOnlyList<(long Price, long Quantity)> Trades { get; init; }

    /// <summary>A hidden order left with less is taken out.</summary>
    public long MinimumReserve { get; init; }

    public long TickSize { get; init; } = 1;

    private bool IsAuction => Group.StartsWith("auction", StringComparison.OrdinalIgnoreCase);

    private bool IsCancel => Group.StartsWith("cancel", StringComparison.OrdinalIgnoreCase);

    private bool IsStopLimit => Group.StartsWith("stopLimit", StringComparison.OrdinalIgnoreCase);

    private bool IsReplace => Group.StartsWith("replace", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads every scenario of a folder that its master names and whose files are there.</summary>
    /// <param name="missing">Scenarios without a file that they need.</param>
    public static List<CoinTossScenario> ReadGroup(string folder, List<string> missing)
    {
        string group = Path.GetFileName(folder);
        Dictionary<string, string> files = Directory.GetFiles(folder)
            .ToDictionary(path => Path.GetFileName(path), path => path, StringComparer.OrdinalIgnoreCase);
        string master = files.Single(file => file.Key.EndsWith("Master.csv", StringComparison.OrdinalIgnoreCase)).Value;
        List<CoinTossScenario> scenarios = [];
        foreach (Dictionary<string, string> row in CoinTossTable.Read(master))
        {
            string FileOf(string column) => files.GetValueOrDefault(row.GetValueOrDefault(column, ""), "");
            string[] needed = ["ExpectedState", "Stock", "Trades", .. row["InitialState"].Length > 0
                ? (string[])["InitialState"]
                : [], .. row["AggressingOrder"].Length > 0 ? (string[])["AggressingOrder"] : []];
            if (needed.FirstOrDefault(column => FileOf(column).Length == 0) is { } absent)
            {
                missing.Add($"{group} {row["TestNumber"]}: no file {row[absent]}");
                continue;
            }

            Dictionary<string, string> stock = CoinTossTable.Read(FileOf("Stock")).Last();
            scenarios.Add(new CoinTossScenario(group, int.Parse(row["TestNumber"], CultureInfo.InvariantCulture), row["Description"])
            {
                Initial = row["InitialState"].Length > 0 ? CoinTossOrder.ReadAll(FileOf("InitialState")) : [],
                Input = row["AggressingOrder"].Length > 0 ? CoinTossOrder.ReadAll(FileOf("AggressingOrder")) : [],
                Expected = CoinTossOrder.ReadAll(FileOf("ExpectedState")),
                Trades = [.. CoinTossTable.Read(FileOf("Trades"))
                    .Select(trade => (CoinTossTable.Number(trade, "Price"), CoinTossTable.Number(trade, "Quantity")))],
                MinimumReserve = CoinTossTable.Number(stock, "MRS"),
                TickSize = Math.Max(CoinTossTable.Number(stock, "TickSize"), 1),
            });
        }

        return scenarios;
    }

    /// <summary>The scenario in the language of docs/match-script.md.</summary>
    /// <remarks>The suite's engine asks each single trade to reach a minimum execution size. So do its replacements (9, 10);
    /// its hidden orders (7, 11) and filtering (3) expect several trades that reach it together, as ours do by default. Its parked orders are sorted
    /// by limit price: stop orders, without one, come by stop price (9, 10); stop-limit orders, whose limits are the same in every scenario,
    /// by arrival (9, 10).</remarks>
    public string ToScript()
    {
        StringBuilder script = new();
        _ = script.AppendLine(CultureInfo.InvariantCulture, $"# {Group} {Number}: {Description}");
        _ = script.AppendLine(CultureInfo.InvariantCulture, $"rule cancelHiddenRests {MinimumReserve}");
        _ = script.AppendLine(CultureInfo.InvariantCulture, $"rule hiddenImprovement {HiddenImprovement / TickSize}");
        _ = script.Append(IsReplace ? "rule minimumPerTrade on\n" : "");
        _ = script.Append("rule marketWithBest on\n");
        _ = script.Append(IsStopLimit ? "rule stopsByArrival on\n" : "");
        _ = script.AppendLine(CultureInfo.InvariantCulture,
            $"instrument STOCK decimals 0 tick {TickSize}{(IsAuction ? " phase opening-auction" : "")}");
        HashSet<string> names = [];
        foreach (CoinTossOrder order in Initial.OrderBy(order => order.Time, StringComparer.Ordinal))
        {
            _ = script.AppendLine(order.ToNew(NameOf(order, names)));
        }

        foreach (CoinTossOrder order in Input)
        {
            _ = script.AppendLine(IsCancel ? $"cancel {order.Id}"
                : IsReplace ? order.ToReplace(Initial.FirstOrDefault(known => known.Id == order.Id))
                : order.ToNew(NameOf(order, names)));
        }

        _ = script.Append(IsAuction ? "phase continuous\n" : "");
        return script.ToString();
    }

    /// <summary>Holds what the script gave against what is expected.</summary>
    /// <param name="json">The lines of peregrine match --json.</param>
    /// <returns>Each difference; empty when they agree.</returns>
    public List<string> Compare(IEnumerable<string> json)
    {
        JsonElement[] lines = [.. json.Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement)];
        IEnumerable<JsonElement> OfType(string type) => lines.Where(line => line.GetProperty("type").GetString() == type);
        List<string> differences = [];
        Differ(
            differences,
            "trades",
            Trades.Select(trade => $"{trade.Quantity}@{trade.Price}"),
            OfType("trade").Select(trade => $"{trade.GetProperty("quantity").GetInt64()}@{trade.GetProperty("price").GetInt64()}"));
        Differ(differences, "book", CoinTossOrder.Lines(Expected), CoinTossOrder.Lines([.. OfType("order").Select(CoinTossOrder.FromJson)]));
        return differences;
    }

    private static void Differ(List<string> differences, string what, IEnumerable<string> expected, IEnumerable<string> found)
    {
        string[] both = [string.Join(", ", expected), string.Join(", ", found)];
        if (both[0] != both[1])
        {
            differences.Add($"{what}: expected [{both[0]}], found [{both[1]}]");
        }
    }

    // The suite uses an id twice where it does not matter to it; a book does not.
    private static string NameOf(CoinTossOrder order, HashSet<string> names)
    {
        string name = $"{order.Id}";
        while (!names.Add(name))
        {
            name += "'";
        }

        return name;
    }
}
