namespace Peregrine.Tools.Tests.Match;

/// <summary>Expectations that are nearly met are not met.</summary>
public sealed class ExpectationTests
{
    private const string Auction = "phase opening\nnew A buy 10 @ 5\nnew B sell 7 @ 5\n";
    private const string Resting = "new A buy 10 @ 5\n";
    private const string Traded = "new A buy 10 @ 5\nnew B sell 4 @ 5\n";

    [Theory]
    [InlineData(Auction + "expect indicative 7 @ 5 surplus 3", 0)]
    [InlineData(Auction + "expect indicative 7 @ 5", 0)]
    [InlineData(Auction + "expect indicative 7 @ 5 surplus 2", 1)]
    [InlineData(Auction + "expect indicative 7 @ 5 surplus 4", 1)]
    [InlineData(Auction + "expect indicative 8 @ 5", 1)]
    [InlineData(Auction + "expect indicative 7 @ 6", 1)]
    [InlineData(Resting + "expect order A", 0)]
    [InlineData(Resting + "expect order A gone", 1)]
    [InlineData(Resting + "cancel A\nexpect order A gone", 0)]
    [InlineData(Resting + "cancel A\nexpect order A", 1)]
    [InlineData(Resting + "expect order A leaves 10 shown 10 @ 5 in queue", 0)]
    [InlineData(Resting + "expect order A leaves 9", 1)]
    [InlineData(Resting + "expect order A shown 11", 1)]
    [InlineData(Resting + "expect order A @ 6", 1)]
    [InlineData(Resting + "expect order A in stop", 1)]
    [InlineData(Traded + "expect trade 4 @ 5 buy A sell B buy-leaves 6 sell-leaves 0", 0)]
    [InlineData(Traded + "expect trade 4 @ 5 buy-leaves 6 sell-leaves 1", 1)]
    [InlineData(Traded + "expect trade 4 @ 5 buy-leaves 5 sell-leaves 0", 1)]
    [InlineData(Traded + "expect trade 4 @ 5 buy-leaves 0", 1)]
    public void Expectation_IsMetOnlyByWhatItSays(string script, int failures)
    {
        (string output, int failed) = Played.Run(script);

        Assert.True(failures == failed, output);
    }
}
