namespace Peregrine.Primitives.Tests;

public class SummedLogTests
{
    private const long Second = 1_000_000_000;
    private readonly List<string> _lines = [];

    [Fact]
    public void Lines_WithinASecond_AreSummedInTheNextOne()
    {
        SummedLog log = new(_lines.Add);

        log.Add(0, "a");
        log.Add(1, "b");
        log.Add(Second - 1, "c");
        log.Add(Second, "d");
        log.Add((2 * Second) + 1, "e");

        Assert.Equal(["a", "d (and 2 more like it)", "e"], _lines);
    }

    [Fact]
    public void Lines_ThatWereLeftOut_AreToldByTheTick()
    {
        SummedLog log = new(_lines.Add);
        log.Add(0, "a");
        log.Add(1, "b");
        log.Add(2, "c");

        log.OnTick(Second - 1);
        Assert.Equal(["a"], _lines);
        log.OnTick(Second);
        log.OnTick(3 * Second);

        Assert.Equal(["a", "c (and 1 more like it)"], _lines);
    }
}
