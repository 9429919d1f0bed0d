using Peregrine.Sequencing.Sessions;
using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>Orders above a session's rate that wait for their turn: let in in order, taken back by a cancel or the end of the session, and each
/// answered once.</summary>
public sealed class ThrottleTests : IDisposable
{
    private const int QueueMax = 8;

    // What waits for a rate of one a second stays where it is for as long as these tests need.
    private readonly List<string> _seen = [];
    private LinkRig _rig = null!;

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void OrdersAboveTheRate_Wait_AndAreEnteredInOrder()
    {
        using FixClient client = Start(perSecond: 200, burst: 1);
        for (int number = 1; number <= QueueMax; number++)
        {
            Order(client, $"o{number}");
        }

        _rig.Pump(client, () => client.Reports('0') == QueueMax);

        Assert.Equal(Enumerable.Range(1, QueueMax).Select(number => $"o{number} 0"), Reports());
        LinkStatus status = _rig.Link.Status();
        Assert.Equal((0L, 0L, 0L), (status.WaitingRequests, status.QueueFullRequests, status.ThrottledRequests));
        Assert.True(status.QueuedRequests > 0, "some came above the rate");
    }

    [Fact]
    public void Queue_ThatIsFull_RefusesByName()
    {
        using FixClient client = Start(perSecond: 1, burst: 2);
        for (int number = 1; number <= 2 + QueueMax + 1; number++)
        {
            Order(client, $"o{number}");
        }

        _rig.Pump(client, () => client.Messages('j') == 1);

        Assert.Equal(($"o{2 + QueueMax + 1}", "4"), (Field(_seen.Single(IsRefusal), 379), Field(_seen.Single(IsRefusal), 380)));
        Assert.Contains("throttle.queueMax", Field(_seen.Single(IsRefusal), 58), StringComparison.Ordinal);
        Assert.Equal(1, _rig.Link.Status().QueueFullRequests);
    }

    [Fact]
    public void CancelOfAnOrderThatWaits_TakesItBack_AndIsAnsweredAsThatOfARefusedOrder()
    {
        using FixClient client = Start(perSecond: 1, burst: 1);
        for (int number = 1; number <= 6; number++)
        {
            Order(client, $"o{number}");
        }

        client.Send("G", "11=r6|41=o6|55=TEST|54=1|38=20|40=2|44=98|");
        client.Send("F", "11=c5|41=o5|55=TEST|54=1|38=10|");
        client.Send("F", "11=c6|41=r6|55=TEST|54=1|38=10|");
        client.Send("F", "11=c1|41=o1|55=TEST|54=1|38=10|");
        _rig.Pump(client, () => client.Reports('4') == 1);

        Assert.Equal(["o1 0", "o5 8", "o6 8", "c1 4"], Reports());
        Assert.All(_seen.Where(message => Field(message, 150) == "8"), report => Assert.Equal("Withdrawn", Field(report, 58)));
        Assert.Equal(["c5 o5 0", "r6 o6 1", "c6 o6 0"], _seen.Where(message => Field(message, 35) == "9")
            .Select(message => $"{Field(message, 11)} {Field(message, 41)} {Field(message, 102)}"));
        Assert.Equal(3, _rig.Link.Status().WaitingRequests);
    }

