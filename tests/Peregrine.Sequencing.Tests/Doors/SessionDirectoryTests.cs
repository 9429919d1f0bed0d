using Peregrine.Sequencing.Doors;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Tests.Doors;

/// <summary>From the number of a session to its door.</summary>
public sealed class SessionDirectoryTests
{
    [Fact]
    public void Sessions_OfTwoDoors_AreFoundWithTheirDoorAndPlace()
    {
        (PlainDoor first, PlainDoor second) = (new(Client("A"), Client("B")), new(Client("C")));
        SessionDirectory directory = new([first, second]);

        Assert.Equal([("A", 0), ("B", 1), ("C", 0)], directory.Sessions.Select(session => (session.Client.CompId, session.Place)));
        foreach (DoorSession session in directory.Sessions)
        {
            Assert.Same(session, directory.Find(SessionId.Of(session.Client.CompId)));
        }

        Assert.Equal([.. first.Attached, .. second.Attached], directory.Sessions);
        Assert.Same(second, directory.Find(SessionId.Of("C"))!.Door);
        Assert.Null(directory.Find(SessionId.Of("D")));
    }

    [Fact]
    public void Directory_WithoutSessions_FindsNone() => Assert.Null(new SessionDirectory([]).Find(7));

    [Fact]
    public void Sessions_OfOneNumber_AreRefusedByName_AllAtOnce()
    {
        PlainDoor door = new(Client("A"), Client("B"), Client("C"));

        string message = Assert.Throws<ArgumentException>(() => new SessionDirectory([door, new PlainDoor(Client("A"), Client("C"))])).Message;

        Assert.Equal(2, message.Split(Environment.NewLine).Length);
        Assert.Contains("sessions A and A have the same number", message, StringComparison.Ordinal);
        Assert.Contains("sessions C and C have the same number", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(65_536)]
    public void Find_AmongManySessions_LooksAtAFew(int count)
    {
        SessionDirectory directory = new([new PlainDoor([.. Enumerable.Range(0, count).Select(number => Client($"CLIENT{number}"))])]);
        foreach (DoorSession session in directory.Sessions)
        {
            Assert.Same(session, directory.Find(session.Id));
        }

        Assert.True(directory.Steps < 4L * count, $"{directory.Steps} places looked at to find {count} sessions");
    }

    [Fact]
    public void Report_GoesToEveryTap_AndToTheDoorOfItsSession_WithItsNumber()
    {
        (PlainDoor first, PlainDoor second) = (new(Client("A")), new(Client("B"), Client("C")));
        List<string> seen = [];
        SessionDirectory directory = new([first, second]);
        ReportRouter router = new(directory, [new Tap("x", seen), new Tap("y", seen)]);
        OrderReport report = new() { SessionId = SessionId.Of("C"), Sequence = 5, Type = ReportType.Accepted };

        Deliver(router, report);
        router.Open();
        Deliver(router, report);
        Deliver(router, report with { SessionId = SessionId.Of("GONE") });
        Deliver(router, report with { SessionId = -1 });

        Assert.Equal(["x True", "y True", "x False", "y False", "x False", "y False", "x False", "y False"], seen);
        Assert.Equal((0, 1, 1, 1), (first.Answers.Count, second.Answers.Count, second.Replayed, router.OrphanReports));
        Assert.Equal((2L, 1L), (second.Attached[1].ReportCount, second.Attached[1].Delivered));
    }

    [Fact]
    public void Reports_OfAReplay_AreNumbered_AndNotCountedAsDelivered()
    {
        PlainDoor door = new(Client("A"));
        ReportRouter router = new(new SessionDirectory([door]), []);
        OrderReport report = new() { SessionId = SessionId.Of("A") };

        Deliver(router, report);
        Deliver(router, report);
        router.Open();
        Deliver(router, report);

        Assert.Equal((3L, 1L), (door.Attached[0].ReportCount, door.Attached[0].Delivered));
    }

    [Fact]
    public void Orphans_OfAReplay_AreNotCounted()
    {
        ReportRouter router = new(new SessionDirectory([]), []);

        Deliver(router, new OrderReport { SessionId = 5 });

        Assert.Equal(0, router.OrphanReports);
    }

    private static void Deliver(ReportRouter router, in OrderReport report)
    {
        Span<byte> bytes = stackalloc byte[ReportCodec.BytesMax];
        router.Deliver(ReportCodec.View(bytes[..ReportCodec.Encode(in report, bytes)]));
    }

    private static ClientSession Client(string compId) => new(compId, [0]);

    private sealed class Tap(string name, List<string> seen) : IReportTap
    {
        public void OnReport(in ReportView report, bool isReplay) => seen.Add($"{name} {isReplay}");

        public void OnRules(TradingRules rules)
        {
        }
    }
}
