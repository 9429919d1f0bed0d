using System.Diagnostics;
using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Testing;

namespace Peregrine.Fix.Net.Tests;

/// <summary>Messages that are written into the room which the store reserved for them.</summary>
public sealed class SessionStoreRoomTests : IDisposable
{
    private const int RingBytes = 64 << 10;
    private const int RoomBytes = 8_192;
    private static readonly SessionStoreOwner Owner = new("BROKER", "CLIENT");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("session-room-");

    private string StorePath => Path.Combine(_folder.FullName, "CLIENT.session");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void AppendReserved_Reopened_IsAsIfAppended()
    {
        using (FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner))
        {
            "first"u8.CopyTo(store.Reserve(RoomBytes));
            ReadOnlySpan<byte> kept = store.AppendReserved(7, 5);
            Assert.True(store.TryRead(1, out ReadOnlySpan<byte> read, out _) && kept.Overlaps(read));
            store.Append(8, "second"u8);
        }

        using FileSessionStore again = FileSessionStore.Open(StorePath, RingBytes, Owner);

        Assert.Equal((3, 8), (again.NextOutgoing, again.Mark));
        Assert.Equal(["first", "second"], [Read(again, 1), Read(again, 2)]);
    }

    [Fact]
    public void Reserve_MoreThanAQuarterOfTheRing_IsNoRoom()
    {
        using FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner);

        Assert.Equal(0, store.Reserve(RingBytes / 4).Length);
        Assert.Equal((RingBytes / 4) - 40, store.Reserve((RingBytes / 4) - 40).Length);
    }

    [Fact]
    public void AppendReserved_WithoutRoomOrBeyondIt_IsABug()
    {
        using FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner);
        Assert.ThrowsAny<Exception>(() => store.AppendReserved(1, 1));
        _ = store.Reserve(100);

        Assert.ThrowsAny<Exception>(() => store.AppendReserved(1, 200));

        store.Append(1, "x"u8);
        Assert.ThrowsAny<Exception>(() => store.AppendReserved(2, 1));
    }

    // Appended, written in place, begun and given up, and the process dies at any of these: what is read is what was written, or nothing.
    [Fact]
    public void RandomUse_AnyMessageThatIsRead_IsTheOneThatWasWritten()
    {
        const int steps = 4_000;
        Random random = new(20261201);
        Dictionary<long, byte[]> written = [];
        using FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner);
        for (int step = 0; step < steps; step++)
        {
            byte[] message = new byte[random.Next(1, step % 3 == 0 ? 3_000 : 300)];
            random.NextBytes(message);
            switch (random.Next(4))
            {
                case 0:
                    written[store.NextOutgoing] = message;
                    store.Append(step, message);
                    break;
                case 1:
                    // Given up when all of the room was written.
                    Span<byte> room = store.Reserve(RoomBytes);
                    room.Fill(0xEE);
                    AssertAll(store, written);
                    break;
                default:
                    message.CopyTo(store.Reserve(RoomBytes));
                    written[store.NextOutgoing] = message;
                    Assert.True(store.AppendReserved(step, message.Length).SequenceEqual(message));
                    break;
            }

            if (step % 7 == 0)
            {
                AssertAll(store, written);
            }

            if (step % 500 == 499)
            {
                // The process dies with a message half written.
                store.Reserve(RoomBytes)[..random.Next(RoomBytes)].Fill(0xDD);
                AssertKilled(store, written, step);
            }
        }
    }

    [Fact]
    public void Session_SendsFromItsStoresRoom_AndAllocatesNothing()
    {
        using FileSessionStore store = FileSessionStore.Open(StorePath, RingBytes, Owner);
        PlaceTransport transport = new(store);
        FixSession session = new(new FixSessionOptions { CompId = "BROKER", PeerCompId = "CLIENT" }, store, new NoApplication());
        session.OnConnected(transport, Seconds(1));
        session.OnFrame(Logon(), Seconds(1));
        Assert.Equal(FixSessionState.LoggedOn, session.State);

        Send(session, 1, 0);
        Assert.Equal((1, 2), (transport.FromStore, transport.Messages));
        Allocation.AssertNone(() =>
        {
            for (int message = 0; message < 1_000; message++)
            {
                Send(session, message, message);
            }
        });
        Assert.Equal(transport.Messages - 1, transport.FromStore);
    }

    private static void Send(FixSession session, int message, long mark)
    {
        FixWriter writer = session.BeginMessage("B"u8, Seconds(2));
        writer.Add(Tag.Text, message);
        Assert.True(session.TryEndMessage(ref writer, mark));
    }

    private static long Seconds(int seconds) => (DateTimeOffset.UnixEpoch.AddDays(20_000).ToUnixTimeSeconds() + seconds) * 1_000_000_000;

    private static byte[] Logon()
    {
        byte[] message = new byte[200];
        FixWriter writer = new(message, "FIX.4.4"u8, "A"u8);
        writer.Add(Tag.SenderCompId, "CLIENT"u8);
        writer.Add(Tag.TargetCompId, "BROKER"u8);
        writer.Add(Tag.MsgSeqNum, 1);
        writer.AddTimestamp(Tag.SendingTime, Seconds(1));
        writer.Add(Tag.EncryptMethod, 0);
        writer.Add(Tag.HeartBtInt, 30);
        Assert.True(writer.TryFinish(out int bytes));
        return message[..bytes];
    }

    private static void AssertAll(FileSessionStore store, Dictionary<long, byte[]> written)
    {
        int read = 0;
        for (long sequence = Math.Max(1, store.NextOutgoing - 400); sequence < store.NextOutgoing; sequence++)
        {
            if (store.TryRead(sequence, out ReadOnlySpan<byte> message, out _))
            {
                Assert.True(message.SequenceEqual(written[sequence]), $"message {sequence} is not what was written");
                read++;
            }
            else
            {
                Assert.True(read == 0, $"message {sequence} is missing, and an older one is there");
            }
        }

        Assert.True(read > 0 || store.NextOutgoing == 1, "the newest is always there");
    }

    private void AssertKilled(FileSessionStore store, Dictionary<long, byte[]> written, int step)
    {
        string copy = Path.Combine(_folder.FullName, $"killed-{step}.session");

        // Not by .NET, which heeds the store's lock.
        using (Process copying = Process.Start("cp", [StorePath, copy]))
        {
            copying.WaitForExit();
        }

        using FileSessionStore again = FileSessionStore.Open(copy, RingBytes, Owner);
        Assert.Equal((store.NextOutgoing, store.Mark, ""), (again.NextOutgoing, again.Mark, again.Found));
        AssertAll(again, written);
    }

    private static string Read(FileSessionStore store, long sequence) => store.TryRead(sequence, out ReadOnlySpan<byte> message, out _)
        ? Encoding.ASCII.GetString(message)
        : "";

    private sealed class NoApplication : IFixApplication
    {
        public void OnLogon(FixSession session)
        {
        }

        public void OnLogoff(FixSession session, string reason)
        {
        }

        public bool OnMessage(FixSession session, in FixMessage message) => true;
    }

    // Looks where the bytes lie that it is given.
    private sealed class PlaceTransport(FileSessionStore store) : IFixTransport
    {
        public int Messages { get; private set; }

        public int FromStore { get; private set; }

        public bool TryWrite(ReadOnlySpan<byte> message)
        {
            Messages++;
            FromStore += store.TryRead(store.NextOutgoing - 1, out ReadOnlySpan<byte> kept, out _) && kept.Overlaps(message) ? 1 : 0;
            return true;
        }

        public void Disconnect()
        {
        }
    }
}
