using System.Text;
using Peregrine.Fix.Fast;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Testing;

namespace Peregrine.Fix.Tests;

/// <summary>The README's example compiles and runs.</summary>
public class ReadmeTests
{
    private static readonly List<string> Sent = [];

    [Fact]
    public void Readme_Example_LogsOnAndBeats()
    {
        long nowNs = 1_769_860_800_000_000_000;
        byte[] received = Encoding.ASCII.GetBytes(
            "8=FIX.4.4|9=67|35=A|49=CLIENT|56=BROKER|34=1|52=20260131-12:00:00.000|98=0|108=30|10=105|".Replace('|', '\u0001'));

        FixSessionOptions options = new() { CompId = "BROKER", PeerCompId = "CLIENT" };
        FixSession session = new(options, new MemorySessionStore(), new Desk());
        session.OnConnected(new Printer(), nowNs);
        ReadOnlySpan<byte> data = received;
        while (FixFramer.TryFrame(data, frameBytesMax: 8_192, out int bytes) == FrameStatus.Ok)
        {
            session.OnFrame(data[..bytes], nowNs); // answers through the transport: here a Logon
            data = data[bytes..];
        }

        session.OnTick(nowNs + 31_000_000_000); // some times a second: heartbeats, test requests, time-outs

        Assert.Equal(2, Sent.Count);
        Assert.Contains("|35=A|", Sent[0], StringComparison.Ordinal);
        Assert.Contains("|35=0|", Sent[1], StringComparison.Ordinal);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Fix");
    }

    [Fact]
    public void Readme_ExampleOfFast_ComesBackAsItWas()
    {
        FastTemplates templates = FastTemplates.Read(new StringReader("""
            <template name="Trade" id="1"><uInt32 name="Quantity" id="32"><copy/></uInt32><decimal name="Price" id="31"><delta/></decimal></template>
            """), "trades.xml");
        FastWriter writer = new(templates);
        writer.Begin(templates.TemplateOf("Trade")!);
        writer.Set(32, 100);
        writer.Set(31, 10_250, -2); // 102.50
        byte[] packet = new byte[64];
        bool isEncoded = new FastEncoder(templates).TryEncode(writer, packet, out int length);

        FastDecoder decoder = new(templates);
        if (isEncoded && decoder.TryDecode(packet.AsSpan(0, length), out FastMessage message, out _) && message.TryGet(31, out FastValue price))
        {
            Console.WriteLine($"{message.Template}: {price.Mantissa} x 10^{price.Exponent}");
            Assert.Equal((10_250, -2), (price.Mantissa, price.Exponent));
        }
        else
        {
            Console.WriteLine(decoder.Error); // and decoder.Reset() where the sender begins anew
            Assert.Fail("the example decodes what it encoded");
        }
    }

    private sealed class Desk : IFixApplication
    {
        public bool OnMessage(FixSession session, in FixMessage message) =>
            message.TryGetDecimal(Tag.Price, out long mantissa, out int decimals) && mantissa > 0 && decimals <= 9;

        public void OnLogon(FixSession session) => Console.WriteLine("logged on");

        public void OnLogoff(FixSession session, string reason) => Console.WriteLine(reason);
    }

    private sealed class Printer : IFixTransport
    {
        public bool TryWrite(ReadOnlySpan<byte> message)
        {
            Console.WriteLine(Encoding.ASCII.GetString(message));
            Sent.Add(Wire.Text(message));
            return true;
        }

        public void Disconnect()
        {
        }
    }
}
