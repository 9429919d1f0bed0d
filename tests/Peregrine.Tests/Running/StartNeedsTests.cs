using Peregrine.Linux;
using Peregrine.Running;

namespace Peregrine.Tests.Running;

/// <summary>What a start needs is held against what there is: to the last one, with every part named.</summary>
public sealed class StartNeedsTests : IDisposable
{
    private const long Mega = 1 << 20;
    private readonly TemporaryFolder _folder = new();
    private readonly StartNeeds _needs = new([new("sessions", 100), new("subscribers", 50)], [new("orders", 30 * Mega), new("none", 0)],
        [new("stores", 20 * Mega)]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Needs_ThatJustFit_AreNoFault() => Assert.Empty(_needs.FindFaults(150, 150, 30 * Mega, "the machine", 20 * Mega, "data"));

    [Fact]
    public void Needs_OneTooMuchOfEach_AreAllToldAtOnceWithTheirParts()
    {
        List<string> faults = _needs.FindFaults(149, 1_000, (30 * Mega) - 1, "the machine", (20 * Mega) - 1, "data");

        Assert.Equal(3, faults.Count);
        Assert.Contains("can need 150 (sessions 100, subscribers 50), and this process may open 149 (hard limit 1000): start it with 'ulimit -n 150'",
            faults[0], StringComparison.Ordinal);
        Assert.Contains("LimitNOFILE=150", faults[0], StringComparison.Ordinal);
        Assert.Contains("takes 30 MiB (orders 30 MiB), and there are 30 MiB, by the machine", faults[1], StringComparison.Ordinal);
        Assert.Contains("new files take 20 MiB (stores 20 MiB), and the disk of data has 20 MiB", faults[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8:cpu,memory:/a/b\n0::/\n",
        "memory/a/memory.limit_in_bytes=5000;memory/a/memory.usage_in_bytes=3000;memory/a/memory.stat=cache 9\ntotal_inactive_file 100", 2_100)]
    [InlineData("0::/a/b\n", "a/b/memory.max=max;a/b/memory.current=1;a/memory.max=5000;a/memory.current=4000", 1_000)]
    [InlineData("0::/a/b\n", "memory.max=500;memory.current=400", 100)] // in a container the own group is the root
    [InlineData("0::/a\n", "a/memory.max=500;a/memory.current=700", 0)]
    [InlineData("0::/a\n", "a/memory.max=900000000;a/memory.current=1", 4_096_000)] // the machine has less
    [InlineData("7:cpu:/a\n", "cpu/a/memory.limit_in_bytes=1;cpu/a/memory.usage_in_bytes=0", 4_096_000)]
    public void Memory_OfTheTightestGroupOrTheMachine_IsWhatIsLeft(string groups, string files, long expected)
    {
        string memInfo = _folder.Write("MemTotal:  9000 kB\nMemAvailable:  4000 kB\n", "meminfo");
        string self = _folder.Write(groups, "cgroup");
        foreach (string[] file in files.Split(';').Select(file => file.Split('=', 2)))
        {
            string path = _folder.File($"groups/{file[0]}");
            _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file[1]);
        }

        Assert.Equal(expected, MemoryRoom.Find(memInfo, self, _folder.File("groups")).Bytes);
    }
}
