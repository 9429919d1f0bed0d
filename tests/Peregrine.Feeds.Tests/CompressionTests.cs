using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds.Tests;

/// <summary>Feeds that are compressed, by the tools that people use: whole, in pieces one behind the other, damaged, and cut at every byte.</summary>
public sealed class CompressionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feeds-compressed-");
    private readonly string _lines = string.Concat(Enumerable.Range(1, 400)
        .Select(number => $"34200.{number:000000},1,{number},18,{5853300 + number},1\n"));

    public static TheoryData<string> Tools => ["gzip", "bzip2", "xz", "zstd", "zip"];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Tools))]
    public void Feed_Compressed_IsReadWhole(string tool) => Assert.Equal((400, null), Read(Compress(tool, _lines)));

    [Theory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    [InlineData("zstd")]
    public void Feed_InTwoPiecesOneBehindTheOther_IsReadWhole(string tool)
    {
        byte[] two = [.. Compress(tool, _lines[..(_lines.Length / 2)]), .. Compress(tool, _lines[(_lines.Length / 2)..])];

        Assert.Equal((400, null), Read(two));
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void Feed_CutAnywhere_IsTold(string tool)
    {
        byte[] whole = Compress(tool, _lines);
        for (int length = 7; length < whole.Length; length += length < whole.Length - 20 ? 61 : 1)
        {
            (int _, string? fault) = Read(whole[..length]);
            Assert.True(fault is not null, $"{tool}: {length} of {whole.Length} bytes");
            Assert.Contains("feed.any", fault, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void Feed_WithABitTurned_IsNotReadAsAnother(string tool)
    {
        byte[] whole = Compress(tool, _lines);
        Random random = new(1);
        for (int round = 0; round < 60; round++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            string? text = TryReadText(damaged);
            Assert.True(text is null || text == _lines || !text.StartsWith("34200", StringComparison.Ordinal), $"{tool}, round {round}");
        }
    }

    [Fact]
    public void Gzip_WithANameAndACommentAndMore_IsRead()
    {
        byte[] plain = Compress("gzip", _lines);
        byte[] head = [0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3, .. "name\0"u8, .. "comment\0"u8, 0, 0];
        byte[] full = [.. head, .. plain[(Array.IndexOf(plain, (byte)0, 10) + 1)..]];

        Assert.Equal((400, null), Read(full));
    }

    [Fact]
    public void Gzip_WithSomethingElseBehindIt_IsTold()
    {
        Assert.Contains("is no other one", Read([.. Compress("gzip", _lines), .. "something else"u8]).Fault, StringComparison.Ordinal);
        Assert.Equal((400, null), Read([.. Compress("gzip", _lines), .. new byte[512]]));
    }

    [Fact]
    public void Zstd_BehindAFrameToBeSkipped_IsRead() =>
        Assert.Equal((400, null), Read([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3, .. Compress("zstd", _lines)]));

    [Fact]
    public void Zip_WithTwoFiles_IsRefusedByName()
    {
        using MemoryStream memory = new();
        using (ZipArchive archive = new(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string name in (string[])["one.csv", "two.csv"])
            {
                using Stream file = archive.CreateEntry(name).Open();
                file.Write(Encoding.ASCII.GetBytes(_lines));
            }
        }

        Assert.Contains("more than one file", Read(memory.ToArray()).Fault, StringComparison.Ordinal);
    }

    private byte[] Compress(string tool, string text)
    {
        byte[] plain = Encoding.ASCII.GetBytes(text);
        if (tool == "zip")
        {
            using MemoryStream memory = new();
            using (ZipArchive archive = new(memory, ZipArchiveMode.Create, leaveOpen: true))
            {
                using Stream file = archive.CreateEntry("feed.csv").Open();
                file.Write(plain);
            }

            return memory.ToArray();
        }

        string path = Path.Combine(_folder.FullName, "plain");
        File.WriteAllBytes(path, plain);
        ProcessStartInfo start = new(tool) { RedirectStandardOutput = true, ArgumentList = { "-c", path } };
        using Process process = Process.Start(start)!;
        using MemoryStream compressed = new();
        process.StandardOutput.BaseStream.CopyTo(compressed);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return compressed.ToArray();
    }

    private (int Messages, string? Fault) Read(byte[] file)
    {
        string path = Path.Combine(_folder.FullName, "feed.any");
        File.WriteAllBytes(path, file);
        int messages = 0;
        try
        {
            using FeedReader feed = FeedFile.Open(path);
            FeedStatus status;
            while ((status = feed.TryRead(out _)) == FeedStatus.Ok)
            {
                messages++;
            }

            return (messages, status == FeedStatus.End ? null : feed.Explain(status));
        }
        catch (FeedException fault)
        {
            return (messages, fault.Message);
        }
    }

    private string? TryReadText(byte[] file)
    {
        string path = Path.Combine(_folder.FullName, "feed.any");
        File.WriteAllBytes(path, file);
        try
        {
            return Encoding.Latin1.GetString(FeedFile.ReadAll(path));
        }
        catch (FeedException)
        {
            return null;
        }
    }
}
