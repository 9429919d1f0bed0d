using System.Text;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.MarketData;

namespace Peregrine.Trading.Tests.MarketData;

/// <summary>Bytes from outside are hostile: whatever they are, decoders do not throw, and get on or stop.</summary>
public class DecoderFuzzTests
{
    private static readonly byte[] Lobster =
        Encoding.ASCII.GetBytes("34200.004241176,1,16113575,18,5853300,1\n34200.1,4,16113575,8,5853300,1\r\n34200.2,3,16113575,10,5853300,1");

    [Fact]
    public void Lobster_MutatedLines_ProgressOrStop() => Fuzz(Lobster, data =>
    {
        for (int at = 0; at < data.Length;)
        {
            FeedStatus status = LobsterDecoder.TryDecode(data.AsSpan(at), isLast: true, out BookUpdate update, out int bytes);
            if (status != FeedStatus.Ok)
            {
                return;
            }

            Assert.InRange(bytes, 1, data.Length - at);
            Assert.InRange(update.Quantity, 0, LobsterDecoder.QuantityMax);
            at += bytes;
        }
    });

    [Fact]
    public void Dbn_MutatedRecords_ProgressOrStop()
    {
        byte[] record = new byte[DbnDecoder.MboBytes];
        (record[0], record[1], record[38], record[39]) = (DbnDecoder.MboBytes / 4, 0xa0, (byte)'A', (byte)'B');
        Fuzz([.. record, .. record, .. record], data =>
        {
            _ = DbnDecoder.TryHeader(data, out _, out _, out _);
            for (int at = 0; at < data.Length;)
            {
                if (DbnDecoder.TryDecode(data.AsSpan(at), part: 0, out _, out int bytes, out int parts) != FeedStatus.Ok)
                {
                    return;
                }

                Assert.InRange(bytes, 1, data.Length - at);
                for (int part = 1; part < parts; part++)
                {
                    Assert.Equal(FeedStatus.Ok, DbnDecoder.TryDecode(data.AsSpan(at), part, out BookUpdate update, out _, out _));
                    Assert.NotEqual(default, update.Kind);
                }

                at += bytes;
            }
        });
    }

    [Fact]
    public void Itch_MutatedMessages_AreOneOrMalformed()
    {
        byte[] message = new byte[Itch50Decoder.BytesMax];
        int length = Itch50Encoder.Encode(new BookUpdate { Kind = BookUpdateKind.Add, OrderId = 1, Price = 2, Quantity = 3, Side = Side.Buy }, 1,
            "AAPL"u8, message);
        Fuzz(message[..length], data =>
        {
            FeedStatus status = Itch50Decoder.TryDecode(data, out _);
            Assert.True(status is FeedStatus.Ok or FeedStatus.Malformed);
            _ = Itch50Decoder.SymbolOf(data);
        });
    }

    [Theory]
    [InlineData("d4c3b2a1020004000000000000000000ffff000001000000" + "0000000000000000040000000400000001020304")]
    [InlineData("0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000" +
        "0100000014000000010000000000040014000000" + "06000000240000000000000000000000000000000400000004000000010203042400000000")]
    public void Capture_MutatedBlocks_ProgressOrStop(string hex) => Fuzz(Convert.FromHexString(hex), data =>
    {
        CaptureDecoder decoder = new();
        int at = 0;

        // One step opens the capture without taking a byte of pcapng; every other one takes some.
        for (int step = 0; step <= data.Length; step++)
        {
            if (decoder.TryNext(data.AsSpan(at), out _, out int bytes) != FeedStatus.Ok)
            {
                return;
            }

            Assert.InRange(bytes, step == 0 ? 0 : 1, data.Length - at);
            at += bytes;
        }
    });

    [Fact]
    public void DecodeAndApply_Warm_AllocatesNothing()
    {
        MarketBooks books = new();
        byte[] message = new byte[Itch50Decoder.BytesMax];
        ulong next = 1;
        void Run()
        {
            for (int round = 0; round < 5_000; round++)
            {
                BookUpdate update = new() { Kind = BookUpdateKind.Add, OrderId = next, Price = 1_000 + (long)(next % 50), Quantity = 10,
                    Side = (next & 1) == 0 ? Side.Buy : Side.Sell };
                Play(books, update, message);
                Play(books, update with { Kind = BookUpdateKind.Execute, Quantity = 4 }, message);
                Play(books, update with { Kind = BookUpdateKind.Delete }, message);
                next++;
            }

            _ = LobsterDecoder.TryDecode(Lobster, isLast: true, out BookUpdate line, out _);
            _ = books.Apply(line);
            _ = books.Apply(line with { Kind = BookUpdateKind.Delete });
        }

        Run();

        Allocation.AssertNone(Run);
        Assert.Equal((0, 0L), (books.OrderCount, books.UnknownOrders));
    }

    private static void Play(MarketBooks books, BookUpdate update, byte[] message)
    {
        int bytes = Itch50Encoder.Encode(in update, 1, "AAPL"u8, message);
        if (Itch50Decoder.TryDecode(message.AsSpan(0, bytes), out BookUpdate decoded) != FeedStatus.Ok)
        {
            throw new InvalidOperationException("what the encoder writes is a message");
        }

        _ = books.Apply(in decoded);
    }

    // Bytes changed, cut and put in at random; the seed stands in the message of a failure.
    private static void Fuzz(byte[] good, Action<byte[]> decode)
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        for (int round = 0; round < ProofSize.Of(20_000, 2_000_000); round++)
        {
            List<byte> bytes = [.. good];
            for (int change = random.Next(0, 6); change > 0 && bytes.Count > 0; change--)
            {
                int at = random.Next(bytes.Count);
                switch (random.Next(3))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveRange(at, random.Next(bytes.Count - at));
                        break;
                    default:
                        bytes.Insert(at, (byte)"\u0000\u0001\u00ff0-,.\n"[random.Next(8)]);
                        break;
                }
            }

            byte[] data = [.. bytes];
            try
            {
                decode(data);
            }
            catch (Exception fault)
            {
                Assert.Fail($"seed {seed}, round {round}, {Convert.ToHexString(data)}: {fault.Message}");
            }
        }
    }
}