    [Fact]
    public void MassCancel_TakesBackWhatWaitsAndMatches()
    {
        using FixClient client = Start(perSecond: 1, burst: 1);
        Order(client, "o1");
        Order(client, "o2");
        client.Send("D", "11=s3|1=A|55=TEST|54=2|38=10|40=2|44=102|");
        client.Send("q", "11=m|530=7|54=1|");
        _rig.Pump(client, () => client.Messages('r') == 1);

        Assert.Equal(["o1 0", "o2 8", "o1 4"], Reports());
        Assert.Equal(1, _rig.Link.Status().WaitingRequests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EndOfTheSession_EmptiesTheQueue_WhereItsOrdersEndWithIt(bool cancels)
    {
        using (FixClient client = Start(perSecond: 1, burst: 1, cancels))
        {
            for (int number = 1; number <= 5; number++)
            {
                Order(client, $"o{number}");
            }

            _rig.Pump(client, () => _rig.Link.Status().QueuedRequests == 4);
        }

        using FixClient other = _rig.Connect(compId: "OTHER");
        if (cancels)
        {
            _rig.Pump(other, () => _rig.Link.Status() is { WaitingRequests: 0, WorkingOrders: 0 });
        }
        else
        {
            Assert.True(_rig.Link.Status().WaitingRequests > 0, "it goes on by itself");
            _rig.Restart();
        }

        // What the link's own end finds waiting is answered as well.
        _seen.Clear();
        int refused = 5 - (cancels ? 1 : _rig.Link.Status().WorkingOrders);
        using FixClient again = Reset();
        _rig.Pump(again, () => again.Reports('8') == refused);
        Assert.All(_seen.Where(message => Field(message, 150) == "8"), report => Assert.Equal("Withdrawn", Field(report, 58)));
        Assert.Equal(0, _rig.Link.Status().WaitingRequests);
    }

    [Fact]
    public void Crash_WhileRequestsWait_HasThemAskedForAgain()
    {
        using FixClient client = Start(perSecond: 1, burst: 1);
        Order(client, "o1");
        Order(client, "o2");
        Order(client, "o3");
        _rig.Pump(client, () => client.Reports('0') == 1);
        _rig.Pump(client, () => true);
        long next = client.NextOutgoing;

        // Number 1 was the Logon, 2 the order that is in the journal.
        _rig.CrashAndStart();
        _seen.Clear();
        using FixClient again = new(_rig.Link.FixEndPoint, "CLIENT", next, client.NextIncoming) { Seen = _seen.Add };
        again.Logon();
        _rig.Pump(again, () => again.Messages('2') == 1);

        Assert.Equal("3", Field(_seen.Single(message => Field(message, 35) == "2"), 7));
        Assert.Equal(1, _rig.Link.Status().WorkingOrders);
    }

    [Fact]
    public void Block_TakesBackWhatWaits()
    {
        using FixClient client = Start(perSecond: 50, burst: 1);
        Order(client, "o1");
        Order(client, "o2");
        Order(client, "o3");
        _rig.Pump(client, () => _rig.Link.Status().QueuedRequests > 0);
        Assert.True(_rig.Link.Sessions.TryBlock("CLIENT", true));
        _rig.Pump(client, () => _rig.Link.Status().WaitingRequests == 0 && client.Messages('8') == 3);

        Assert.Equal(["o1", "o2", "o3"], Reports().Select(text => text.Split(' ')[0]));
    }

    [Fact]
    public void OrdersOfAList_WaitToo_AndAreOfIt()
    {
        using FixClient client = Start(perSecond: 1, burst: 1);
        VersionListsTests.Enter(client, "FIX.4.4", "L", "10", "20", "30");
        client.Send("K", "66=L|");
        _rig.Pump(client, () => client.Messages('N') == 3);

        Assert.Equal(["L1 4", "L2 8", "L3 8"], Reports().Where(text => !text.EndsWith('0')));
        Assert.All(_seen.Where(message => Field(message, 35) == "8"), report => Assert.Equal("L", Field(report, 66)));
        Assert.Equal(["L1 4", "L2 8", "L3 8"], VersionListsTests.Orders(_seen.Last(message => Field(message, 35) == "N"), 39));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Requests_OfRandomFlows_AreEachAnsweredOnce_AndEnteredInOrder(int seed)
    {
        Random random = new(seed);
        using FixClient client = Start(perSecond: 2_000, burst: 3);
        List<string> orders = [];
        List<string> cancels = [];
        for (int step = 0; step < 400; step++)
        {
            if (random.Next(3) > 0 || orders.Count == 0)
            {
                orders.Add($"o{step}");
                Order(client, $"o{step}");
            }
            else
            {
                cancels.Add($"c{step}");
                client.Send("F", $"11=c{step}|41={orders[^random.Next(1, Math.Min(orders.Count, QueueMax) + 1)]}|55=TEST|54=1|38=10|");
            }

            if (random.Next(8) == 0)
            {
                int sent = orders.Count + cancels.Count;
                _rig.Pump(client, () => Answered(orders, cancels) >= sent - QueueMax);
            }
        }

        _rig.Pump(client, () => Answered(orders, cancels) == orders.Count + cancels.Count);

        // An order is entered, taken back or refused, and nothing twice; those that are entered are so in the order in which they came.
        Assert.All(orders, id => Assert.Equal(1, _seen.Count(message => Field(message, 11) == id && Field(message, 150) is "0" or "8"
            && Field(message, 11) == id) + _seen.Count(message => IsRefusal(message) && Field(message, 379) == id)));
        Assert.All(cancels, id => Assert.Equal(1, _seen.Count(message => Field(message, 11) == id && Field(message, 35) is "8" or "9"
            && Field(message, 11) == id)));
        string[] entered = [.. _seen.Where(message => Field(message, 150) == "0").Select(message => Field(message, 11))];
        Assert.Equal(orders.Where(entered.Contains), entered);
        Assert.Equal(0, _rig.Link.Status().WaitingRequests);
    }

    private int Answered(List<string> orders, List<string> cancels) =>
        _seen.Count(message => Field(message, 150) is "0" or "8" || IsRefusal(message)) + _seen.Count(message =>
            Field(message, 35) == "9" || Field(message, 150) == "4");

    private FixClient Start(int perSecond, int burst, bool cancels = false)
    {
        _rig = new LinkRig(change: options => options with
        {
            Sessions =
            [
                new ClientSession("CLIENT", [0, 1])
                {
                    RequestsPerSecondMax = perSecond, ThrottleBurst = burst, ThrottleQueueMax = QueueMax, CancelOnDisconnect = cancels,
                },
                new ClientSession("OTHER", [0]),
            ],
        });
        return _rig.Connect(seen: _seen.Add);
    }

    private FixClient Reset()
    {
        FixClient client = new(_rig.Link.FixEndPoint, "CLIENT") { Seen = _seen.Add };
        client.Logon(isReset: true);
        _rig.Pump(client, () => client.IsLoggedOn);
        return client;
    }

    private static void Order(FixClient client, string id) => client.Send("D", $"11={id}|1=A|55=TEST|54=1|38=10|40=2|44=98|");

    private IEnumerable<string> Reports() =>
        _seen.Where(message => Field(message, 35) == "8").Select(report => $"{Field(report, 11)} {Field(report, 150)}");

    private static bool IsRefusal(string message) => Field(message, 35) == "j";
}
