using System.Net.Sockets;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>The loop's thread allocates nothing once it is warm.</summary>
public abstract class AllocationTests(NetBackend backend) : BackendSuite(backend)
{
    private const int WarmRounds = 10_000;
    private const int Windows = 5;

    [Fact]
    public void Echo_AfterWarmUp_AllocatesNothing()
    {
        int rounds = ProofSize.Of(5_000, 50_000);
        CountingEcho handler = new(WarmRounds, rounds);
        using TestLoop loop = Start(() => handler);
        using Socket client = loop.Connect();
        byte[] message = new byte[300];

        for (int round = 0; round < WarmRounds + (Windows * rounds); round++)
        {
            _ = client.Send(message);
            TestLoop.ReadExactly(client, message);
        }

        // What allocates for a message does so in every window; the runtime, for itself, once.
        loop.Stop();
        Assert.Equal(Windows, handler.AllocatedBytes.Count);
        Assert.Contains(0, handler.AllocatedBytes);
    }

    // Looks at the loop's thread from inside of it, at one of many of its calls.
    private sealed class CountingEcho(int warmRounds, int windowRounds) : IConnectionHandler
    {
        private int _calls;
        private long _before;

        public List<long> AllocatedBytes { get; } = new(Windows + 1);

        public void OnData(Connection connection, ref InputReader input)
        {
            _calls++;
            if (_calls >= warmRounds && (_calls - warmRounds) % windowRounds == 0)
            {
                long now = GC.GetAllocatedBytesForCurrentThread();
                if (_calls > warmRounds)
                {
                    AllocatedBytes.Add(now - _before);
                }

                _before = now;
            }

            if (connection.TryWrite(input.Peek()))
            {
                _ = input.Consume(input.Length);
            }
        }
    }
}

public class AllocationTestsOnEpoll() : AllocationTests(NetBackend.Epoll);

public class AllocationTestsOnEpollEdge() : AllocationTests(NetBackend.EpollEdge);

public class AllocationTestsOnIoUring() : AllocationTests(NetBackend.IoUring);
