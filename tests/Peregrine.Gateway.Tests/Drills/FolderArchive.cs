using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Peregrine.Journal;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>One client of an archived folder: the numbers it has, and what it is told when it asks for everything.</summary>
internal sealed record ArchivedClient(string CompId, long NextOutgoing, long NextIncoming, int Reports, string ReportsDigest);

/// <summary>What must come of an archived folder.</summary>
internal sealed record ArchivedFolder
{
    /// <summary>What happened in it, for people.</summary>
    public required string Story { get; init; }

    public required string Durability { get; init; }

    public required long SegmentBytes { get; init; }

    public required long StoreBytes { get; init; }

    public required long Commands { get; init; }

    public required string StateHash { get; init; }

    public required int WorkingOrders { get; init; }

    /// <summary>The highest order id given so far.</summary>
    public required ulong OrderIdMax { get; init; }

    public required IReadOnlyList<ArchivedClient> Clients { get; init; }

    public DrillSetup ToSetup() => new()
    {
        CompIds = [.. Clients.Select(client => client.CompId)],
        Durability = Enum.Parse<Durability>(Durability),
        SegmentBytes = SegmentBytes,
        StoreBytes = StoreBytes,

        // Later rules would be one record more, and another state.
        Behaviour = CoreBehaviour.First,
    };
}

/// <summary>
/// Data folders as builds before this one left them (tests/data/folders): a zip of the folder, and a manifest of what must come of it. A folder
/// once archived is never written again; a build with another format adds its own beside.
/// </summary>
internal static class FolderArchive
{
    private const string ZipName = "folder.zip";
    private const string ManifestName = "manifest.json";

    // What a report says and no build may say otherwise; prices of averages and texts may get better.
    private static readonly HashSet<string> Lasting = ["11", "14", "17", "31", "32", "37", "38", "39", "41", "54", "55", "60", "150", "151"];
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static string Root { get; } = Path.Combine(Testing.Repository.Root, "tests/data/folders");

    public static IEnumerable<string> Names =>
        Directory.EnumerateDirectories(Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    /// <summary>Unpacks a folder.</summary>
    public static ArchivedFolder Open(string path, string dataFolder)
    {
        ZipFile.ExtractToDirectory(Path.Combine(path, ZipName), dataFolder);
        return JsonSerializer.Deserialize<ArchivedFolder>(File.ReadAllText(Path.Combine(path, ManifestName)), Json)!;
    }

    /// <summary>Archives the folder of a world that has ended. What must come of it is what this build makes of a copy.</summary>
    public static void Write(string path, string story, DrillWorld world)
    {
        string copy = world.NewFolder("archive");
        FolderImage.Take(world.DataFolder, copy);
        string[] files = Directory.GetFiles(copy, "*", SearchOption.AllDirectories);
        foreach (string file in files.Where(file => Path.GetFileName(file) is "lock" or "next.tmp"))
        {
            File.Delete(file);
        }

        _ = Directory.CreateDirectory(path);
        ZipFile.CreateFromDirectory(copy, Path.Combine(path, ZipName), CompressionLevel.SmallestSize, includeBaseDirectory: false);
        using DrillLink link = DrillLink.Start(copy, world.Setup, world.Truth);
        LinkStatus status = link.Link.Status();
        ArchivedFolder manifest = new()
        {
            Story = story,
            Durability = world.Setup.Durability.ToString(),
            SegmentBytes = world.Setup.SegmentBytes,
            StoreBytes = world.Setup.StoreBytes,
            Commands = status.Sequence,
            StateHash = link.Link.StateHash.ToString("x16", CultureInfo.InvariantCulture),
            WorkingOrders = status.WorkingOrders,
            OrderIdMax = world.Setup.CompIds.SelectMany(compId => world.Truth.Of(compId).Values).Max(report => report.OrderId),
            Clients = [.. world.Clients.Select(client => AskForAll(link, client.CompId, client.NextOutgoing, client.NextIncoming))],
        };
        File.WriteAllText(Path.Combine(path, ManifestName), JsonSerializer.Serialize(manifest, Json) + "\n");
    }

    /// <summary>A client logs on with its old numbers, and asks for everything.</summary>
    public static ArchivedClient AskForAll(DrillLink link, string compId, long nextOutgoing, long nextIncoming)
    {
        using DrillClient client = new(compId, sendsAgain: false);
        client.Resume(nextOutgoing, nextIncoming);
        client.Connect(link.Link.FixEndPoint);
        Assert.True(link.Settle([client]), $"{compId} logs on with its numbers, {client.LogoutText ?? client.Disagreement}");
        client.AskForAll();
        Assert.True(link.Settle([client]), $"{compId} gets an answer");
        Assert.True(client.IsLoggedOn, $"{compId} stays logged on, {client.LogoutText ?? client.Disagreement ?? "cut without a word"}");
        long unheard = client.Ledger.FirstUnheard(client.NextIncoming);
        Assert.True(unheard == 0, $"{compId} is told of number {unheard}");
        Assert.Empty(client.Ledger.Faults);
        return new ArchivedClient(compId, nextOutgoing, nextIncoming, client.Ledger.Order.Count, DigestOf(client.Ledger));
    }

    // By name, as what was missed comes before what is asked for again.
    private static string DigestOf(DrillLedger ledger)
    {
        StringBuilder text = new();
        foreach (string key in ledger.Order.Order(StringComparer.Ordinal))
        {
            IEnumerable<string> lasting = ledger.BodyOf(key).Split('|').Where(field => Lasting.Contains(field.Split('=')[0]));
            _ = text.Append(key).Append(':').AppendJoin('|', lasting.Order(StringComparer.Ordinal)).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.Latin1.GetBytes(text.ToString())));
    }
}
