using Peregrine.Cli;
using Peregrine.Primitives;

namespace Peregrine.Integration.Tests.Cli;

/// <summary>Amounts with units and names that are nearly right, as they are typed.</summary>
public sealed class AmountTests
{
    [Theory]
    [InlineData("5", 5)]
    [InlineData("1KiB", 1_024)]
    [InlineData("3 MiB", 3_145_728)]
    [InlineData("2GiB", 2_147_483_648)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("8589934591GiB", 9_223_372_035_781_033_984)]
    [InlineData(null, 0)]
    public void Bytes_WithAUnit_AreThatManyTimesIt(string? text, long bytes) => Assert.Equal(bytes, Amounts.ParseBytes("--size", text));

    [Theory]
    [InlineData("1s", 1_000_000_000)]
    [InlineData("2m", 120_000_000_000)]
    [InlineData("3h", 10_800_000_000_000)]
    [InlineData("106751d", 9_223_286_400_000_000_000)]
    public void Time_WithAUnit_IsThatManyTimesIt(string text, long ns) => Assert.Equal(ns, Amounts.ParseNs("--age", text));

    [Theory]
    [InlineData("8589934592GiB")]
    [InlineData("9223372036854775808")]
    [InlineData("-1")]
    [InlineData("1.5MiB")]
    [InlineData("1MB")]
    [InlineData("")]
    public void Bytes_ThatAreNone_AreRefusedWithTheOption(string text)
    {
        CommandException fault = Assert.Throws<CommandException>(() => Amounts.ParseBytes("--size", text));

        Assert.StartsWith($"--size: '{text}', expected a number of bytes", fault.Message);
    }

    [Theory]
    [InlineData("106752d")]
    [InlineData("1")]
    [InlineData("1 week")]
    public void Time_ThatIsNone_IsRefused(string text) => Assert.Throws<CommandException>(() => Amounts.ParseNs("--age", text));

    [Theory]
    [InlineData("TICKSIZE", "tickSize")]
    [InlineData("tikSize", "tickSize")]
    [InlineData("lot", "lots")]
    [InlineData("prices", null)]
    [InlineData("simulator", null)]
    [InlineData("", null)]
    public void NearName_OfAToken_IsOneAFewLettersAway(string token, string? expected) =>
        Assert.Equal(expected, NearName.Find(token, ["tickSize", "lots"]));

    [Fact]
    public void NearName_OfALongToken_IsNone() => Assert.Null(NearName.Find(new string('a', 65), [new string('a', 65)]));
}
