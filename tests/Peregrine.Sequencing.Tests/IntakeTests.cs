using Peregrine.Ids;
using Peregrine.Journal;
using Peregrine.Journal.Tests;
using Peregrine.Primitives;
using Peregrine.Sequencing.Doors;
using Peregrine.Sequencing.Sessions;
using Peregrine.Sequencing.Tests.Doors;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Tests;

/// <summary>What has to be so whichever door a request comes through.</summary>
public sealed class IntakeTests : IJournalVisitor, IOrderIdSource, IReportSink, IDisposable
{
    private const int InFlightMax = 4;
    private readonly JournalWriter _journal;
    private readonly Sequencer _sequencer;
    private readonly Intake _intake;
    private readonly PlainDoor _door = new(new ClientSession("A", [0]), new ClientSession("B", [0]) { RequestsPerSecondMax = 3 });
    private readonly DoorSession _session;
    private readonly DoorSession _slow;
    private readonly List<OrderReport> _told = [];
    private ulong _idsLeft = 1_000_000;
    private ulong _id = 100;
    private int _waits;

    public IntakeTests()
    {
        JournalOptions options = new() { Folder = "/j", SegmentBytes = 1 << 20, BatchBytesMax = 64 << 10, Durability = Durability.None,
            Files = new MemoryFiles() };
        _journal = JournalWriter.Open(options, this, out _);
        TradingCore core = new(new CoreOptions { OrdersMax = 4_096, ClientOrderIdsMax = 1_024 });
        core.Configure(SmallRules.Rules());
        _sequencer = new Sequencer(core, _journal, lastTimeNs: 0, InFlightMax);
        _intake = new Intake(_sequencer, this, Wait);
        SessionDirectory directory = new([_door]);
        directory.UseAccounts(new Dictionary<int, int[]> { [SessionId.Of("A")] = [0], [SessionId.Of("B")] = [0] });
        (_session, _slow) = (directory.Sessions[0], directory.Sessions[1]);
    }

    public void Dispose() => _journal.Dispose();

