using Peregrine.Gateway.OrderEntry;
using Peregrine.Primitives;
using Peregrine.Sequencing.Tests;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>Groups beside an obviously right model: whatever comes, each report finds its group, and a file gives back what was written.</summary>
public sealed class OrderGroupsTests : IDisposable
{
    private const int OrdersMax = 4;
    private const int GroupsMax = 3;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("groups-test-");
    private readonly List<string> _told = [];
    private readonly Guid _link = Guid.NewGuid();

    private string File => Path.Combine(_folder.FullName, "x.groups");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Groups_UnderRandomTraffic_AreThoseOfTheModel(int seed)
    {
        Random random = new(seed);
        OrderGroups groups = Open();
        List<Known> model = [];
        long sequence = 0;
        for (int step = 0; step < 2_000; step++)
        {
            int session = random.Next(3);
            switch (random.Next(10))
            {
                case 0:
                    Begin(groups, model, session, $"g{step}", random.Next(1, OrdersMax + 1), ref sequence, random);
                    break;
                case 1 when random.Next(20) == 0:
                    groups.Dispose();
                    groups = Open();
                    break;
                default:
                    Report(groups, model, random, ref sequence);
                    break;
            }

            Compare(groups, model, session);
        }

        groups.Dispose();
        Assert.Empty(_told);
    }

