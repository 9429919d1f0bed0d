using System.Net;
using Peregrine.Distribution;
using Peregrine.Gateway.Local;
using Peregrine.Journal;
using Peregrine.Primitives;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Rules;
using Peregrine.Sequencing.Sessions;
using Peregrine.Sequencing.Snapshots;
using Peregrine.Sequencing.Tests;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests;

/// <summary>Rules that change while the link runs: in force from their place in the order of commands on, also in a replay.</summary>
public sealed class RulesChangeTests
{
    private static readonly TradingRules Start = SmallRules.Rules();

    [Fact]
    public void Instrument_ThatIsAdded_IsTradedBesideTheOthers()
    {
        using MarketDataServer server = new(new MarketDataServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) });
        Tap tap = new();
        using LinkRig rig = new(change: options => options with { MarketData = server, ReportTaps = [tap] });
        using FixClient client = rig.Connect();
        client.New(1, '1', "A"u8, 10_000, 10);
        rig.Pump(client, () => client.Reports('0') == 1);

        RulesChange change = Change(rig, client, With(Second));
        client.Send("D", "11=2|1=B|55=NEXT|54=2|38=5|40=2|44=200.00|59=0");
        client.Send("D", "11=3|1=A|55=NEXT|54=1|38=5|40=2|44=200.00|59=0");
        client.New(4, '2', "B"u8, 10_000, 4);
        rig.Pump(client, () => client.Reports('F') == 4);

        Assert.Equal(["NEXT"], change.InstrumentsAdded);
        Assert.Equal("instruments added: NEXT", change.ToString());
        Assert.Equal([1, 2], tap.InstrumentCounts);
        Assert.Equal(2, server.InstrumentCount);
        Assert.Equal(["TEST", "NEXT"], rig.Link.Rules.Instruments.Select(instrument => instrument.Symbol));
    }

    [Fact]
    public void Limit_ThatIsLowered_RefusesTheNextOrderAndNotTheOneBefore()
    {
        using LinkRig rig = new();
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add);
        client.New(1, '1', "A"u8, 10_000, 500);
        rig.Pump(client, () => client.Reports('0') == 1);

        RulesChange change = Change(rig, client, SmallRules.Rules(maxQuantity: 400));
        client.New(2, '1', "A"u8, 10_000, 500);
        rig.Pump(client, () => client.Reports('8') == 1);

        Assert.Equal(["A", "B"], change.AccountsChanged);
        Assert.Contains("58=MaxQuantity: limit 400, value 500", seen[^1], StringComparison.Ordinal);
        Assert.Equal(1, rig.Link.Status().WorkingOrders);
    }

    [Fact]
    public void Instrument_ThatIsClosed_TakesNoOrdersButCancels()
    {
        using LinkRig rig = new();
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add);
        client.New(1, '1', "A"u8, 10_000, 10);
        rig.Pump(client, () => client.Reports('0') == 1);

        RulesChange change = Change(rig, client, Start with { Instruments = [Start.Instruments[0] with { IsOpen = false }] });
        client.New(2, '2', "B"u8, 10_000, 10);
        rig.Pump(client, () => client.Reports('8') == 1);
        string refusal = seen[^1];
        client.Cancel(3, 1, '1');
        rig.Pump(client, () => client.Reports('4') == 1);

        Assert.Equal(["TEST"], change.InstrumentsClosed);
        Assert.Contains("58=InstrumentClosed", refusal, StringComparison.Ordinal);
        Assert.Equal(0, rig.Link.Status().WorkingOrders);

        // Open again, with all that it had.
        Assert.Equal(["TEST"], Change(rig, client, Start).InstrumentsChanged);
        client.New(4, '1', "A"u8, 10_000, 10);
        rig.Pump(client, () => client.Reports('0') == 2);
    }

    [Fact]
    public void Faults_AreAllNamed_AndNothingChanges()
    {
        using LinkRig rig = new();
        using FixClient client = rig.Connect();
        long records = Records(rig);
        ulong hash = rig.Link.StateHash;
        RulesUpdate bad = new(new TradingRules(
            [Start.Instruments[0] with { TickUnits = 5, Currency = "euro" }, Second with { LotUnits = 0 }],
            [Start.Accounts[0] with { FirmId = -1 }, Start.Accounts[1]]))
        {
            Calendars = new Dictionary<string, PhaseCalendar> { ["TEST"] = new() },
            Sessions = [new ClientSession("CLIENT", [7]), new ClientSession("OTHER", [0])],
        };

        Task<RulesChange> task = rig.Link.ChangeRules(bad);

        ArgumentException faults = Assert.IsType<ArgumentException>(task.Exception!.InnerException);
        Assert.Equal(
            [
                "instrument 0 ('TEST'): Currency is 'euro', expected three capital letters or nothing",
                "instrument 1 ('NEXT'): LotUnits is 0, expected 1 to 1000000000",
                "account 0 ('A'): FirmId is -1, expected 0 or more",
                "instrument TEST: tick or lot size differs from the journal's (decimals 2, tick 1, lot 1; configured 2, 5, 1); " +
                    "its orders are counted in them: use a new symbol, or a new data folder",
                "calendar of TEST: Steps is empty, expected at least one",
                "session CLIENT: expected at least one account, each an index below 2",
                "session OTHER: the link was started without it",
            ],
            faults.Message.Split(Environment.NewLine));
        client.New(1, '1', "A"u8, 10_000, 10);
        rig.Pump(client, () => client.Reports('0') == 1);
        Assert.Single(rig.Link.Rules.Instruments);
        Assert.NotEqual(hash, rig.Link.StateHash);

        // One command and its state hash, and no rules.
        Assert.Equal(records + 2, Records(rig));
    }

    [Fact]
    public async Task Nothing_ToBeChanged_IsSaidAndNotJournaled()
    {
        using LinkRig rig = new();
        long records = Records(rig);

        RulesChange change = await rig.Link.ChangeRules(new RulesUpdate(SmallRules.Rules()) { Sessions = [new ClientSession("CLIENT", [0, 1])] });

        Assert.False(change.IsAny);
        Assert.Equal("nothing changed", change.ToString());
        Assert.Equal(records, Records(rig));
    }

    [Fact]
    public async Task Second_WhileOneIsOnItsWay_IsRefusedAsBusy()
    {
        using LinkRig rig = new();

        Task<RulesChange> first = rig.Link.ChangeRules(With(Second));
        Task<RulesChange> second = rig.Link.ChangeRules(SmallRules.Rules(maxQuantity: 1));
        Assert.True(rig.Link.TryPass());

        Assert.Equal(RulesRefusal.Busy, (await Assert.ThrowsAsync<RulesRefusedException>(() => second)).Reason);
        Assert.Equal(["NEXT"], (await first).InstrumentsAdded);
        Assert.Equal(1_000, rig.Link.Rules.Accounts[0].Limits.MaxQuantityUnits);
    }

    [Fact]
    public async Task Update_ThatIsNone_FailsAndLeavesThePlaceFree()
    {
        using LinkRig rig = new();

        _ = await Assert.ThrowsAnyAsync<Exception>(() => rig.Link.ChangeRules(new RulesUpdate(null!)));
        Task<RulesChange> next = rig.Link.ChangeRules(With(Second));
        Assert.True(rig.Link.TryPass());

        Assert.Equal(["NEXT"], (await next).InstrumentsAdded);
    }

    [Fact]
    public async Task Symbol_WithABlank_IsRefusedBeforeAnythingHappens()
    {
        using LinkRig rig = new();
        long records = Records(rig);

        ArgumentException fault = await Assert.ThrowsAsync<ArgumentException>(() => rig.Link.ChangeRules(With(Second with { Symbol = "BRK B" })));

        Assert.Equal("instrument 1 ('BRK B'): Symbol must be 1 to 16 printable ASCII characters, none of them blank", fault.Message);
        Assert.Equal(records, Records(rig));
    }

    [Fact]
    public async Task Tap_ThatThrows_EndsTheLinkAndTellsWhoWaits()
    {
        using LinkRig rig = new() { Change = options => options with { ReportTaps = [new ThrowingTap()] } };
        rig.CrashAndStart();

        Task<RulesChange> change = rig.Link.ChangeRules(With(Second));

        _ = Assert.Throws<InvalidOperationException>(() => rig.Link.TryPass());
        _ = await Assert.ThrowsAsync<InvalidOperationException>(() => change);
    }

    [Fact]
    public async Task Link_ThatStops_RefusesWhatWaitsAndWhatComes()
    {
        using LinkRig rig = new();
        Task<RulesChange> waiting = rig.Link.ChangeRules(With(Second));
        rig.Link.RequestStop();
        rig.Link.Run();

        Task<RulesChange> late = rig.Link.ChangeRules(With(Second));

        Assert.Equal(RulesRefusal.Stopped, (await Assert.ThrowsAsync<RulesRefusedException>(() => waiting)).Reason);
        Assert.Equal(RulesRefusal.Stopped, (await Assert.ThrowsAsync<RulesRefusedException>(() => late)).Reason);
        Assert.Single(rig.Link.Rules.Instruments);
    }

    [Fact]
    public async Task Run_OnItsOwnThread_IsWokenForAChange()
    {
        using LinkRig rig = new(change: options => options with { Wait = WaitMode.Block });
        Thread thread = new(rig.Link.Run);
        thread.Start();

        RulesChange change = await rig.Link.ChangeRules(With(Second));
        rig.Link.RequestStop();
        thread.Join();

        Assert.Equal(["NEXT"], change.InstrumentsAdded);
        Assert.Null(rig.Link.Failure);
    }

    [Fact]
    public void Accounts_OfASession_AreOthersFromThenOn()
    {
        LocalPort port = new([new ClientSession("DESK", [0])]);
        using LinkRig rig = new(change: options => options with { LocalPorts = [port] });
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add);
        TradingRules rules = Start with { Accounts = [.. Start.Accounts, new Account(2, "C", Start.Accounts[0].Limits)] };

        RulesChange change = Change(rig, client,
            new RulesUpdate(rules) { Sessions = [new ClientSession("CLIENT", [2]), new ClientSession("DESK", [2])] });
        client.New(1, '1', "C"u8, 10_000, 10);
        client.New(2, '1', "A"u8, 10_000, 10);
        Assert.True(port.TrySubmit(Order(2, "L1")) && port.TrySubmit(Order(0, "L2")));
        rig.Pump(client, () => client.Reports('0') == 1 && client.Reports('8') == 1 && port.Sent == 2);

        Assert.Equal("accounts added: C; sessions with other accounts: CLIENT, DESK", change.ToString());
        Assert.Contains("58=UnknownAccount: A", seen[^1], StringComparison.Ordinal);
        Assert.Equal((2, 2L), (rig.Link.Status().WorkingOrders, rig.Link.CountOf(RejectReason.UnknownAccount)));
    }

    [Theory]
    [InlineData(Durability.Os)]
    [InlineData(Durability.Fsync)]
    public void Restart_AfterChanges_ReplaysToTheSameStateUnderTheLastRules(Durability durability)
    {
        using LinkRig rig = new(durability);
        TradingRules last = Scenario(rig);
        (ulong hash, long commands) = (rig.Link.StateHash, rig.Link.Status().Sequence);
        rig.Change = options => options with { Rules = last };

        rig.CrashAndStart();

        LinkRecovery recovery = rig.Link.Recovery;
        Assert.Equal((commands, hash), (recovery.Commands, recovery.StateHash));
        Assert.Equal(RulesCodec.Encode(last), RulesCodec.Encode(rig.Link.Rules));
        long records = Records(rig);

        // The one more is that of the end in order, and nothing comes behind it where nothing was done.
        rig.Restart();
        Assert.Equal((records + 1, hash), (Records(rig), rig.Link.StateHash));
        rig.Restart();
        Assert.Equal((records + 1, hash), (Records(rig), rig.Link.StateHash));
    }

    [Fact]
    public void Snapshot_WithAChangeBehindIt_IsBegunWith()
    {
        using LinkRig rig = new();
        SnapshotRecoveryTests.Trade(rig, 1_000, 5);
        Assert.NotNull(Snapshotter.Take(SnapshotRecoveryTests.Request(rig)).Info);
        TradingRules last = Scenario(rig);
        ulong hash = rig.Link.StateHash;
        rig.Change = options => options with { Rules = last };

        rig.CrashAndStart();

        Assert.NotNull(rig.Link.Recovery.Start.Snapshot);
        Assert.Equal(hash, rig.Link.Recovery.StateHash);

        // And one whose replay has the change in it.
        SnapshotOutcome taken = Snapshotter.Take(SnapshotRecoveryTests.Request(rig));
        Assert.Equal(hash, taken.StateHash);
        rig.CrashAndStart();
        Assert.Equal((hash, 0L), (rig.Link.Recovery.StateHash, rig.Link.Recovery.Commands));
        Assert.Equal(RulesCodec.Encode(last), RulesCodec.Encode(rig.Link.Rules));
    }

    internal static Instrument Second { get; } = new(1, "NEXT", 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(20_000) };

    internal static TradingRules With(Instrument added) => Start with { Instruments = [.. Start.Instruments, added] };

    private static RulesChange Change(LinkRig rig, FixClient client, TradingRules rules) => Change(rig, client, new RulesUpdate(rules));

    private static RulesChange Change(LinkRig rig, FixClient client, RulesUpdate update)
    {
        Task<RulesChange> task = rig.Link.ChangeRules(update);
        rig.Pump(client, () => task.IsCompleted);
        return task.Result;
    }

    // Orders under three sets of rules, some that only one of them takes.
    private static TradingRules Scenario(LinkRig rig)
    {
        SessionStatus session = rig.Link.Status().Sessions[0];
        using FixClient client = rig.Connect(session.NextIncoming, session.NextOutgoing);
        long answers = 0;
        Order(1, "TEST", 100, 500);
        _ = Change(rig, client, With(Second) with { Accounts = SmallRules.Rules(maxQuantity: 400).Accounts });
        Order(2, "TEST", 100, 500);
        Order(3, "NEXT", 200, 300);
        TradingRules last = SmallRules.Rules(maxQuantity: 600) with { Instruments = [Start.Instruments[0], Second with { IsOpen = false }] };
        _ = Change(rig, client, last);
        Order(4, "NEXT", 200, 300);
        Order(5, "TEST", 100, 500);
        Assert.Equal((3, 2), (client.Reports('0'), client.Reports('8')));
        return last;

        void Order(int number, string symbol, int price, int quantity)
        {
            client.Send("D", $"11={number}|1=A|55={symbol}|54=1|38={quantity}|40=2|44={price}|59=0");
            answers++;
            rig.Pump(client, () => client.Reports('0') + client.Reports('8') == answers);
        }
    }

    private static OrderCommand Order(int accountId, string id) => new()
    {
        Type = CommandType.New,
        SessionId = SessionId.Of("DESK"),
        AccountId = accountId,
        Side = Side.Buy,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Day,
        Price = new Price(10_000),
        Quantity = new Quantity(1),
        ClientOrderId = ClientOrderId.From(id),
    };

    private static long Records(LinkRig rig) => JournalReader.FindExtent(SnapshotRecoveryTests.JournalOf(rig)).End.Records;

    // Of rules that have more than one instrument.
    private sealed class ThrowingTap : IReportTap
    {
        public void OnReport(in ReportView report, bool isReplay)
        {
        }

        public void OnRules(TradingRules rules)
        {
            if (rules.Instruments.Count > 1)
            {
                throw new InvalidOperationException("a tap that cannot take two instruments");
            }
        }
    }

    private sealed class Tap : IReportTap
    {
        public List<int> InstrumentCounts { get; } = [];

        public void OnReport(in ReportView report, bool isReplay)
        {
        }

        public void OnRules(TradingRules rules) => InstrumentCounts.Add(rules.Instruments.Count);
    }
}
