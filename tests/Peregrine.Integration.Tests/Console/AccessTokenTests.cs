using Peregrine.Api;
using Peregrine.Cli;

namespace Peregrine.Integration.Tests.Console;

/// <summary>Only the whole token is the token, and only a file that nobody else could have written or read holds one.</summary>
public sealed class AccessTokenTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string TokenFile => _folder.File(AccessToken.FileName);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void IsIn_NearestWrongValues_AreAllRefused()
    {
        // Not a fresh one: what is near a random token differs from it only most of the time.
        const string text = "0f59f3fdfd1310cdb7d7b91b2d2a46a937a7af2ab8961cb0";
        File.WriteAllText(TokenFile, text + "\n");
        File.SetUnixFileMode(TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        AccessToken token = AccessToken.Open(_folder.Path);
        string upper = $"Bearer {text.ToUpperInvariant()}";

        Assert.True(token.IsIn($"Bearer {text}"));
        Assert.True(token.IsIn($"bearer {text}"), "the scheme is read without regard to case");
        string?[] wrong =
        [
            null, "", "Bearer", "Bearer ", "Bearer  ", $"Bearer {text[..^1]}", $"Bearer {text[1..]}", $"Bearer {text[..1]}", $"Bearer {text}0",
                $"Bearer 0{text}", $"Bearer {text}{text}",
            $"Bearer {text[..^1]}1", $"Bearer 1{text[1..]}", upper, text, $"Basic {text}", $"Bearer{text}",
                $"Bearer {text} {text}", $"Bearer {text}\0",
        ];
        Assert.All(wrong, value => Assert.False(token.IsIn(value), $"'{value}' is not the token {text}"));
    }

    [Theory]
    [InlineData(0b100_000_000, true)] // r--------
    [InlineData(0b110_000_000, true)]
    [InlineData(0b110_100_000, false)]
    [InlineData(0b110_010_000, false)]
    [InlineData(0b110_000_100, false)]
    [InlineData(0b110_000_010, false)]
    public void Open_AFileOfAMode_IsTakenOnlyWhereNobodyElseMayReadOrWrite(int mode, bool isTaken)
    {
        File.WriteAllText(TokenFile, new string('a', 48));
        File.SetUnixFileMode(TokenFile, (UnixFileMode)mode);

        if (isTaken)
        {
            Assert.False(AccessToken.Open(_folder.Path).IsNew);
        }
        else
        {
            Assert.Contains($"chmod 600 {TokenFile}", Assert.Throws<CommandException>(() => AccessToken.Open(_folder.Path)).Message,
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("folder")]
    [InlineData("owner")]
    public void Open_WhatIsNoFileOfOurs_IsRefusedByName(string kind)
    {
        if (kind == "folder")
        {
            _ = Directory.CreateDirectory(TokenFile);
        }
        else if (kind == "fifo")
        {
            Special.MakeFifo(TokenFile);
        }
        else
        {
            File.WriteAllText(TokenFile, new string('a', 48));
            File.SetUnixFileMode(TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Special.GiveAway(TokenFile);
        }

        string message = Assert.Throws<CommandException>(() => AccessToken.Open(_folder.Path)).Message;

        Assert.Contains(TokenFile, message, StringComparison.Ordinal);
        Assert.Contains(kind switch { "folder" => "a folder", "fifo" => "a FIFO", _ => "belongs to user 65534" }, message, StringComparison.Ordinal);
    }
}

/// <summary>Files that only the system's tools make.</summary>
internal static class Special
{
    public static void MakeFifo(string path) => Assert.Equal(0, Run("mkfifo", path));

    /// <summary>To the user nobody; skips the test where that is not allowed.</summary>
    public static void GiveAway(string path) => Assert.SkipUnless(Run("chown", "65534", path) == 0, "files cannot be given to another user here");

    private static int Run(string program, params string[] arguments)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
