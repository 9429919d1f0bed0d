using System.Net.Sockets;

namespace Peregrine.Net.Tests;

/// <summary>Bytes that many connections share: each is sent all of them, in order, at its own pace, without a copy.</summary>
public abstract class SharedSendTests(NetBackend backend) : BackendSuite(backend)
{
    private const int SharedBytes = 8 << 20;

    [Theory]
    [InlineData(0)]
    [InlineData(3_000)]
    public void SharedBytes_ToAPeerThatReadsSlowly_ArriveWholeAndInOrder(int copiedBytesBefore)
    {
        byte[] shared = Pattern();
        int sent = 0;
        bool hadRest = false;
        void Pump(Connection connection)
        {
            sent += connection.SendShared(shared.AsSpan(sent));
            hadRest |= sent < shared.Length;
            if (sent == shared.Length && connection.PendingOutputBytes == 0)
            {
                connection.EndOutput();
            }
        }

        TestHandler handler = new()
        {
            Opened = connection =>
            {
                // What was written before goes before.
                connection.LimitKernelOutput(8_192);
                Assert.True(connection.TryWrite(new byte[copiedBytesBefore]));
                Pump(connection);
            },
            Writable = Pump,
        };
        using TestLoop loop = Start(() => handler);
        using Socket client = loop.Connect(receiveBufferBytes: 4_096);

        byte[] received = TestLoop.ReadAll(client);

        loop.Stop();
        Assert.Equal(copiedBytesBefore + SharedBytes, received.Length);
        Assert.True(received.AsSpan(copiedBytesBefore).SequenceEqual(shared), "the bytes are those that were shared");
        Assert.True(hadRest, "the kernel did not take all at once");
        Assert.Equal(0, loop.Loop.LentBuffers);
    }

    [Fact]
    public void SharedBytes_WhileThePeerDoesNotRead_AreOfferedAgainOnlyWhenTheKernelTakesMore()
    {
        byte[] shared = Pattern();
        int calls = 0;
        int sent = 0;
        void Pump(Connection connection)
        {
            calls++;
            sent += connection.SendShared(shared.AsSpan(sent));
        }

        using ManualResetEventSlim opened = new();
        TestHandler handler = new()
        {
            Opened = connection =>
            {
                connection.LimitKernelOutput(8_192);
                Pump(connection);
                opened.Set();
            },
            Writable = Pump,
        };
        using TestLoop loop = Start(() => handler);
        using Socket client = loop.Connect(receiveBufferBytes: 4_096);
        opened.Wait(TestLoop.TimeoutMs);
        for (int wake = 0; wake < 200; wake++)
        {
            loop.Loop.Wake();
            Thread.Yield();
        }

        loop.Stop();

        Assert.True(sent < shared.Length, "the kernel's share is bounded");
        Assert.True(calls < 50, $"{calls} offers to a kernel that takes nothing");
        Assert.Equal(0, loop.Loop.LentBuffers);
    }

    [Fact]
    public void SharedBytes_ToAPeerThatIsGone_CloseTheConnection()
    {
        byte[] shared = Pattern();
        using ManualResetEventSlim closed = new();
        int sent = 0;
        void Pump(Connection connection)
        {
            sent += connection.SendShared(shared.AsSpan(sent));
            sent = sent == shared.Length ? 0 : sent;
        }

        TestHandler handler = new() { Opened = Pump, Writable = Pump, Closed = (_, _) => closed.Set() };
        using TestLoop loop = Start(() => handler);
        using (Socket client = loop.Connect())
        {
            _ = client.Receive(new byte[100]);
            client.LingerState = new LingerOption(true, 0);
        }

        Assert.True(closed.Wait(TestLoop.TimeoutMs), "the connection is closed");
    }

    private static byte[] Pattern()
    {
        byte[] bytes = new byte[SharedBytes];
        for (int index = 0; index < bytes.Length; index++)
        {
            bytes[index] = (byte)(index * 31 + (index >> 8));
        }

        return bytes;
    }
}

public class SharedSendTestsOnEpoll() : SharedSendTests(NetBackend.Epoll);

public class SharedSendTestsOnEpollEdge() : SharedSendTests(NetBackend.EpollEdge);

public class SharedSendTestsOnIoUring() : SharedSendTests(NetBackend.IoUring);
