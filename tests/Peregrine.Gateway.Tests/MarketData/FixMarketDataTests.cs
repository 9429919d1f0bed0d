using Peregrine.Gateway.MarketData.OverFix;
using Peregrine.Testing;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;
using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests.MarketData;

/// <summary>Market data over FIX against a model of the books: every form, every version, after every step.</summary>
public sealed class FixMarketDataTests
{
    private const string Symbols = "|146=2|55=ONE|55=TWO|";
    private const string AllTypes = "|267=3|269=0|269=1|269=2";

    public static TheoryData<string> Versions => [.. MarketDataDialect.Names];

    [Fact]
    public void Versions_AreThoseThatHaveMarketData() =>
        Assert.Equal(["FIX.4.2", "FIX.4.3", "FIX.4.4", "FIX.5.0", "FIX.5.0SP1", "FIX.5.0SP2"], MarketDataDialect.Names);

    [Theory]
    [MemberData(nameof(Versions))]
    public void Books_InEveryForm_AreTheServersAfterEachStep(string version) => Follow(version, seed: 1, steps: 150);

    [Theory]
    [MemberData(nameof(Versions))]
    [Trait("Size", "Long")]
    public void Books_InEveryForm_AreTheServersOverLongFlows(string version)
    {
        for (int seed = 2; seed < 40; seed++)
        {
            Follow(version, seed, steps: 400);
        }
    }

    [Fact]
    public void Snapshot_OfABook_HasTheFieldsThatTheDocumentSays()
    {
        using MarketDataRig rig = new();
        rig.Add(0, 7, Side.Buy, 10_050, 30);
        rig.Add(0, 8, Side.Sell, 10_060, 20);
        rig.Publish(new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = 8, Quantity = 5, TimeNs = MarketDataRig.TimeNs });
        List<string> seen = [];
        FixClient client = rig.Connect(seen.Add);

        client.Send("V", "262=A|263=0|264=0" + AllTypes + "|146=1|55=ONE|");
        rig.Until(() => client.Messages('W') == 1, "the snapshot");
        client.Send("V", "262=B|263=0|264=0|266=N|267=1|269=0|146=1|55=ONE|");
        rig.Until(() => client.Messages('W') == 2, "the snapshot by order");

