using System.Globalization;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>
/// One seed of a client that reads when it likes, or is away, while others trade with its orders by the ten thousand. In the end it has every
/// report once and in order; it may have been cut meanwhile, with a Logout that says why.
/// </summary>
internal sealed class SlowClientDrill(int seed, int fills)
{
    private const int LotsOfAnOrder = 1_000;
    private const int LogonsMax = 50;

    private readonly Random _random = new(seed);
    private int _orders;

    /// <summary>What should not have happened, in words.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>How often the client was cut with a reason.</summary>
    public int Cuts { get; private set; }

    public override string ToString() => $"seed {seed}, {fills} fills, cut {Cuts} times: {string.Join(" | ", Faults.Take(4))}";

    public void Run()
    {
        DrillSetup setup = new() { CompIds = ["SLOW", "TAKER"], SegmentBytes = 1 << 20, StoreBytes = (64 << 10) << _random.Next(5) };
        using DrillWorld world = new(setup, compId => new DrillClient(compId, sendsAgain: true));
        (DrillClient slow, DrillClient taker) = (world.Clients[0], world.Clients[1]);
        world.Logon(slow);
        world.Logon(taker);
        for (int lots = 0; lots < fills; lots += LotsOfAnOrder)
        {
            slow.Send("D", $"11=SLOW-{lots}|55=TEST|54=2|38={LotsOfAnOrder}|40=2|44=100.00|59=1");
        }

        _ = world.Link.Settle(world.Clients);
        while (_orders < fills)
        {
            Take(world, taker);
            Live(world, slow);
        }

        Finish(world, slow);
    }

    // Orders that fill one lot each, some at a time.
    private void Take(DrillWorld world, DrillClient taker)
    {
        for (int order = _random.Next(1, 60); order > 0 && _orders < fills; order--)
        {
            taker.Send("D", $"11=TAKER-{++_orders}|55=TEST|54=1|38=1|40=2|44=100.00|59=3");
        }

        _ = world.Link.Pass([taker]);
    }

    private void Live(DrillWorld world, DrillClient slow)
    {
        switch (_random.Next(1_000))
        {
            case < 200 when slow.IsConnected:
                _ = slow.Receive(_random.Next(1, 8_192));
                break;
            case < 220 when slow.IsConnected:
                Leave(world, slow);
                break;
            case < 60 when !slow.IsConnected:
                NoteCut(slow);
                slow.Connect(world.Link.Link.FixEndPoint, reset: slow.HasAll && _random.Next(2) == 0, receiveBytes: 4_096);
                break;
            case > 994:
                world.End(isCrash: _random.Next(2) == 0);
                world.Start();
                world.Logon(world.Clients[1]);
                break;
            default:
                break;
        }
    }

    // In the middle of it, or with everything read: then it may come back with new numbers.
    private void Leave(DrillWorld world, DrillClient slow)
    {
        bool isOrderly = _random.Next(2) == 0 && world.Link.Settle(world.Clients);
        slow.Drop();
        slow.HasAll = isOrderly;
        for (int pass = 0; pass < 3; pass++)
        {
            _ = world.Link.Pass([world.Clients[1]]);
        }
    }

    private void NoteCut(DrillClient slow)
    {
        if (slow.Disagreement is { } own)
        {
            Faults.Add($"the link's numbers disagree with the client's: {own}");
        }

        Cuts += string.IsNullOrEmpty(slow.LogoutText) ? 0 : 1;
    }

    private void Finish(DrillWorld world, DrillClient slow)
    {
        // Now it reads all it can; a link that cuts it goes on at the next logon.
        for (int logon = 0; logon < LogonsMax; logon++)
        {
            if (!slow.IsConnected)
            {
                NoteCut(slow);
                world.Logon(slow);
            }

            if (world.Link.Settle(world.Clients) && slow.IsLoggedOn)
            {
                break;
            }
        }

        slow.AskForAll();
        if (!world.Link.Settle(world.Clients) || !slow.IsLoggedOn)
        {
            Faults.Add($"the client does not come to rest: {slow.LogoutText ?? slow.Disagreement ?? "nothing moves"}");
        }

        if (slow.Ledger.FirstUnheard(slow.NextIncoming) is > 0 and long unheard)
        {
            Faults.Add($"asked for 1 to {slow.NextIncoming - 1}, and was told nothing of {unheard}");
        }

        if (slow.CutsWithoutWord > 0)
        {
            Faults.Add($"cut {slow.CutsWithoutWord} times without a Logout");
        }

        Check(world.Truth, slow.Ledger);
    }

    private void Check(DrillTruth truth, DrillLedger ledger)
    {
        IReadOnlyDictionary<string, TrueReport> made = truth.Of("SLOW");
        int trades = made.Values.Count(report => report.Type == ReportType.Trade);
        if (trades < fills / 2)
        {
            Faults.Add($"{trades} fills only: the drill proves nothing");
        }

        long[] missing = [.. made.Values.Where(report => !ledger.Has(report.Key)).Select(report => report.ExecId).Order()];
        if (missing.Length > 0)
        {
            Faults.Add($"{missing.Length} of {made.Count} reports were never told, the first is {missing[0]}; {ledger.FilledText()}");
        }

        long last = 0;
        foreach (string key in ledger.Order)
        {
            long execId = long.Parse(key, CultureInfo.InvariantCulture);
            if (execId <= last)
            {
                Faults.Add($"report {execId} came after {last}");
                break;
            }

            last = execId;
        }

        Faults.AddRange(truth.Faults);
        Faults.AddRange(ledger.Faults);
    }
}