    [Fact]
    public void File_WithAByteChanged_LosesThatGroupOnly_AndSaysSo()
    {
        using (OrderGroups groups = Open())
        {
            foreach (string name in (string[])["a", "b"])
            {
                OrderGroup group = groups.Begin(0, System.Text.Encoding.ASCII.GetBytes(name), 1)!;
                groups.Add(group, (ulong)name[0], new OrderCommand { Sequence = name[0], ClientOrderId = ClientOrderId.From(name) });
            }
        }

        byte[] bytes = System.IO.File.ReadAllBytes(File);
        int at = bytes.AsSpan(64).IndexOf((byte)'a') + 64;
        bytes[at] ^= 1;
        System.IO.File.WriteAllBytes(File, bytes);

        using OrderGroups read = Open();
        Assert.Null(read.Find(0, "a"u8));
        Assert.NotNull(read.Find(0, "b"u8));
        Assert.Contains("1 of 2", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Fact]
    public void File_OfAnotherKind_IsKept_AndABeginIsMade()
    {
        System.IO.File.WriteAllText(File, "something else that is longer than the header of a file of groups is, by some bytes");
        using OrderGroups groups = Open();

        Assert.Equal(0, groups.Count);
        Assert.True(System.IO.File.Exists(File + ".damaged"));
        Assert.Single(_told);
    }

    [Fact]
    public void File_OfAnotherLink_IsNotTaken()
    {
        using (OrderGroups groups = Open())
        {
            _ = groups.Begin(0, "a"u8, 1);
        }

        using OrderGroups read = new(OrdersMax, GroupsMax, keepsWorking: true);
        read.Open(File, new LineLogger(_told.Add));
        read.Settle(Guid.NewGuid(), new TradingCore(new CoreOptions()));
        Assert.Null(read.Find(0, "a"u8));
        Assert.Contains("another link", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Fact]
    public void Reports_OfGroupedOrders_AllocateNothing()
    {
        using OrderGroups groups = Open();
        OrderGroup group = groups.Begin(0, "a"u8, 1)!;
        groups.Add(group, 7, new OrderCommand { Sequence = 7, ClientOrderId = ClientOrderId.From("a") });
        byte[] report = new byte[ReportCodec.BytesMax];
        int length = ReportCodec.Encode(new OrderReport { Type = ReportType.Trade, OrderId = 7, Status = OrderStatus.PartiallyFilled }, report);
        _ = groups.Told(ReportCodec.View(report.AsSpan(0, length)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 1_000; round++)
        {
            _ = groups.Told(ReportCodec.View(report.AsSpan(0, length)));
            _ = groups.Of(ReportCodec.View(report.AsSpan(0, length)));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private OrderGroups Open()
    {
        OrderGroups groups = new(OrdersMax, GroupsMax, keepsWorking: false);
        groups.Open(File, new LineLogger(_told.Add));
        groups.Settle(_link, Core);
        return groups;
    }

    private static TradingCore Core { get; } = MakeCore();

    // Far enough that no command of these tests is behind its end.
    private static TradingCore MakeCore()
    {
        TradingCore core = new(new CoreOptions { OrdersMax = 16, ClosedOrdersMax = 16, ClientOrderIdsMax = 16 });
        core.Configure(SmallRules.Rules());
        ReportBuffer reports = new();
        byte[] bytes = new byte[CommandCodec.BytesMax];
        for (long sequence = 1; sequence <= 20_000; sequence++)
        {
            OrderCommand command = new() { Type = CommandType.Status, Sequence = sequence, TimeNs = 1, OrderId = 1, SessionId = 9 };
            int length = CommandCodec.Encode(command, bytes);
            Assert.Equal(CodecStatus.Ok, CommandCodec.TryView(bytes.AsSpan(0, length), sequence, 1, out CommandView view));
            core.Execute(in view, CommandKeys.Of(in view), reports);
            reports.Clear();
        }

        return core;
    }

    private static void Begin(OrderGroups groups, List<Known> model, int session, string name, int orders, ref long sequence, Random random)
    {
        List<Known> own = [.. model.Where(known => known.Session == session)];
        if (own.Count == GroupsMax)
        {
            _ = model.Remove(own[0]);
        }

        OrderGroup? group = groups.Begin(session, System.Text.Encoding.ASCII.GetBytes(name), orders);
        Assert.NotNull(group);
        Known begun = new(session, name, []);
        model.Add(begun);
        for (int order = 0; order < orders; order++)
        {
            bool isTaken = random.Next(4) != 0;
            sequence += isTaken ? 1 : 0;
            ClientOrderId id = ClientOrderId.From($"{name}-{order}");
            ulong orderId = isTaken ? (ulong)sequence + 1_000_000 : 0;
            groups.Add(group, orderId, new OrderCommand { Sequence = sequence, ClientOrderId = id, Quantity = new Quantity(5) });
            begun.Orders.Add(new Order(orderId, isTaken ? sequence : 0, $"{name}-{order}") { Status = isTaken ? 0 : OrderStatus.Rejected });
        }
    }

    // A report of one of the model's orders, or of nobody's.
    private static void Report(OrderGroups groups, List<Known> model, Random random, ref long sequence)
    {
        List<(Known Group, Order Order)> all = [.. model.SelectMany(known => known.Orders.Select(order => (known, order)))];
        bool isOurs = all.Count > 0 && random.Next(5) != 0;
        (Known? group, Order? order) = isOurs ? all[random.Next(all.Count)] : (null, null);
        bool isRefusal = random.Next(5) == 0;
        OrderReport report = new()
        {
            Type = isRefusal ? ReportType.Rejected : random.Next(2) == 0 ? ReportType.Replaced : ReportType.Trade,
            SessionId = group?.Session ?? 0,
            Sequence = isRefusal && isOurs ? order!.Sequence : ++sequence,
            OrderId = isRefusal ? 0 : order?.Id ?? 5,
            Status = isRefusal ? OrderStatus.Rejected : (OrderStatus)random.Next(1, 5),
            Quantity = new Quantity(random.Next(1, 9)),
            CumulativeQuantity = new Quantity(random.Next(0, 9)),
            LeavesQuantity = new Quantity(random.Next(0, 9)),
            CumulativeNotional = random.Next(),
            ClientOrderId = ClientOrderId.From($"r{sequence}"),
        };
        byte[] bytes = new byte[ReportCodec.BytesMax];
        ReportView view = ReportCodec.View(bytes.AsSpan(0, ReportCodec.Encode(report, bytes)));
        bool isKnown = isOurs && order!.Id != 0;
        Assert.Equal(isKnown ? group!.Name : null, groups.Of(in view) is { } of ? System.Text.Encoding.ASCII.GetString(of.Name) : null);
        _ = groups.Told(in view);
        if (isKnown)
        {
            order!.Take(in report);
        }
    }

    private static void Compare(OrderGroups groups, List<Known> model, int session)
    {
        foreach (Known known in model.Where(known => known.Session == session))
        {
            OrderGroup? group = groups.Find(session, System.Text.Encoding.ASCII.GetBytes(known.Name));
            Assert.NotNull(group);
            Assert.Equal(known.Orders.Select(order => order.Text), Enumerable.Range(0, group.Count).Select(index => TextOf(in group[index])));
        }

        Assert.Equal(model.Count, groups.Count);
    }

    private static string TextOf(in GroupedOrder order)
    {
        long leaves = order.Status == OrderStatus.Rejected ? 0 : order.Leaves.Lots;
        return $"{order.OrderId} {order.ClientOrderId} {order.Status} {order.Cumulative.Lots} {leaves} {order.Notional}";
    }

    private sealed record Known(int Session, string Name, List<Order> Orders);

    private sealed class Order(ulong id, long sequence, string name)
    {
        private string _name = name;
        private long _cumulative;
        private long _leaves = 5;
        private Int128 _notional;

        public ulong Id => id;

        public long Sequence => sequence;

        public OrderStatus Status { get; set; }

        public string Text => $"{id} {_name} {Status} {_cumulative} {(Status == OrderStatus.Rejected ? 0 : _leaves)} {_notional}";

        public void Take(in OrderReport report)
        {
            Status = report.Status;
            if (report.Type == ReportType.Rejected)
            {
                return;
            }

            (_cumulative, _leaves, _notional) = (report.CumulativeQuantity.Lots, report.LeavesQuantity.Lots, report.CumulativeNotional);
            _name = report.Type == ReportType.Replaced ? report.ClientOrderId.ToString() : _name;
        }
    }
}
