using Peregrine.Ids;
using Peregrine.Journal;
using Peregrine.Journal.Tests;
using Peregrine.Primitives;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Tests;

/// <summary>What has to be so whichever door a request comes through.</summary>
public sealed class IntakeTests : IJournalVisitor, IOrderIdSource, IReportSink, IDisposable
{
    private const int InFlightMax = 4;
    private readonly JournalWriter _journal;
    private readonly Sequencer _sequencer;
    private readonly Intake _intake;
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

    void IReportSink.Deliver(in OrderReport report) => _told.Add(report);

    [Fact]
    public void NewOrder_GetsTheNextId_AndOtherRequestsTakeNone()
    {
        OrderCommand order = Order();
        OrderCommand cancel = new() { Type = CommandType.Cancel, SessionId = 7, OrderId = 101 };

        Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref order, [0]));
        Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref cancel, [0]));

        Assert.Equal((101UL, 1L, 101UL, 2L), (order.OrderId, order.Sequence, _id, cancel.Sequence));
    }

    [Fact]
    public void NewOrder_WithoutAnId_IsNoCommand_AndACancelGoesOn()
    {
        _idsLeft = 0;
        OrderCommand order = Order();
        OrderCommand cancel = new() { Type = CommandType.Cancel, SessionId = 7, OrderId = 101 };

        Assert.Equal(IntakeStatus.NoOrderId, _intake.TryTake(ref order, [0]));
        Assert.Equal((0L, 1L), (_sequencer.LastSequence, _intake.NoOrderIdCount));
        Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref cancel, [0]));
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

        Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref order, accounts));

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
            Assert.Equal(IntakeStatus.Ok, _intake.TryTake(ref order, [0]));
            Assert.Equal(count, order.Sequence);
        }

        Assert.Equal(1, _waits);
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
