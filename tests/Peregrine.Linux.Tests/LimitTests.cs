namespace Peregrine.Linux.Tests;

/// <summary>Limits of this process, cores of a thread, and words for what the system said.</summary>
public class LimitTests
{
    [Fact]
    public void Descriptors_ThatFit_NeedNoAdviceAndOneMoreDoes()
    {
        long limit = DescriptorLimit.Current;

        Assert.InRange(limit, 1, DescriptorLimit.Hard);
        Assert.Null(DescriptorLimit.Advice(limit));
        Assert.Contains($"'ulimit -n {limit + 1}'", DescriptorLimit.Advice(limit + 1), StringComparison.Ordinal);
        Assert.Equal(DescriptorLimit.Hard, DescriptorLimit.Raise());
    }

    // In a thread of its own, which ends with it.
    [Fact]
    public void Core_ThatIsNotThere_IsRefusedAndTheThreadRunsWhereItCould()
    {
        Errno pinned = Errno.None;
        Errno unpinned = Errno.EIO;
        Thread thread = new(() => (pinned, unpinned) = (CpuAffinity.TryPinCurrentThread(1_023), CpuAffinity.TryUnpinCurrentThread()));

        thread.Start();
        thread.Join();

        Assert.Equal((Errno.EINVAL, Errno.None), (pinned, unpinned));
    }

    [Fact]
    public void Share_OfAThread_IsLowered()
    {
        Errno lowered = Errno.EIO;
        Thread thread = new(() => lowered = CpuShare.TryLowerCurrentThread());

        thread.Start();
        thread.Join();

        Assert.Equal(Errno.None, lowered);
    }

    [Theory]
    [InlineData(Errno.ENOSPC, "ENOSPC: No space left on device")]
    [InlineData(Errno.EADDRINUSE, "EADDRINUSE: Address already in use")]
    [InlineData((Errno)9_999, "9999: Unknown error 9999")]
    public void Errno_InWords_IsItsNameAndTheSystems(Errno errno, string expected)
    {
        Assert.Equal(expected, errno.Describe());
        Assert.Equal($"what: {expected}", new LinuxException("what", errno).Message);
    }
}
