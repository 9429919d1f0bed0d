using System.Globalization;

namespace Peregrine.Gateway.Tests.MarketData;

/// <summary>
/// One instrument of one request as a client has it who does what it is told, and no more: an addition of something it has, or a change of something
/// it has not, is an error.
/// </summary>
internal sealed class FollowedBook(string symbol, string requestId, bool isByOrder = false)
{
    // By side and price, or by side and order.
    private readonly Dictionary<(char Side, string Key), (decimal Price, string First, string Second)> _entries = [];

    public List<string> Trades { get; } = [];

    public int Snapshots { get; private set; }

    public int Increments { get; private set; }

    /// <summary>Entries that snapshots said were left out before them.</summary>
    public long LeftOut { get; private set; }

    public string? Refusal { get; private set; }

    public void Take(string message)
    {
        List<(int Tag, string Value)> fields = [.. message.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split('=', 2))
            .Select(parts => (int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]))];
        string type = Of(35)!;
        if (Of(262) != requestId || (type == "W" && Of(55) != symbol))
        {
            return;
        }

        if (type == "Y")
        {
            Refusal = $"{Of(281) ?? "-"} {Of(58)}";
        }
        else if (type == "W")
        {
            Snapshots++;
            LeftOut += long.Parse(Of(813) ?? "0", CultureInfo.InvariantCulture);
            _entries.Clear();
            foreach (Dictionary<int, string> entry in Entries(fields, 269).Where(entry => entry[269] != "2"))
            {
                Put('0', entry);
            }
        }
        else if (type == "X")
        {
            List<Dictionary<int, string>> mine = [.. Entries(fields, 279).Where(entry => entry[55] == symbol)];
            Increments += mine.Count > 0 ? 1 : 0;
            foreach (Dictionary<int, string> entry in mine)
            {
                Put(entry[279][0], entry);
            }
        }

        string? Of(int tag) => fields.Find(field => field.Tag == tag).Value;
    }

    /// <summary>As <see cref="SlowBook.Levels"/>.</summary>
    public List<string> Levels() =>
    [
        .. _entries.Where(entry => entry.Key.Side == '0').OrderByDescending(entry => entry.Value.Price).Select(Line),
        .. _entries.Where(entry => entry.Key.Side == '1').OrderBy(entry => entry.Value.Price).Select(Line),
    ];

    /// <summary>As <see cref="SlowBook.ByOrder"/>.</summary>
    public List<string> ByOrder() => [.. _entries.OrderBy(entry => ulong.Parse(entry.Key.Key, CultureInfo.InvariantCulture)).Select(Line)];

    private static string Line(KeyValuePair<(char Side, string Key), (decimal Price, string First, string Second)> entry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(entry.Key.Side == '0' ? "bid" : "offer")} {entry.Value.Price:0.00} {entry.Value.First} {entry.Value.Second}");

    private static List<Dictionary<int, string>> Entries(List<(int Tag, string Value)> fields, int first)
    {
        List<Dictionary<int, string>> entries = [];
        int count = fields.FindIndex(field => field.Tag == 268);
        foreach ((int tag, string value) in fields.Skip(count + 1).TakeWhile(field => field.Tag is not (10 or 813 or 814)))
        {
            if (tag == first)
            {
                entries.Add([]);
            }

            entries[^1].Add(tag, value);
        }

        Assert.Equal(fields[count].Value, entries.Count.ToString(CultureInfo.InvariantCulture));
        return entries;
    }

    private void Put(char action, Dictionary<int, string> entry)
    {
        char side = entry[269][0];
        if (side == '2')
        {
            Trades.Add($"{entry[270]} {entry[271]} {entry[272]}-{entry[273]}");
            return;
        }

        (char, string) key = (side, isByOrder ? entry[37] : entry[270]);
        Assert.Equal(action != '0', _entries.ContainsKey(key));
        if (action == '2')
        {
            _ = _entries.Remove(key);
            return;
        }

        decimal price = decimal.Parse(entry[270], CultureInfo.InvariantCulture);
        _entries[key] = isByOrder ? (price, entry[37], entry[271]) : (price, entry[271], entry[346]);
    }
}
