using Peregrine.Ids;
using Peregrine.Primitives;
using Peregrine.Sequencing.Sessions;
using Peregrine.Testing;

namespace Peregrine.Gateway.Tests.Doors;

/// <summary>What a client may rely on whichever door it comes through: each test runs over every door.</summary>
public sealed class DoorContractTests
{
    public static TheoryData<string> Doors => [nameof(FixUser), nameof(LocalUser), nameof(PlainUser)];

    [Theory]
    [MemberData(nameof(Doors))]
    public void Orders_ThatMeet_AreToldOnceToEach_InOrder(string door)
    {
        using DoorUser user = UserOf(door);
        using LinkRig rig = Start(user);

        user.New(0, 1, Side.Buy, 10_000, account: 0);
        user.Await(rig, 1);
        user.New(1, 2, Side.Sell, 10_000, account: 1);
        user.Await(rig, 4);

        Assert.Equal(["Accepted 1", "Trade 1"], user.Told[0]);
        Assert.Equal(["Accepted 2", "Trade 2"], user.Told[1]);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public void Order_ForAnAccountOfAnother_IsRefusedByName(string door)
    {
        using DoorUser user = UserOf(door);
        using LinkRig rig = Start(user);

        user.New(0, 1, Side.Buy, 10_000, account: 1);
        user.Await(rig, 1);

        // A door may find it before the core does; either names the account.
        Assert.Contains("UnknownAccount", Assert.Single(user.Told[0]), StringComparison.Ordinal);
        Assert.Equal(0, rig.Link.Status().WorkingOrders);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public void BlockedSession_CancelsWhatItHas_AndEntersNothing_UntilItIsLifted(string door)
    {
        using DoorUser user = UserOf(door);
        using LinkRig rig = Start(user);
        user.New(0, 1, Side.Buy, 9_900, account: 0);
        user.Await(rig, 1);

        Assert.True(rig.Link.Sessions.TryBlock(DoorUser.Clients[0].CompId, true));
        user.New(0, 2, Side.Buy, 9_900, account: 0);
        user.Cancel(0, 3, 1, Side.Buy);
        user.New(1, 4, Side.Sell, 10_100, account: 1);
        user.Await(rig, 4);
        Assert.True(rig.Link.Sessions.TryBlock(DoorUser.Clients[0].CompId, false));
        user.New(0, 5, Side.Buy, 9_900, account: 0);
        user.Await(rig, 5);

        Assert.Equal(["Accepted 1", "Blocked 2", "Cancelled 3", "Accepted 5"], user.Told[0]);
        Assert.Equal(["Accepted 4"], user.Told[1]);
        Assert.Equal((4, 1), (rig.Link.Status().Sequence, rig.Link.Status().BlockedRequests));
        Assert.False(rig.Link.Sessions.TryBlock("NOBODY", true));
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public void BlockedLink_TakesNoOrderOfAnybody(string door)
    {
        using DoorUser user = UserOf(door);
        using LinkRig rig = Start(user);

        rig.Link.IsBlocked = true;
        user.New(0, 1, Side.Buy, 9_900, account: 0);
        user.New(1, 2, Side.Sell, 10_100, account: 1);
        user.Await(rig, 2);
        rig.Link.IsBlocked = false;
        user.New(0, 3, Side.Buy, 9_900, account: 0);
        user.Await(rig, 3);

        Assert.Equal(["Blocked 1", "Accepted 3"], user.Told[0]);
        Assert.Equal(["Blocked 2"], user.Told[1]);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public void Orders_AboveTheRate_AreRefused_AndHarmNobodyElse(string door)
    {
        const int Orders = 50;
        using DoorUser user = UserOf(door);
        using LinkRig rig = Start(user, options => options, [DoorUser.Clients[0] with { RequestsPerSecondMax = 1 }, DoorUser.Clients[1]]);

        for (int number = 1; number <= Orders; number++)
        {
            user.New(0, number, Side.Buy, 9_900, account: 0);
            user.New(1, Orders + number, Side.Sell, 10_100, account: 1);
        }

        user.Await(rig, 2 * Orders);

        int throttled = user.Told[0].Count(told => told.StartsWith("Throttled ", StringComparison.Ordinal));
        Assert.True(throttled is > 0 and < Orders, $"{throttled} of {Orders} were too many");
        Assert.Equal(Orders - throttled, user.Told[0].Count(told => told.StartsWith("Accepted ", StringComparison.Ordinal)));
        Assert.All(user.Told[1], told => Assert.StartsWith("Accepted ", told, StringComparison.Ordinal));
        Assert.Equal(throttled, rig.Link.Status().ThrottledRequests);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public void Order_WithoutAnId_IsRefused_AndACancelIsTaken(string door)
    {
        Ids ids = new();
        using DoorUser user = UserOf(door);
        using LinkRig rig = Start(user, options => options with { Ids = ids });
        user.New(0, 1, Side.Buy, 9_900, account: 0);
        user.Await(rig, 1);

        ids.IsEmpty = true;
        user.New(0, 2, Side.Buy, 9_900, account: 0);
        user.Cancel(0, 3, 1, Side.Buy);
        user.Await(rig, 3);

        Assert.Equal(["Accepted 1", "NoOrderId 2", "Cancelled 3"], user.Told[0]);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public void Restart_TellsNothingTwice_AndKnowsTheOrdersOfBefore(string door)
    {
        using DoorUser user = UserOf(door);
        using LinkRig rig = Start(user);
        user.New(0, 1, Side.Buy, 9_900, account: 0);
        user.Await(rig, 1);

        rig.Restart();
        user.Enter(rig);
        user.New(1, 2, Side.Sell, 9_900, account: 1);
        user.Await(rig, 4);

        Assert.Equal(["Accepted 1", "Trade 1"], user.Told[0]);
        Assert.Equal(["Accepted 2", "Trade 2"], user.Told[1]);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public void Orders_InSteadyState_AllocateNothing(string door)
    {
        using DoorUser user = UserOf(door);
        user.KeepsAnswers = false;
        using LinkRig rig = Start(user);
        long number = 0;
        void Work()
        {
            for (int round = 0; round < 1_000; round++)
            {
                user.New(0, ++number, Side.Buy, 10_000, account: 0);
                user.New(1, ++number, Side.Sell, 10_000, account: 1);
                user.Await(rig, user.Answers + 4);
            }
        }

        Work();
        Work();
        Allocation.AssertNone(Work);
    }

    [Fact]
    public void Door_OfTheUsers_IsAttachedThenRuledThenOpened_AndClosedInTheEnd()
    {
        using PlainUser user = new();
        using LinkRig rig = Start(user);
        user.New(0, 1, Side.Buy, 9_900, account: 0);
        user.Await(rig, 1);

        rig.Link.RequestStop();
        rig.Link.Run();
        rig.Link.Dispose();

        Assert.Equal(["attach", "rules", "open", "goodbye", "shut", "close"], user.Door.Calls);
        Assert.Equal(1, user.Door.ReleasedSequence);
    }

    [Fact]
    public void Doors_OfTheSameSessions_AreRefusedBeforeTheyAreTouched()
    {
        using PlainUser user = new();
        PlainUser other = new();
        LinkOptions With(LinkOptions options) => other.Configure(user.Configure(options, DoorUser.Clients), DoorUser.Clients) with
        {
            Doors = [user.Door, other.Door],
        };

        Assert.Contains("have the same number", Assert.Throws<ArgumentException>(() => new LinkRig(change: With)).Message, StringComparison.Ordinal);
        Assert.Empty(user.Door.Calls);
    }

    [Fact]
    public void Start_ThatFails_ClosesTheDoorsThatItHad()
    {
        using PlainUser user = new();

        Assert.Throws<IOException>(() => Start(user, options => options with { Ids = new Ids { Fault = new IOException("no ids") } }));

        Assert.Equal(["attach", "rules", "close"], user.Door.Calls);
    }

    [Fact]
    public void ManySessions_OfWhichTwoAreAtWork_CostAPassNoLookAtTheOthers()
    {
        const int Sessions = 2_000;
        const int Orders = 200;
        using FixUser user = new();
        using LinkRig rig = Start(user, options => options with
        {
            SessionStoreBytes = 1 << 16,
            Sessions = [.. options.Sessions, .. Enumerable.Range(0, Sessions).Select(number => new ClientSession($"QUIET{number}", [0]))],
        });
        (long saved, long found) = (rig.Link.SaveSteps, rig.Link.Sessions.Steps);

        for (int number = 1; number <= Orders; number++)
        {
            user.New(0, number, Side.Buy, 9_900, account: 0);
            user.Await(rig, number);
        }

        Assert.True(rig.Link.SaveSteps - saved <= 2 * Orders, $"{rig.Link.SaveSteps - saved} sessions looked at for {Orders} messages");
        Assert.True(rig.Link.Sessions.Steps - found <= 8 * Orders, $"{rig.Link.Sessions.Steps - found} places looked at for {Orders} reports");
    }

    private static DoorUser UserOf(string door) => door switch
    {
        nameof(FixUser) => new FixUser(),
        nameof(LocalUser) => new LocalUser(),
        _ => new PlainUser(),
    };

    private static LinkRig Start(DoorUser user, Func<LinkOptions, LinkOptions>? change = null, IReadOnlyList<ClientSession>? clients = null)
    {
        LinkRig rig = new(change: options =>
        {
            LinkOptions own = user.Configure(options with { Sessions = [] }, clients ?? DoorUser.Clients);
            return change is null ? own : change(own);
        });
        user.Enter(rig);
        return rig;
    }

    private sealed class Ids : IOrderIdSource
    {
        private ulong _last;

        public bool IsEmpty { get; set; }

        public Exception? Fault { get; init; }

        public IdStatus TryNext(out ulong id)
        {
            id = IsEmpty ? 0 : ++_last;
            return IsEmpty ? IdStatus.Exhausted : IdStatus.Ok;
        }

        public long RaiseAbove(ulong id)
        {
            if (Fault is { } fault)
            {
                throw fault;
            }

            long skipped = Math.Max(0, (long)id - (long)_last);
            _last = Math.Max(_last, id);
            return skipped;
        }
    }
}
