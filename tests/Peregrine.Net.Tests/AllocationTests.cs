using System.Net.Sockets;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>The loop's thread allocates nothing once it is warm.</summary>
public class AllocationTests
{
    // The just-in-time compiler is done after some 10,000 rounds, and allocates once for its own purposes.
    private const int WarmRounds = 20_000;

    [Fact]
    public void Echo_AfterWarmUp_AllocatesNothing()
    {
        int rounds = ProofSize.Of(20_000, 200_000);
        CountingEcho handler = new(WarmRounds, WarmRounds + rounds);
        using TestLoop loop = new(() => handler);
        using Socket client = loop.Connect();
        byte[] message = new byte[300];

        for (int round = 0; round <= WarmRounds + rounds; round++)
        {
            _ = client.Send(message);
            TestLoop.ReadExactly(client, message);
        }

        loop.Stop();
        Assert.Equal(0, handler.AllocatedBytes);
    }

    // Looks at the loop's thread from inside of it, at two of its calls.
    private sealed class CountingEcho(int from, int to) : IConnectionHandler
    {
        private int _calls;
        private long _before;

        public long AllocatedBytes { get; private set; } = -1;

        public void OnOpened(Connection connection)
        {
        }

        public int OnData(Connection connection, ReadOnlySpan<byte> data)
        {
            _calls++;
            if (_calls == from)
            {
                _before = GC.GetAllocatedBytesForCurrentThread();
            }
            else if (_calls == to)
            {
                AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - _before;
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
