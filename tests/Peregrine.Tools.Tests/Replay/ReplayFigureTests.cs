using Peregrine.Testing;

namespace Peregrine.Tools.Tests.Replay;

/// <summary>What the recorded feeds must give, checked by hand or against their own order book files before.</summary>
public class ReplayFigureTests
{
    [Fact]
    public void Lobster_TheHour_HasTheRecordedCounts()
    {
        Replayed hour = Replayed.Run(SharedData.Require(Recorded.Hour));

        Assert.Equal(91_997, hour.Number("messages.total"));
        Assert.Equal((44_256, 469, 41_004, 4_067, 2_201),
            (hour.Number("messages.byType.1"), hour.Number("messages.byType.2"), hour.Number("messages.byType.3"), hour.Number("messages.byType.4"),
            hour.Number("messages.byType.5")));
        Assert.Equal((0, 84, 0), (hour.Number("overExecutions"), hour.Number("unknownOrders"), hour.Number("crossedStates")));
    }

    [Fact]
    public void Lobster_SeededHour_HasTheRecordedBestBidAndOffer()
    {
        using TemporaryFolder folder = new();
        string best = folder.File("best.csv");
        string rows = SharedData.Require(Recorded.HourBest);

        _ = Replayed.Run(SharedData.Require(Recorded.Hour), "--book", SharedData.Require(Recorded.TenLevelRows), "--bbo", best);

        // The 90 rows that differ are one episode of a bid deleted outside of the recorded levels.
        string[] ours = File.ReadAllLines(best);
        string[] theirs = File.ReadAllLines(rows);
        Assert.Equal(theirs.Length, ours.Length);
        Assert.True(Enumerable.Range(1, ours.Length - 1).Count(row => ours[row] == BidFirst(theirs[row])) >= 91_906);
    }

    [Fact]
    public void Lobster_TenLevelPair_StepsToTheRecordedBest()
    {
        CommandResult result = CommandProcess.Run("replay", SharedData.Require(Recorded.TenLevelMessages), "--steps",
            SharedData.Require(Recorded.TenLevelRows), "--json");

        Replayed steps = Replayed.Parse(result);
        Assert.Equal((998, 998), (steps.Number("steps"), steps.Number("bestEqual")));
    }

    [Fact]
    public void Dbn_File_IsWithoutViolationAndNeverCrossed()
    {
        Replayed feed = Replayed.Run(SharedData.Require(Recorded.Dbn));

        Assert.Equal(13_796, feed.Number("messages.total"));
        Assert.Equal((0, 0, 0, 0), (feed.Number("overExecutions"), feed.Number("unknownOrders"), feed.Number("duplicateOrders"),
            feed.Number("crossedStates")));
    }

    [Fact]
    public void Itch_CutSlice_IsReadUpToTheCutMessage()
    {
        string slice = SharedData.Require(Recorded.ItchSlice);

        CommandResult refused = CommandProcess.Run("replay", slice, "--json");
        CommandResult allowed = CommandProcess.Run("replay", slice, "--json", "--allow-truncated");

        Assert.Equal((1, 0), (refused.ExitCode, allowed.ExitCode));
        Assert.Contains("at byte 1048574", refused.OneLineError(), StringComparison.Ordinal);
        Replayed feed = Replayed.Parse(allowed);
        Assert.Equal((35_581, 8_713, 1_048_574), (feed.Number("messages.total"), feed.Number("symbols"), feed.Number("truncated.offset")));
    }

    [Fact]
    public void MoldUdp64_TwoPackets_GiveTheirMessagesAndTheGap()
    {
        Replayed feed = Replayed.Run(SharedData.Require(Recorded.MoldCapture));

        Assert.Equal((39, 1), (feed.Number("messages.total"), feed.Number("gaps")));
    }

    [Theory]
    [InlineData(Recorded.Hour, "itch")]
    [InlineData(Recorded.Hour, "moldudp64")]
    [InlineData(Recorded.Dbn, "itch")]
    [InlineData(Recorded.Dbn, "moldudp64")]
    public void Record_AsItch_ReplaysToTheSameBooks(string file, string format)
    {
        using TemporaryFolder folder = new();
        string path = SharedData.Require(file);

        CommandResult recorded = CommandProcess.Run("record", path, folder.File("out"), "--format", format);

        Assert.True(recorded.ExitCode == 0, recorded.Error);
        Replayed before = Replayed.Run(path);
        Replayed after = Replayed.Run(folder.File("out"));
        Assert.Equal(before.Text("digest"), after.Text("digest"));
        Assert.Equal((before.Number("ordersInBook"), before.Number("unknownOrders"), 0),
            (after.Number("ordersInBook"), after.Number("unknownOrders"), after.Number("gaps")));
    }

    [Fact]
    public void Record_Itch_PassesThroughByteForByte()
    {
        using TemporaryFolder folder = new();
        string slice = SharedData.Require(Recorded.ItchSlice);

        CommandResult recorded = CommandProcess.Run("record", slice, folder.File("out"), "--allow-truncated");

        Assert.True(recorded.ExitCode == 0, recorded.Error);
        Assert.True(File.ReadAllBytes(slice).AsSpan(0, 1_048_574).SequenceEqual(File.ReadAllBytes(folder.File("out"))));
    }

    [Theory]
    [InlineData(false, false, 3_984)]
    [InlineData(true, false, 4_001)]
    [InlineData(false, true, 4_031)]
    public void Orders_OfTheHour_ExecuteTheSameOrders(bool isSeeded, bool isFollowing, int sameOrder)
    {
        List<string> options = ["--orders"];
        options.AddRange(isSeeded ? ["--book", SharedData.Require(Recorded.TenLevelRows)] : []);
        options.AddRange(isFollowing ? ["--follow"] : []);

        Replayed hour = Replayed.Run(SharedData.Require(Recorded.Hour), [.. options]);

        Assert.Equal((4_067, sameOrder), (hour.Number("executions.recorded"), hour.Number("executions.sameOrder")));
        Assert.Equal((4_031, 24, 12),
            (hour.Number("executions.inFeedsBook.head"), hour.Number("executions.inFeedsBook.notHead"),
            hour.Number("executions.inFeedsBook.olderThanFile")));
        string[] classes = ["sameOrder", "notHead", "otherQuantity", "notInCore", "olderThanFile"];
        Assert.Equal(4_067, classes.Sum(name => hour.Number($"executions.byClass.{name}")));
        if (isFollowing)
        {
            Assert.Equal((24, 12), (hour.Number("executions.byClass.notHead"), hour.Number("executions.byClass.olderThanFile")));
        }
    }

    // Our columns are bid price, bid size, ask price, ask size; LOBSTER's are the other way round.
    private static string BidFirst(string row)
    {
        string[] columns = row.Split(',');
        return $"{columns[2]},{columns[3]},{columns[0]},{columns[1]}";
    }
}