        Assert.Equal("262=A|55=ONE|268=3|269=0|270=100.5|271=30|346=1|269=1|270=100.6|271=15|346=1|269=2|270=100.6|271=5|272=20261201|" +
            "273=09:30:00.250|", Body(seen[^2]));
        Assert.Equal("262=B|55=ONE|268=1|269=0|270=100.5|271=30|37=7|", Body(seen[^1]));
        Assert.Equal(0, rig.OverFix.Counters.Subscriptions);
    }

    [Fact]
    public void Increments_OfABook_HaveTheFieldsThatTheDocumentSays()
    {
        using MarketDataRig rig = new();
        List<string> seen = [];
        FixClient client = rig.Connect(seen.Add);
        client.Send("V", "262=L|263=1|264=0|265=1" + AllTypes + "|146=1|55=ONE|");
        client.Send("V", "262=O|263=1|264=0|265=1|266=N|267=2|269=0|269=1|146=1|55=ONE|");
        rig.Until(() => client.Messages('W') == 2, "the snapshots");
        Assert.Equal("262=L|55=ONE|268=0|", Body(seen[^2]));

        rig.Add(0, 7, Side.Buy, 10_050, 30);
        rig.Until(() => client.Messages('X') == 2, "the addition");
        rig.Publish(new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = 7, Quantity = 30, TimeNs = MarketDataRig.TimeNs });
        rig.Until(() => client.Messages('X') == 4, "the execution");

        Assert.Equal(
            [
                "262=L|268=1|279=0|269=0|55=ONE|270=100.5|271=30|346=1|",
                "262=O|268=1|279=0|269=0|278=7|55=ONE|270=100.5|271=30|37=7|",
                "262=L|268=2|279=0|269=2|278=1|55=ONE|270=100.5|271=30|272=20261201|273=09:30:00.250|279=2|269=0|55=ONE|270=100.5|",
                "262=O|268=1|279=2|269=0|278=7|55=ONE|270=100.5|37=7|",
            ],
            seen.Where(message => Find(message, 35) == "X").Select(Body).Order(StringComparer.Ordinal)
                .OrderBy(body => body.Contains("279=2", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("262=A|263=1|264=0|265=1|267=1|269=0|146=1|55=NONE|", "0 no instrument NONE")]
    [InlineData("262=USED|263=1|264=0|265=1|267=1|269=0|146=1|55=ONE|", "1 MDReqID (262) is in use")]
    [InlineData("262=A|263=1|264=1001|265=1|267=1|269=0|146=1|55=ONE|", "5 MarketDepth (264)")]
    [InlineData("262=A|263=1|264=-1|265=1|267=1|269=0|146=1|55=ONE|", "5 MarketDepth (264)")]
    [InlineData("262=A|263=1|264=0|267=1|269=0|146=1|55=ONE|", "6 MDUpdateType (265)")]
    [InlineData("262=A|263=1|264=5|265=1|266=N|267=1|269=0|146=1|55=ONE|", "7 AggregatedBook (266)")]
    [InlineData("262=A|263=1|264=0|265=1|267=2|269=0|269=7|146=1|55=ONE|", "8 MDEntryType (269)")]
    [InlineData("262=A|263=1|264=0|265=1|267=1|269=0|146=1|55=ONE|386=1|336=DAY|", "9 NoTradingSessions (386)")]
    [InlineData("262=A|263=1|264=0|265=1|546=1|267=1|269=0|146=1|55=ONE|", "A Scope (546)")]
    [InlineData("262=A|263=1|264=0|265=1|286=0|267=1|269=0|146=1|55=ONE|", "B OpenCloseSettlFlag (286)")]
    [InlineData("262=A|263=1|264=0|265=1|547=Y|267=1|269=0|146=1|55=ONE|", "C MDImplicitDelete (547)")]
    [InlineData("262=A|263=1|264=0|265=1|267=1|269=0|146=1|55=ONE|815=1|", "- ApplQueueAction (815)")]
    [InlineData("262=A|263=2|264=0|267=1|269=0|146=1|55=ONE|", "- no subscription has this MDReqID")]
    public void Request_ThatCannotBeMet_IsRefusedByName(string request, string expected)
    {
        using MarketDataRig rig = new();
        List<string> seen = [];
        FixClient client = rig.Connect(seen.Add);
        client.Send("V", "262=USED|263=1|264=0|265=1|267=1|269=0|146=1|55=ONE|");
        client.Send("V", request);
        rig.Until(() => client.Messages('Y') == 1, "the refusal");

        rig.Validate(seen[^1]);
        Assert.StartsWith(expected, $"{Field(seen[^1], 281)} {Field(seen[^1], 58)}", StringComparison.Ordinal);
        Assert.Equal(1, rig.OverFix.Counters.Refusals);
        Assert.Equal(1, rig.OverFix.Counters.Subscriptions);
    }

    [Fact]
    public void Request_OfOneUnknownInstrumentAmongOthers_SubscribesToNothing()
    {
        using MarketDataRig rig = new();
        FixClient client = rig.Connect();
        client.Send("V", "262=A|263=1|264=0|265=1|267=1|269=0|146=2|55=ONE|55=NONE|");
        rig.Until(() => client.Messages('Y') == 1, "the refusal");
        rig.Add(0, 1, Side.Buy, 100, 1);
        client.Send("V", "262=B|263=0|264=0|267=1|269=0|146=1|55=ONE|");
        rig.Until(() => client.Messages('W') == 1, "the other's snapshot");

        Assert.Equal(0, client.Messages('X'));
        Assert.Equal(0, rig.OverFix.Counters.Subscriptions);
    }

    [Fact]
    public void Message_ThatIsNoRequest_IsRejectedAsUnsupported()
    {
        using MarketDataRig rig = new();
        List<string> seen = [];
        FixClient client = rig.Connect(seen.Add);
        client.New(1, '1', "A"u8, 100, 1);
        rig.Until(() => client.Messages('j') == 1, "the reject");
        Assert.Equal("3", Find(seen[^1], 380));
    }

    [Fact]
    public void Unsubscribe_EndsAllInstrumentsOfARequest()
    {
        using MarketDataRig rig = new();
        FixClient client = rig.Connect();
        client.Send("V", "262=A|263=1|264=0|265=1|267=1|269=0" + Symbols);
        rig.Until(() => client.Messages('W') == 2, "the snapshots");
        Assert.Equal(2, rig.OverFix.Counters.Subscriptions);
        client.Send("V", "262=A|263=2|264=0|267=1|269=0" + Symbols);
        rig.Until(() => rig.OverFix.Counters.Subscriptions == 0, "its end");

        rig.Add(0, 1, Side.Buy, 100, 1);
        client.Send("V", "262=A|263=0|264=0|267=1|269=0|146=1|55=ONE|");
        rig.Until(() => client.Messages('W') == 3, "the id can be used again");
        Assert.Equal(0, client.Messages('X'));
    }

    [Fact]
    public void Logoff_EndsSubscriptions_AndTheNextLogonBeginsWithOne()
    {
        using MarketDataRig rig = new();
        FixClient client = rig.Connect();
        client.Send("V", "262=A|263=1|264=0|265=1|267=1|269=0" + Symbols);
        rig.Until(() => client.Messages('W') == 2, "the snapshots");
        rig.Cut(client);
        rig.ServeUntil(() => rig.OverFix.Counters.Subscriptions == 0, "its end");
        List<string> seen = [];
        FixClient again = rig.Connect(seen.Add);
        Assert.Equal("1", Find(seen[0], 34));
        again.Send("V", "262=A|263=1|264=0|265=1|267=1|269=0" + Symbols);
        rig.Until(() => again.Messages('W') == 2, "the snapshots again");
    }

    [Fact]
    public void Logon_WithANumberOfBefore_IsToldHowToBegin()
    {
        using MarketDataRig rig = new();
        List<string> seen = [];
        FixClient client = rig.Connect(seen.Add, isReset: false, next: 12);
        rig.Until(() => client.IsClosed, "refused");
        Assert.Contains("ResetSeqNumFlag (141) Y", Field(client.Raw[^1], 58), StringComparison.Ordinal);
    }

    [Fact]
    public void ResendRequest_IsFilled_AndBooksComeAnew()
    {
        using MarketDataRig rig = new();
        FollowedBook book = new("ONE", "A");
        FixClient client = rig.Connect(message => book.Take(message));
        client.Send("V", "262=A|263=1|264=0|265=1|267=2|269=0|269=1|146=1|55=ONE|");
        rig.Until(() => book.Snapshots == 1, "the snapshot");
        for (ulong id = 1; id <= 20; id++)
        {
            rig.Add(0, id, Side.Buy, 100 + (long)id, 1);
            rig.Until(() => book.Increments == (int)id, "an increment");
        }

        client.Send("2", "7=3|16=0|");
        rig.Until(() => book.Snapshots == 2, "the book anew");

        Assert.Equal(rig.Books[0].Levels(), book.Levels());
    }

    [Fact]
    public void SlowReader_GetsASnapshotForWhatWasLeftOut_AndIsTold()
    {
        using MarketDataRig rig = new(change: options => options with { BacklogBytesMax = 4_096 });
        FollowedBook book = new("ONE", "A");
        List<string> seen = [];
        FixClient slow = rig.Connect(message =>
        {
            seen.Add(message);
            book.Take(message);
        });
        FollowedBook other = new("ONE", "B");
        FixClient quick = rig.Connect(other.Take, "OTHER");
        slow.Send("V", "262=A|263=1|264=0|265=1|267=2|269=0|269=1|146=1|55=ONE|");
        quick.Send("V", "262=B|263=1|264=0|265=1|267=2|269=0|269=1|146=1|55=ONE|");
        rig.Until(() => book.Snapshots == 1 && other.Snapshots == 1, "the snapshots");

        ulong id = 0;
        while (rig.OverFix.Counters.Conflations == 0)
        {
            rig.Add(0, ++id, id % 2 == 0 ? Side.Buy : Side.Sell, id % 2 == 0 ? 10_000 - (long)id % 50 : 10_001 + (long)id % 50, 10);
            _ = rig.Server.Pass();
            quick.Receive();
            Assert.True(id < 1_000_000, "the kernel's buffers are not that large");
        }

        rig.Until(() => book.Snapshots > 1 && book.Levels().SequenceEqual(rig.Books[0].Levels()), "the slow one caught up");
        rig.Until(() => other.Levels().SequenceEqual(rig.Books[0].Levels()), "the quick one");

        Assert.True(book.LeftOut > 0);
        Assert.Equal(1, other.Snapshots);
        Assert.All(seen.Where(message => Find(message, 814) is not null), message => Assert.Equal("1", Find(message, 814)));
        seen.ForEach(rig.Validate);
    }

    [Fact]
    public void Reader_ThatReadsNothing_IsDisconnected_AndTheOthersGoOn()
    {
        using MarketDataRig rig = new(change: options => options with { BacklogBytesMax = 4_096 }, serve: options => options with { StallMs = 300 });
        FixClient dead = rig.Connect();
        FollowedBook book = new("ONE", "B");
        FixClient quick = rig.Connect(book.Take, "OTHER");
        dead.Send("V", "262=A|263=1|264=0|265=1|267=2|269=0|269=1|146=1|55=ONE|");
        quick.Send("V", "262=B|263=1|264=0|265=1|267=2|269=0|269=1|146=1|55=ONE|");
        rig.Until(() => rig.OverFix.Counters.Subscriptions == 2, "subscribed");
        Fix.Session.FixSession deaf = rig.OverFix.Sessions.First();
        ulong id = 0;
        rig.ServeUntil(
            () =>
            {
                // No more than it takes until nothing goes any more, so that the other one has no cause to be slow.
                if (deaf.PendingBytes <= 4_096)
                {
                    rig.Add(0, ++id, Side.Buy, 10_000 - (long)(id % 100), 10);
                }

                quick.Receive();
                return deaf.State == Fix.Session.FixSessionState.Disconnected;
            },
            "the dead one is gone");

        Assert.Equal(1, rig.OverFix.Counters.Subscriptions);
        Assert.Equal(1, rig.OverFix.Counters.SlowDisconnects);
        Assert.Contains("was not read for 300 ms", deaf.LastEndReason, StringComparison.Ordinal);
        rig.Until(() => book.Levels().SequenceEqual(rig.Books[0].Levels()), "the other one");
    }

    [Fact]
    public void Book_TooLargeForAMessage_EndsTheRequestWithTheReason()
    {
        using MarketDataRig rig = new();
        List<string> seen = [];
        FixClient client = rig.Connect(seen.Add);
        for (ulong id = 1; id <= 40_000; id++)
        {
            rig.Add(0, id, Side.Buy, (long)id, 1);
        }

        rig.Until(() => rig.Server.WaitingUpdates == 0, "all of them in the book");
        client.Send("V", "262=A|263=1|264=0|265=1|266=N|267=1|269=0|146=1|55=ONE|");
        rig.Until(() => client.Messages('Y') == 1, "the refusal");
        Assert.Equal("5", Find(seen[^1], 281));
        Assert.Equal(0, rig.OverFix.Counters.Subscriptions);
        client.Send("V", "262=A|263=1|264=10|265=1|267=1|269=0|146=1|55=ONE|");
        rig.Until(() => client.Messages('W') == 1, "with fewer levels");
    }

    [Fact]
    public void Request_OfManyInstruments_IsAnsweredWhole()
    {
        using MarketDataRig rig = new(change: options => options with { BacklogBytesMax = 4_096 });
        for (int instrument = 2; instrument < 600; instrument++)
        {
            _ = rig.Server.Define(new Distribution.Wire.InstrumentInfo($"I{instrument}", 2, 1, 1));
        }

        FixClient client = rig.Connect(isReset: true);
        string symbols = string.Concat(Enumerable.Range(2, 500).Select(instrument => $"55=I{instrument}|"));
        client.Send("V", "262=A|263=0|264=0|267=1|269=0|146=500|" + symbols);
        rig.Until(() => client.Messages('W') == 500, "all snapshots");
        Assert.Equal(0, rig.OverFix.Counters.Subscriptions);
    }

    [Fact]
    public void Updates_AfterWarmUp_AllocateNothing()
    {
        using MarketDataRig rig = new(isSilent: true);
        FixClient client = rig.Connect();
        client.Send("V", "262=A|263=1|264=0|265=1" + AllTypes + Symbols);
        client.Send("V", "262=B|263=1|264=5|265=1" + AllTypes + Symbols);
        client.Send("V", "262=C|263=1|264=0|265=1|266=N|267=2|269=0|269=1" + Symbols);
        client.Send("V", "262=D|263=1|264=1|265=0|267=2|269=0|269=1" + Symbols);
        rig.Until(() => client.Messages('W') == 8, "the snapshots");

        Allocation.AssertNone(() =>
        {
            long before = client.Messages('X');
            for (ulong id = 1; id <= 200; id++)
            {
                BookUpdate add = new() { Kind = BookUpdateKind.Add, OrderId = id, Side = Side.Buy, Price = 1_000 + (long)(id % 10), Quantity = 10,
                    TimeNs = MarketDataRig.TimeNs };
                rig.Server.Publish(add);
                _ = rig.Server.Pass();
                add.Kind = BookUpdateKind.Execute;
                rig.Server.Publish(add);
                _ = rig.Server.Pass();
                client.Receive();
            }

            while (client.Messages('X') < before + 1_000)
            {
                _ = rig.Server.Pass();
                client.Receive();
            }
        });
    }

    [Fact]
    public void Options_OutOfRange_AreAllNamed()
    {
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => new FixMarketData(new FixMarketDataOptions
        {
            Sessions = ["A B"], Version = "FIX.4.1", CompId = "", HeartbeatSecondsMax = 0, FrameBytesMax = 1, BacklogBytesMax = 1,
        }));
        Assert.All(["Sessions: A B", "Version: FIX.4.1", "CompId", "HeartbeatSecondsMax: 0", "FrameBytesMax: 1", "BacklogBytesMax: 1"],
            part => Assert.Contains(part, thrown.Message, StringComparison.Ordinal));
    }

    private static string Body(string message)
    {
        int begin = message.IndexOf("|262=", StringComparison.Ordinal) + 1;
        return message[begin..message.IndexOf("10=", begin, StringComparison.Ordinal)];
    }

    private static void Follow(string version, int seed, int steps)
    {
        using MarketDataRig rig = new(version);
        FollowedBook[] all = [new("ONE", "ALL"), new("TWO", "ALL")];
        FollowedBook[] top = [new("ONE", "TOP"), new("TWO", "TOP")];
        FollowedBook[] three = [new("ONE", "THREE"), new("TWO", "THREE")];
        FollowedBook[] orders = [new("ONE", "ORDERS", isByOrder: true), new("TWO", "ORDERS", isByOrder: true)];
        FollowedBook[] whole = [new("ONE", "WHOLE"), new("TWO", "WHOLE")];
        FixClient client = rig.Connect(message =>
        {
            rig.Validate(message);
            foreach (FollowedBook book in (FollowedBook[])[.. all, .. top, .. three, .. orders, .. whole])
            {
                book.Take(message);
            }
        });
        client.Send("V", "262=ALL|263=1|264=0|265=1" + AllTypes + Symbols);
        client.Send("V", "262=TOP|263=1|264=1|265=1|267=2|269=0|269=1" + Symbols);
        client.Send("V", "262=THREE|263=1|264=3|265=1|267=2|269=0|269=1" + Symbols);
        client.Send("V", "262=ORDERS|263=1|264=0|265=1|266=N|267=2|269=0|269=1" + Symbols);
        client.Send("V", "262=WHOLE|263=1|264=0|265=0|267=2|269=0|269=1" + Symbols);
        rig.Until(() => client.Messages('W') == 10, "the snapshots");

        RandomFlow flow = new(seed);
        for (int step = 0; step < steps; step++)
        {
            flow.Publish(rig);
            rig.Until(() => client.Messages('Y') > 0 || Enumerable.Range(0, 2).All(Agrees), $"step {step} of seed {seed}");
        }

        Assert.Equal(0, client.Messages('Y'));
        Assert.Equal(flow.Trades, all.Sum(book => book.Trades.Count));
        Assert.Equal(0, rig.OverFix.Counters.Conflations);

        bool Agrees(int instrument)
        {
            SlowBook model = rig.Books[instrument];
            return model.Levels().SequenceEqual(all[instrument].Levels()) && model.Levels(1).SequenceEqual(top[instrument].Levels())
                && model.Levels(3).SequenceEqual(three[instrument].Levels()) && model.ByOrder().SequenceEqual(orders[instrument].ByOrder())
                && model.Levels().SequenceEqual(whole[instrument].Levels());
        }
    }
}