    void IJournalVisitor.OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
    }

    IdStatus IOrderIdSource.TryNext(out ulong id)
    {
        bool isAny = _idsLeft > 0;
        _idsLeft -= isAny ? 1UL : 0;
        id = isAny ? ++_id : 0;
        return isAny ? IdStatus.Ok : IdStatus.Exhausted;
    }

    long IOrderIdSource.RaiseAbove(ulong id) => 0;

    void IReportSink.Deliver(in ReportView report) => _told.Add(report.ToReport());

    [Fact]
    public void NewOrder_GetsTheNextId_AndOtherRequestsTakeNone()
    {
        OrderCommand order = Order();
        OrderCommand cancel = new() { Type = CommandType.Cancel, SessionId = 7, OrderId = 101 };

        Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref order, _session));
        Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref cancel, _session));

        Assert.Equal((101UL, 1L, 101UL, 2L), (order.OrderId, order.Sequence, _id, cancel.Sequence));
    }

    [Fact]
    public void NewOrder_WithoutAnId_IsNoCommand_AndACancelGoesOn()
    {
        _idsLeft = 0;
        OrderCommand order = Order();
        OrderCommand cancel = new() { Type = CommandType.Cancel, SessionId = 7, OrderId = 101 };

        Assert.Equal(IntakeStatus.NoOrderId, _intake.TryTake(ref order, _session));
        Assert.Equal((0L, 1L), (_sequencer.LastSequence, _intake.NoOrderIdCount));
        Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref cancel, _session));
    }

    [Theory]
    [InlineData(new[] { 0 }, 0, ReportType.Accepted)]
    [InlineData(new[] { 0, 1 }, 1, ReportType.Accepted)]
    [InlineData(new[] { 0 }, 1, ReportType.Rejected)]
    [InlineData(new[] { -1 }, 0, ReportType.Rejected)]
    [InlineData(new int[0], 1, ReportType.Rejected)]
    public void Order_ForAnAccount_IsTakenWhereItsSessionMayTradeForIt(int[] accounts, int account, ReportType expected)
    {
        OrderCommand order = Order() with { AccountId = account };
        _session.AccountIds = accounts;

        Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref order, _session));

        Pass();
        Assert.Equal(expected, Assert.Single(_told).Type);
    }

    [Fact]
    public void Order_OfTheLinkItself_KeepsItsAccount()
    {
        OrderCommand order = Order() with { AccountId = 1 };

        Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref order));

        Pass();
        Assert.Equal(ReportType.Accepted, Assert.Single(_told).Type);
    }

    [Fact]
    public void Requests_MoreThanMayWait_WaitForTheLogOnce_AndNoneIsLost()
    {
        for (int count = 1; count <= InFlightMax + 1; count++)
        {
            OrderCommand order = Order();
            Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref order, _session));
            Assert.Equal(count, order.Sequence);
        }

        Assert.Equal(1, _waits);
    }

    [Theory]
    [InlineData(CommandType.New, IntakeStatus.Blocked)]
    [InlineData(CommandType.Replace, IntakeStatus.Blocked)]
    [InlineData(CommandType.Cancel, IntakeStatus.Ok)]
    [InlineData(CommandType.Reduce, IntakeStatus.Ok)]
    [InlineData(CommandType.MassCancel, IntakeStatus.Ok)]
    [InlineData(CommandType.Status, IntakeStatus.Ok)]
    public void Request_OfABlockedSession_IsTakenWhereItEntersNothing(CommandType type, IntakeStatus expected)
    {
        OrderCommand ofBlocked = Order() with { Type = type };
        OrderCommand ofOther = ofBlocked;
        _session.Block(true);

        Assert.Equal((expected, IntakeStatus.Ok), (_intake.TryTake(ref ofBlocked, _session), _intake.TryTake(ref ofOther, _slow)));

        bool isTaken = expected == IntakeStatus.Ok;
        Assert.Equal((isTaken ? 2 : 1, isTaken ? 0 : 1, 0), (_sequencer.LastSequence, _session.BlockedCount, _slow.BlockedCount));
        _session.Block(false);
        OrderCommand again = Order() with { Type = type };
        Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref again, _session));
    }

    [Fact]
    public void Requests_WhileAllAreBlocked_AreRefusedWhoeverAsks_AndThoseOfTheLinkItselfAreTaken()
    {
        _intake.IsBlocked = true;
        (OrderCommand first, OrderCommand second, OrderCommand own) =
            (Order(), Order(), new OrderCommand { Type = CommandType.Disconnect, SessionId = 7 });

        Assert.Equal((IntakeStatus.Blocked, IntakeStatus.Blocked, IntakeStatus.Ok),
            (_intake.TryTake(ref first, _session), _intake.TryTake(ref second, _slow), _intake.TryTake(ref own)));
        Assert.Equal((1, 100UL), (_sequencer.LastSequence, _id));
    }

    [Fact]
    public void Requests_AboveTheRate_AreRefused_AndCancelsAreTakenAlways()
    {
        OrderCommand cancel = new() { Type = CommandType.Cancel, OrderId = 101 };
        OrderCommand last = Order();
        _ = _intake.TryTake(ref last, _slow);
        for (int count = 0; count < 100; count++)
        {
            OrderCommand order = Order();
            _ = _intake.TryTake(ref order, _slow);
            Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref cancel, _slow));
        }

        Assert.True(_slow.ThrottledCount is > 0 and < 100, $"{_slow.ThrottledCount} of 101 were too many");
        Assert.Equal((201 - _slow.ThrottledCount, 0), (_slow.Requests, _session.ThrottledCount));
    }

    [Theory]
    [InlineData(3, 0, true)]
    [InlineData(3, 333_333_332, false)]
    [InlineData(3, 333_333_333, true)]
    [InlineData(1, 999_999_999, false)]
    [InlineData(1, 1_000_000_000, true)]
    public void Rate_LetsABurstOfASecondThrough_ThenOneAnInterval(int perSecond, long afterNs, bool isTaken)
    {
        DoorSession session = new(new ClientSession("C", [0]) { RequestsPerSecondMax = perSecond }, _door, 0);
        const long NowNs = 5_000_000_000;
        int burst = afterNs == 0 ? perSecond - 1 : perSecond;
        for (int count = 0; count < burst; count++)
        {
            Assert.True(session.TrySpend(NowNs));
        }

        Assert.Equal(isTaken, session.TrySpend(NowNs + afterNs));
        Assert.Equal(isTaken ? 0 : 1, session.ThrottledCount);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 0)]
    [InlineData(1_000, 7)]
    [InlineData(7, 1_000)]
    public void Rate_UnderRandomTraffic_IsThatOfABucket_AndSaysWhenItIsDue(int perSecond, int burst)
    {
        DoorSession session = new(new ClientSession("C", [0]) { RequestsPerSecondMax = perSecond, ThrottleBurst = burst }, _door, 0);
        Random random = new(perSecond + burst);
        long intervalNs = 1_000_000_000 / perSecond;
        long nowNs = 5_000_000_000;

        // A bucket that runs dry at the rate: each request pours in an interval, and there is room for a burst of them.
        long level = 0;
        int taken = 0;
        for (int step = 0; step < 5_000; step++)
        {
            long passed = random.Next(3) == 0 ? random.NextInt64(intervalNs * 3) : random.NextInt64((intervalNs / 4) + 1);
            nowNs += passed;
            level = Math.Max(0, level - passed);
            bool hasRoom = level <= intervalNs * ((burst > 0 ? burst : perSecond) - 1);
            bool isDue = session.DueNs <= nowNs;
            bool isTaken = session.TrySpend(nowNs);
            level += isTaken ? intervalNs : 0;
            taken += isTaken ? 1 : 0;
            Assert.Equal((hasRoom, hasRoom), (isDue, isTaken));
        }

        Assert.Equal(5_000 - taken, session.ThrottledCount);
        Assert.True(taken is > 0 and < 5_000, $"{taken} of 5,000 were taken");
    }

    [Theory]
    [InlineData(0, 0, 0, null)]
    [InlineData(5, 3, 16_384, null)]
    [InlineData(-1, 0, 0, "RequestsPerSecondMax of C: -1")]
    [InlineData(5, -1, 0, "ThrottleBurst of C: -1")]
    [InlineData(5, 0, 16_385, "ThrottleQueueMax of C: 16385")]
    [InlineData(5, 0, -1, "ThrottleQueueMax of C: -1")]
    [InlineData(0, 0, 1, "RequestsPerSecondMax of C: 0")]
    [InlineData(0, 1, 0, "RequestsPerSecondMax of C: 0")]
    public void RateOfASession_ThatIsNone_IsNamed(int perSecond, int burst, int queue, string? fault)
    {
        string? found = new ClientSession("C", [0])
        {
            RequestsPerSecondMax = perSecond, ThrottleBurst = burst, ThrottleQueueMax = queue,
        }.FindThrottleFault();

        Assert.Equal(fault is null, found is null);
        Assert.StartsWith(fault ?? "", found ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void WithdrawnOrder_IsACommandWhoseAnswerIsARefusal_WhateverTheRateAndBlocks()
    {
        _intake.IsBlocked = true;
        OrderCommand order = Order();
        order.ClientOrderId = ClientOrderId.From("x");

        Assert.Equal(IntakeStatus.Ok, _intake.TryWithdraw(ref order, _slow, receivedNs: 0));
        Pass();

        OrderReport told = Assert.Single(_told);
        Assert.Equal((ReportType.Rejected, RejectReason.Withdrawn, 0UL), (told.Type, told.Reason, told.OrderId));
        Assert.Equal((1, 1L, 0L), (_sequencer.LastSequence, _slow.Requests, _slow.ThrottledCount));
    }

    [Fact]
    public void Request_GetsTheNumberOfItsSession()
    {
        OrderCommand order = Order();

        Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref order, _session));

        Assert.Equal((SessionId.Of("A"), 1L), (order.SessionId, _session.Requests));
    }

    private void Wait()
    {
        _waits++;
        Pass();
    }

    private void Pass()
    {
        Check.That(_sequencer.TryCommit(), "the journal takes the batch");
        _ = _sequencer.Release(this);
        _sequencer.MarkSent();
    }

    private static OrderCommand Order() => new()
    {
        Type = CommandType.New,
        SessionId = 7,
        Side = Side.Buy,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Day,
        Price = new Price(10_000),
        Quantity = new Quantity(5),
    };
}
