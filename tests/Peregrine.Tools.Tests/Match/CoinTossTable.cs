using System.Globalization;

namespace Peregrine.Tools.Tests.Match;

/// <summary>The suite's comma-separated files: a head, then rows that may be shorter or longer than it; columns may be left out.</summary>
internal static class CoinTossTable
{
    // Rows may go on where an older head ends.
    private static readonly string[] OrderColumns = ["Side", "OrderID", "Type", "MES", "Time", "Size", "Price", "StopPrice", "TimeInForce",
        "ExpireTime"];

    /// <summary>One dictionary a row, by the names of the head.</summary>
    public static List<Dictionary<string, string>> Read(string path)
    {
        string[][] lines = [.. File.ReadAllLines(path).Where(line => line.Trim(' ', ',', '\uFEFF').Length > 0)
            .Select(line => line.Trim('\uFEFF').Split(','))];
        string[] head = [.. lines[0].Select(name => name.Trim())];
        head = head[0] == "Side" ? OrderColumns : head;
        return [.. lines[1..].Select(line => head.Zip(line).ToDictionary(pair => pair.First, pair => pair.Second.Trim()))];
    }

    /// <summary>A number; 0 where it is not said.</summary>
    public static long Number(Dictionary<string, string> row, string column) =>
        row.GetValueOrDefault(column, "") is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : 0;
}
