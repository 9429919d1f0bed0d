using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

/// <summary>Messages behind a gap, where a session keeps them.</summary>
public class EarlyTests
{
    [Fact]
    public void Messages_BehindAGap_AreTakenInOrderWhenItIsFilled()
    {
        SessionBench bench = Bench(1 << 20);
        bench.Order(4, "C");
        bench.Order(3, "B");
        bench.Order(4, "C again");

        bench.Order(2, "A");
        bench.Order(3, "B", $"43=Y|122={bench.Now}|");
        bench.Order(5, "D");

        Assert.Equal(["D 2 A", "D 3 B", "D 4 C", "D 5 D"], bench.Received);
        Assert.Equal(["35=2|34=2|7=2|16=0"], bench.Take());
    }

    [Fact]
    public void Messages_BeyondTheBound_AreSentAgain()
    {
        SessionBench bench = Bench(300);
        bench.Order(3, "B");
        bench.Order(4, "C");
        bench.Order(5, "D");

        bench.Order(2, "A");
        bench.Order(4, "C", $"43=Y|122={bench.Now}|");
        bench.Order(6, "E");
        bench.Order(5, "D", $"43=Y|122={bench.Now}|");

        Assert.Equal(["D 2 A", "D 3 B", "D 4 C", "D 5 D", "D 6 E"], bench.Received);
    }

    [Fact]
    public void Messages_OfABrokenConnection_AreForgotten()
    {
        SessionBench bench = Bench(1 << 20);
        bench.Order(3, "B");
        bench.Break();

        bench.LogOn(2);

        Assert.Empty(bench.Received);
        Assert.Equal(3, bench.Session.NextIncoming);
    }

    private static SessionBench Bench(int bytes) => new SessionBench(
        options: new FixSessionOptions { CompId = "BROKER", PeerCompId = "CLIENT", EarlyBytesMax = bytes }).LogOn();
}
