using System.Net;
using Peregrine.Api;
using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Console;

public class TokenGuessesTests
{
    private const long Second = 1_000_000_000;
    private static readonly IPAddress Guesser = IPAddress.Parse("192.0.2.1");
    private readonly ListLogger _log = new();

    [Fact]
    public void Address_AfterTenWrongTokens_WaitsAMinute()
    {
        TokenGuesses guesses = new(_log);
        for (int guess = 1; guess <= TokenGuesses.GuessesMax; guess++)
        {
            Assert.Equal(0, guesses.SecondsToWait(Guesser, guess));
            guesses.OnWrong(Guesser, guess);
        }

        Assert.Equal(60, guesses.SecondsToWait(Guesser, 10));
        Assert.Equal(1, guesses.SecondsToWait(Guesser, (60 * Second) + 9));
        Assert.Equal(0, guesses.SecondsToWait(Guesser, (60 * Second) + 10));
        Assert.Equal(0, guesses.SecondsToWait(IPAddress.Loopback, 10));

        // It begins anew then: not at the tenth again.
        guesses.OnWrong(Guesser, (60 * Second) + 10);
        Assert.Equal(0, guesses.SecondsToWait(Guesser, (60 * Second) + 10));
        Assert.Contains("192.0.2.1", _log.Lines[0], StringComparison.Ordinal);
        Assert.Equal(2, _log.Lines.Length);
        Assert.Contains("(and 9 more like it)", _log.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void RightToken_BetweenWrongOnes_ForgetsThem()
    {
        TokenGuesses guesses = new(_log);
        for (int guess = 1; guess < TokenGuesses.GuessesMax; guess++)
        {
            guesses.OnWrong(Guesser, guess);
        }

        guesses.OnRight(Guesser);
        guesses.OnWrong(Guesser, 10);

        Assert.Equal(0, guesses.SecondsToWait(Guesser, 10));
    }

    [Fact]
    public void Addresses_MoreThanAreKept_PushOutTheOldestOnly()
    {
        TokenGuesses guesses = new(_log);
        IPAddress[] addresses = [.. Enumerable.Range(0, 1_025).Select(number => new IPAddress([10, 0, (byte)(number >> 8), (byte)number]))];
        for (int index = 0; index < addresses.Length; index++)
        {
            for (int guess = 0; guess < TokenGuesses.GuessesMax; guess++)
            {
                guesses.OnWrong(addresses[index], index);
            }
        }

        Assert.Equal(0, guesses.SecondsToWait(addresses[0], 1_100));
        Assert.True(guesses.SecondsToWait(addresses[1], 1_100) > 0);
        Assert.True(guesses.SecondsToWait(addresses[^1], 1_100) > 0);
    }

    [Theory]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)] // one network of a host
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public void Addresses_OfOneHost_CountTogether(string first, string second, bool isSame)
    {
        TokenGuesses guesses = new(_log);
        for (int guess = 0; guess < TokenGuesses.GuessesMax; guess++)
        {
            guesses.OnWrong(IPAddress.Parse(first), 1);
        }

        Assert.Equal(isSame, guesses.SecondsToWait(IPAddress.Parse(second), 2) > 0);
    }
}
