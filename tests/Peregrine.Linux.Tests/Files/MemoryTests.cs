using Peregrine.Linux.Files;
using Peregrine.Primitives;

namespace Peregrine.Linux.Tests.Files;

/// <summary>Mapped files and ranges of memory: what is written is there, and nothing outside is touched.</summary>
public sealed class MemoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("peregrine-memory-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Mapping_WrittenTo_IsTheFile()
    {
        string path = Path.Combine(_folder, "a");
        using LinuxFile file = LinuxFile.Create(path);
        _ = file.SetLength(8_192);
        byte[] back = new byte[4];

        using (MappedMemory memory = file.Map(8_192))
        {
            "abcd"u8.CopyTo(memory.Slice(8_188, 4));
            Assert.Equal(Errno.None, memory.Sync());
            _ = file.Write("wxyz"u8, 0);
            Assert.Equal("wxyz"u8, memory.Slice(0, 4));
        }

        Assert.Equal(4, file.Read(back, 8_188).Value);
        Assert.Equal("abcd"u8, back);
    }

    [Theory]
    [InlineData(0, 8_193)]
    [InlineData(8_192, 1)]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MaxValue - 10, int.MaxValue)]
    public void Slice_BeyondTheMapping_IsRefused(long offset, int bytes)
    {
        using LinuxFile file = LinuxFile.Create(Path.Combine(_folder, "a"));
        _ = file.SetLength(8_192);
        using MappedMemory memory = file.Map(8_192);

        Assert.Throws<BrokenInvariantException>(() => memory.Slice(offset, bytes).Length);
        Assert.Equal(0, memory.Slice(8_192, 0).Length);
    }

    [Fact]
    public void Slice_OfAMappingThatIsGone_IsRefused()
    {
        using LinuxFile file = LinuxFile.Create(Path.Combine(_folder, "a"));
        _ = file.SetLength(4_096);
        MappedMemory memory = file.Map(4_096);

        memory.Dispose();
        memory.Dispose();

        Assert.Throws<BrokenInvariantException>(() => memory.Slice(0, 0).Length);
    }

    [Fact]
    public void Map_OfNoBytes_SaysOfWhichFile()
    {
        using LinuxFile file = LinuxFile.Create(Path.Combine(_folder, "a"));

        LinuxException fault = Assert.Throws<LinuxException>(() => file.Map(0));

        Assert.Equal(Errno.EINVAL, fault.Errno);
        Assert.Contains($"cannot map 0 bytes of {file.Path}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public unsafe void Range_IsZeroedAndReachesToItsEnd()
    {
        using AnonymousMemory memory = new(1 << 20, touchedBytes: 8_192);

        memory.Touch((1 << 20) - 4_096, 4_096);
        memory.Touch(1 << 20, 0);

        // SAFETY: the whole range is ours until it is disposed.
        Span<byte> bytes = new(memory.Start, 1 << 20);
        Assert.Equal(-1, bytes.IndexOfAnyExcept((byte)0));
        bytes[^1] = 7;
        Assert.Equal(7, bytes[^1]);
    }

    [Theory]
    [InlineData(0, 4_097)]
    [InlineData(4_096, 1)]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(1, long.MaxValue)]
    [InlineData(long.MaxValue, 1)]
    public void Touch_BeyondTheRange_IsRefused(long offset, long bytes)
    {
        using AnonymousMemory memory = new(4_096, touchedBytes: 0);

        Assert.Throws<BrokenInvariantException>(() => memory.Touch(offset, bytes));
    }

    [Fact]
    public void Range_LargerThanThereAreAddresses_IsRefusedWithItsSize()
    {
        LinuxException fault = Assert.Throws<LinuxException>(() => new AnonymousMemory(1L << 60, touchedBytes: 0));

        Assert.Equal(Errno.ENOMEM, fault.Errno);
        Assert.Contains((1L << 60).ToString("N0", System.Globalization.CultureInfo.InvariantCulture), fault.Message, StringComparison.Ordinal);
    }
}
