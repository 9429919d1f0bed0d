using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>Litmus: what another thread leaves before it wakes the loop is seen, however the two race.</summary>
public abstract class WakeTests(NetBackend backend) : BackendSuite(backend)
{
    [Fact]
    public void Wake_FromFourThreads_IsNeverLost()
    {
        const int wakers = 4;
        int rounds = ProofSize.Of(20_000, 500_000);
        long[] left = new long[wakers * 16];
        using EventLoop loop = NewLoop(new EventLoopOptions());
        Thread[] threads = [.. Enumerable.Range(0, wakers).Select(waker => new Thread(() =>
        {
            ref long mine = ref left[waker * 16];
            for (int round = 1; round <= rounds; round++)
            {
                Volatile.Write(ref mine, round);
                loop.Wake();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());

        // A lost wake leaves the loop asleep with something to do: then the bounded wait ends without an event.
        bool isLost = false;
        while (!isLost && Sum(left) < (long)wakers * rounds)
        {
            isLost = loop.Poll(TestLoop.TimeoutMs) == 0;
        }

        Array.ForEach(threads, thread => thread.Join());
        Assert.False(isLost, "the loop slept while a waker had left something");
    }

    [Fact]
    public void Posts_OfABurst_WakeTheLoopOnce()
    {
        const int posts = 1_000;
        using EventLoop loop = NewLoop(new EventLoopOptions());
        CountingTask task = new();
        _ = loop.Poll(0);
        long calls = loop.Counters.SystemCalls;

        for (int count = 0; count < posts; count++)
        {
            Assert.True(loop.TryPost(task, count));
        }

        _ = loop.Poll(-1);
        Assert.Equal((posts, posts, 1), (task.Runs, loop.Counters.Posts, loop.Counters.Wakes));
        Assert.True(loop.Counters.SystemCalls - calls <= 3, $"{loop.Counters.SystemCalls - calls} system calls");
    }

    private sealed class CountingTask : ILoopTask
    {
        public int Runs { get; private set; }

        public void Run(EventLoop loop, long argument) => Runs++;
    }

    private static long Sum(long[] left)
    {
        long sum = 0;
        for (int waker = 0; waker < left.Length; waker += 16)
        {
            sum += Volatile.Read(ref left[waker]);
        }

        return sum;
    }
}

public class WakeTestsOnEpoll() : WakeTests(NetBackend.Epoll);

public class WakeTestsOnEpollEdge() : WakeTests(NetBackend.EpollEdge);

public class WakeTestsOnIoUring() : WakeTests(NetBackend.IoUring);
