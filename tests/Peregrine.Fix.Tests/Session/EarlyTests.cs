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

    [Fact]
    public void Gap_AskedForInParts_GetsTheNextWhenTheOneBeforeIsThere()
    {
        SessionBench bench = new SessionBench(options: InParts(3)).LogOn();
        void Again(int number) => bench.Order(number, $"C{number}", $"43=Y|122={bench.Now}|");

        bench.Order(12);
        Assert.Equal(["35=2|34=2|7=2|16=4"], bench.Take());
        Again(2);
        Again(3);
        bench.Order(13);
        Assert.Empty(bench.Take());
        Again(4);
        Assert.Equal(["35=2|34=3|7=5|16=7"], bench.Take());
        bench.Peer("4", 5, "123=Y|36=11|", $"43=Y|122={bench.Now}|");
        Assert.Equal(["35=2|34=4|7=11|16=13"], bench.Take());
        Array.ForEach([11, 12, 13], Again);
        bench.Order(14);

        Assert.Empty(bench.Take());
        Assert.Equal([2, 3, 4, 11, 12, 13, 14], bench.Received.Select(order => int.Parse(order.Split(' ')[1], null)));
        bench.Order(17);
        Assert.Equal(["35=2|34=5|7=15|16=17"], bench.Take());
    }

    [Fact]
    public void Gap_AskedForInParts_ThatDoesNotShrink_IsAskedForAgain()
    {
        SessionBench bench = new SessionBench(options: InParts(2)).LogOn();
        bench.Order(9);
        bench.Break();

        bench.LogOn(2);
        bench.Order(6);
        Assert.Equal(["35=2|34=4|7=3|16=4"], bench.Take());
        bench.NowNs += 11 * SessionBench.SecondNs;
        bench.Order(7);

        Assert.Equal(["35=2|34=5|7=3|16=4"], bench.Take());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SessionBench(options: InParts(-1)));
    }

    private static FixSessionOptions InParts(int numbers) => new() { CompId = "BROKER", PeerCompId = "CLIENT", ResendNumbersMax = numbers };

    private static SessionBench Bench(int bytes) => new SessionBench(
        options: new FixSessionOptions { CompId = "BROKER", PeerCompId = "CLIENT", EarlyBytesMax = bytes }).LogOn();
}
