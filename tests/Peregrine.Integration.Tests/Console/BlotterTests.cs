using Peregrine.Primitives;
using Peregrine.Telemetry;
using Peregrine.Trading.Orders;

namespace Peregrine.Integration.Tests.Console;

/// <summary>Which order a name finds.</summary>
public sealed class BlotterTests : IDisposable
{
    private const int Mine = 7;
    private const int Theirs = 8;
    private readonly Blotter _blotter = new();

    public void Dispose() => _blotter.Dispose();

    [Fact]
    public void Reports_WhileNobodyLooks_AreTakenInAndNotLost()
    {
        const int pieces = 12;
        const int pieceReports = 10_000;
        using Blotter blotter = new();

        // More than the ring holds, and never faster than it is emptied.
        for (ulong order = 1; order <= pieces * pieceReports; order++)
        {
            Tell(blotter, new OrderReport { Type = ReportType.Accepted, OrderId = order, LeavesQuantity = new Quantity(1) }, isReplay: false);
            if (order % pieceReports == 0)
            {
                Assert.True(SpinWait.SpinUntil(() => blotter.WaitingBytes == 0, TimeSpan.FromSeconds(60)),
                    "the ring is emptied although nobody looks");
            }
        }

        Assert.Equal(0, blotter.LostReports);
        Assert.Equal((ulong)(pieces * pieceReports), blotter.OrdersAfter(0, 1, _ => true, out _).Single().OrderId);
    }

    [Fact]
    public void SameName_InTwoSessions_FindsEachSessionsOwn()
    {
        Report(ReportType.Accepted, 1, Mine, "A");
        Report(ReportType.Accepted, 2, Theirs, "A");
        Report(ReportType.Accepted, 3, Theirs, "B");

        Assert.Equal((1UL, 2UL), (_blotter.Find(Mine, "A")!.Value.OrderId, _blotter.Find(Theirs, "A")!.Value.OrderId));
        Assert.Null(_blotter.Find(Mine, "B"));
        Assert.Null(_blotter.FindByOrderId(Mine, "2"));
        Assert.Equal("A", _blotter.FindByOrderId(Theirs, "2")!.Value.ClientOrderId.ToString());
    }

    [Fact]
    public void CancelledOrder_KeepsItsName_AndTheRequestsIsNone()
    {
        Report(ReportType.Accepted, 1, Mine, "A");
        Report(ReportType.Cancelled, 1, Mine, "W1", original: "A", leaves: 0);

        Assert.Equal((ReportType.Cancelled, "A"), (_blotter.Find(Mine, "A")!.Value.Type, _blotter.Find(Mine, "A")!.Value.ClientOrderId.ToString()));
        Assert.Null(_blotter.Find(Mine, "W1"));
    }

    [Fact]
    public void CancelledOrder_ThatWasNotSeenBefore_HasItsOwnName()
    {
        Report(ReportType.Cancelled, 1, Mine, "W1", original: "A", leaves: 0);

        Assert.Equal(1UL, _blotter.Find(Mine, "A")!.Value.OrderId);
        Assert.Null(_blotter.Find(Mine, "W1"));
    }

    [Fact]
    public void ReplacedOrder_HasItsNewNameOnly()
    {
        Report(ReportType.Accepted, 1, Mine, "A");
        Report(ReportType.Replaced, 1, Mine, "B", original: "A");
        Report(ReportType.Cancelled, 1, Mine, "W1", original: "B", leaves: 0);

        Assert.Equal("B", _blotter.Find(Mine, "B")!.Value.ClientOrderId.ToString());
        Assert.Null(_blotter.Find(Mine, "A"));
    }

    [Fact]
    public void RefusedCancel_LeavesItsOrderAsItWas()
    {
        Report(ReportType.Accepted, 1, Mine, "A");
        Report(ReportType.CancelRejected, 1, Mine, "W1", original: "A", leaves: 0);

        Assert.Equal((ReportType.Accepted, 5L), (_blotter.Find(Mine, "A")!.Value.Type, _blotter.Find(Mine, "A")!.Value.LeavesQuantity.Lots));
        Assert.Single(_blotter.RejectsAfter(0, out _));
    }

    [Fact]
    public void Bound_IsKept_ClosedOrdersGoFirst_AndANameUsedAgainStays()
    {
        Report(ReportType.Accepted, 1, Mine, "working");
        Report(ReportType.Cancelled, 2, Mine, "closed", leaves: 0);
        Report(ReportType.Cancelled, 3, Mine, "again", leaves: 0);
        for (ulong id = 4; id <= Blotter.OrdersKept; id++)
        {
            Report(ReportType.Cancelled, id, Mine, id == 10 ? "again" : $"N{id}", leaves: 0);
        }

        Assert.NotNull(_blotter.Find(Mine, "closed"));
        Report(ReportType.Accepted, 1_000_001, Mine, "first over");
        Report(ReportType.Accepted, 1_000_002, Mine, "second over");

        Assert.Equal([1UL, 10UL, 1_000_001UL, 1_000_002UL],
            new[] { "working", "again", "first over", "second over" }.Select(name => _blotter.Find(Mine, name)!.Value.OrderId));
        Assert.Null(_blotter.Find(Mine, "closed"));
        Assert.Null(_blotter.FindByOrderId(Mine, "2"));
        Assert.Null(_blotter.FindByOrderId(Mine, "3"));
        Assert.NotNull(_blotter.FindByOrderId(Mine, "10"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u00e9")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("99999999999999999999999")]
    public void NameThatCanBeNone_FindsNothing(string name)
    {
        Report(ReportType.Accepted, 1, Mine, "A");

        Assert.Null(_blotter.Find(Mine, name));
        Assert.Null(_blotter.FindByOrderId(Mine, name));
    }

    private void Report(ReportType type, ulong orderId, int session, string name, string? original = null, long leaves = 5)
    {
        OrderReport report = new()
        {
            Type = type,
            OrderId = orderId,
            SessionId = session,
            ClientOrderId = ClientOrderId.From(name),
            Quantity = new Quantity(5),
            LeavesQuantity = new Quantity(leaves),
        };
        if (original is not null)
        {
            report.OriginalClientOrderId = ClientOrderId.From(original);
        }

        Tell(_blotter, report, isReplay: true);
    }

    private static void Tell(Blotter blotter, in OrderReport report, bool isReplay)
    {
        Span<byte> bytes = stackalloc byte[ReportCodec.BytesMax];
        blotter.OnReport(ReportCodec.View(bytes[..ReportCodec.Encode(in report, bytes)]), isReplay);
    }
}
