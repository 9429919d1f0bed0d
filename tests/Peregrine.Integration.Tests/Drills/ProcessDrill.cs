using System.Globalization;
using Peregrine.Gateway.Tests.Drills;

namespace Peregrine.Integration.Tests.Drills;

/// <summary>
/// One seed of the folder drill with the built command: killed in the middle of orders, its folder damaged, started again. The truth is what an
/// undamaged copy of the folder tells clients that ask for everything.
/// </summary>
internal sealed class ProcessDrill(int seed)
{
    private const int MissingShown = 3;

    private static readonly string[] Ways = ["--accept-lost-commands", "--skip-lost-reports"];

    private readonly Random _random = new(seed);
    private readonly List<string> _olderCopies = [];
    private readonly HashSet<string> _everyOrder = [];
    private DrillDamage? _damage;
    private string _outcome = "started";
    private int _orders;

    public List<string> Faults { get; } = [];

    public override string ToString() => $"seed {seed}, {_damage?.Words ?? "no damage"}: {_outcome}: {string.Join(" | ", Faults.Take(4))}";

    public void Run()
    {
        using ProcessWorld world = new(_random.Next(2) == 0 ? "os" : "fsync");
        Live(world);
        string image = world.DataFolder;
        string twin = world.NewFolder("twin");
        FolderImage.Take(image, twin);
        long toldBefore = world.Clients.SelectMany(client => client.Ledger.Order).Select(ExecIdOf).DefaultIfEmpty().Max();
        Dictionary<string, DrillLedger> truth = AskTwin(world, twin, out string stateHash);
        _damage = DrillDamage.TryDo(new Random(seed * 31), image, _olderCopies);
        if (!TryStart(world, image, out List<string> options))
        {
            return;
        }

        bool isLossTold = options.Contains("--accept-lost-commands");
        bool isBehind = world.StateHash != stateHash;
        ComeBack(world);
        Trade(world);
        foreach (DrillClient client in world.Clients)
        {
            // What nobody was told of yet, nothing proves; what was accepted as lost is said by News.
            IEnumerable<string> due = truth[client.CompId].Order.Where(key => !isBehind || (ExecIdOf(key) is > 0 and long id && id <= toldBefore));
            string[] lost = [.. due.Where(key => !client.Ledger.Has(key))];
            if (lost.Length > 0 && !isLossTold && !options.Contains("--skip-lost-reports"))
            {
                string first = string.Join(", ", lost.Take(MissingShown));
                Faults.Add($"{client.CompId}: {lost.Length} reports were never told: {first}; {client.Ledger.FilledText()}");
            }

            Faults.AddRange(client.Ledger.Faults);
        }
    }

    private static long ExecIdOf(string key) => long.TryParse(key, CultureInfo.InvariantCulture, out long id) ? id : 0;

    private static Dictionary<string, DrillLedger> AskTwin(ProcessWorld world, string twin, out string stateHash)
    {
        string image = world.DataFolder;
        Assert.Null(world.TryStart(twin));
        stateHash = world.StateHash;
        Dictionary<string, DrillLedger> truth = [];
        foreach (DrillClient client in world.Clients)
        {
            // Another client of the same name and numbers: the real one must not know of this.
            using ProcessAsker asker = new(world, client);
            truth.Add(client.CompId, asker.Ask());
        }

        world.Kill();
        Assert.NotEqual(image, world.DataFolder);
        return truth;
    }

    private void Live(ProcessWorld world)
    {
        for (int run = _random.Next(1, 4); run > 0; run--)
        {
            Assert.Null(world.TryStart(world.DataFolder));
            foreach (DrillClient client in world.Clients)
            {
                Assert.True(world.TryLogon(client), $"{client.CompId} logs on, seed {seed}: {client.LogoutText ?? client.Disagreement}");
            }

            for (int step = _random.Next(100, 500); step > 0; step--)
            {
                Order(world.Clients[_random.Next(world.Clients.Count)]);
                world.Receive();
                if (_random.Next(150) == 0)
                {
                    string copy = world.NewFolder($"older{_olderCopies.Count}");
                    FolderImage.Take(world.DataFolder, copy);
                    _olderCopies.Add(copy);
                }
            }

            world.Kill();
        }
    }

    private bool TryStart(ProcessWorld world, string image, out List<string> options)
    {
        options = [];
        while (world.TryStart(image, [.. options]) is { } refusal)
        {
            _outcome = $"refused: {refusal}";
            if (!new[] { image, "DRILL", "command" }.Any(name => refusal.Contains(name, StringComparison.Ordinal)))
            {
                Faults.Add("the refusal names neither file, session nor command");
            }

            string? way = Ways.Except(options).FirstOrDefault(option => refusal.Contains(option, StringComparison.Ordinal));
            if (way is null)
            {
                return false;
            }

            options.Add(way);
        }

        return true;
    }

    private void ComeBack(ProcessWorld world)
    {
        foreach (DrillClient client in world.Clients)
        {
            if (!world.TryLogon(client))
            {
                string? reason = client.LogoutText ?? client.Disagreement;
                if (string.IsNullOrEmpty(reason) || !world.TryLogon(client, reset: true))
                {
                    Faults.Add($"{client.CompId} cannot log on: {reason ?? "closed without a word"}; {world.LastLines}");
                    continue;
                }
            }

            // Where the journal lost its end, what was told of it is void: it is not told again.
            client.Ledger.MayFillKnown = _damage?.Part == DamagedPart.Journal;
            client.AskForAll();
        }

        foreach (DrillClient client in world.Clients.Where(client => client.IsLoggedOn).ToList())
        {
            if (!world.IsAtRest(client) && !IsToldThatItIsKeptNoMore(world, client))
            {
                Faults.Add($"{client.CompId} does not come to rest after it asked for everything: " +
                    $"{client.LogoutText ?? client.Disagreement ?? "without a word"}");
            }
        }
    }

    // Who asks for what stood in segments that are gone is told so, and with new numbers it is told again and goes on.
    private bool IsToldThatItIsKeptNoMore(ProcessWorld world, DrillClient client) =>
        _damage?.Part == DamagedPart.Journal
        && !client.IsLoggedOn
        && client.LogoutText?.Contains("is kept no more", StringComparison.Ordinal) == true
        && world.TryLogon(client, reset: true)
        && world.IsAtRest(client)
        && client.Ledger.News.Count > 0;

    private void Trade(ProcessWorld world)
    {
        List<string> orders = [];
        foreach (DrillClient client in world.Clients.Where(client => client.IsLoggedOn))
        {
            for (int order = 0; order < 4; order++)
            {
                orders.Add(Order(client));
            }
        }

        if (!world.Settle(orders))
        {
            IEnumerable<string> open = orders.Where(order => world.Clients.All(client => !client.Ledger.Answered.Contains(order)));
            Faults.Add($"new orders were never answered: {string.Join(", ", open.Take(MissingShown))}");
        }
    }

    private string Order(DrillClient client)
    {
        string id = $"{client.CompId}-{++_orders}";
        Assert.True(_everyOrder.Add(id), "a ClOrdID is used once");
        client.Send("D", $"11={id}|55=TEST|54={_random.Next(1, 3)}|38={_random.Next(1, 10)}|40=2|44=100.{_random.Next(0, 6):00}");
        return id;
    }
}
