using System.Net.Sockets;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>The loop's thread allocates nothing once it is warm.</summary>
public class AllocationTests
{
    private const int WarmRounds = 10_000;
    private const int Windows = 5;

    [Fact]
    public void Echo_AfterWarmUp_AllocatesNothing()
    {
        int rounds = ProofSize.Of(5_000, 50_000);
        CountingEcho handler = new(WarmRounds, rounds);
        using TestLoop loop = new(() => handler);
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

        public void OnOpened(Connection connection)
        {
        }

        public int OnData(Connection connection, ReadOnlySpan<byte> data)
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

            return connection.TryWrite(data) ? data.Length : 0;
        }

        public void OnWritable(Connection connection)
        {
        }

        public void OnClosed(Connection connection, CloseReason reason)
        {
        }
    }
}
