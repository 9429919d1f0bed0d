using Peregrine.Fix.Fast;
using Peregrine.Primitives;

namespace Peregrine.Bench.Fix;

/// <summary>
/// Packets as the incremental feed of a venue has them: ten changes of books each, of some instruments whose prices wander; most are of the same
/// kind as the one before, now and then one is a trade. Always the same.
/// </summary>
internal sealed class FastPackets
{
    /// <summary>Changes in a packet.</summary>
    public const int Changes = 10;

    private const string Xml = """
        <templates xmlns="http://www.fixprotocol.org/ns/fast/td/1.1">
          <template name="BookChanges" id="20" dictionary="template">
            <string name="MsgType" id="35"><constant value="X"/></string>
            <string name="SenderCompID" id="49"><constant value="VENUE"/></string>
            <uInt32 name="MsgSeqNum" id="34"/>
            <uInt64 name="SendingTime" id="52"/>
            <uInt32 name="TradeDate" id="75"><copy/></uInt32>
            <sequence name="Changes">
              <length name="NoMDEntries" id="268"/>
              <uInt32 name="MDUpdateAction" id="279"><copy value="1"/></uInt32>
              <string name="MDEntryType" id="269"><copy value="0"/></string>
              <uInt32 name="MDPriceLevel" id="1023" presence="optional"><default value="1"/></uInt32>
              <uInt32 name="SecurityIDSource" id="22"><constant value="8"/></uInt32>
              <uInt32 name="SecurityID" id="48"><copy/></uInt32>
              <uInt32 name="RptSeq" id="83"><increment/></uInt32>
              <decimal name="MDEntryPx" id="270"><exponent><default value="-2"/></exponent><mantissa><delta/></mantissa></decimal>
              <int32 name="MDEntrySize" id="271" presence="optional"><delta/></int32>
              <uInt32 name="NumberOfOrders" id="346" presence="optional"><delta/></uInt32>
              <uInt32 name="MDEntryTime" id="273"><copy/></uInt32>
              <string name="QuoteCondition" id="276" presence="optional"><default/></string>
              <string name="TradeCondition" id="277" presence="optional"><default/></string>
              <string name="TradingSessionID" id="336" presence="optional"><default value="2"/></string>
              <decimal name="NetChgPrevDay" id="451" presence="optional"><exponent><default/></exponent><mantissa><delta/></mantissa></decimal>
              <uInt32 name="TradeVolume" id="1020" presence="optional"><default/></uInt32>
              <uInt32 name="AggressorSide" id="5797" presence="optional"><default/></uInt32>
              <uInt64 name="MDEntryID" id="278"><delta/></uInt64>
            </sequence>
          </template>
        </templates>
        """;

    private readonly SeededRandom _random = new(1);
    private readonly long[] _prices = [1_250_000, 98_725, 4_310_050, 20_115];
    private long _lastId = 7_000_000_000;

    /// <param name="count">How many packets.</param>
    public FastPackets(int count)
    {
        Templates = FastTemplates.Read(new StringReader(Xml), "bench");
        FastEncoder encoder = new(Templates);
        FastWriter writer = new(Templates);
        byte[] target = new byte[1_024];
        for (int packet = 0; packet < count; packet++)
        {
            Write(writer, packet);
            bool isEncoded = encoder.TryEncode(writer, target, out int bytes);
            Check.That(isEncoded, "the packets of the bench are encoded");
            Packets.Add(target[..bytes]);
        }
    }

    /// <summary>What they are written by.</summary>
    public FastTemplates Templates { get; }

    /// <summary>Their bytes; each depends on those before.</summary>
    public List<byte[]> Packets { get; } = [];

    private void Write(FastWriter writer, int packet)
    {
        int instrument = _random.Below(_prices.Length);
        long time = 133_000_000 + (packet * 37L);
        writer.Begin(Templates.TemplateOf(20)!);
        writer.Set(34, packet + 1);
        writer.Set(52, 20_260_131_000_000_000 + time);
        writer.Set(75, 20_260_131);
        writer.BeginSequence(Templates.TemplateOf(20)!.Fields[^1]);
        for (int change = 0; change < Changes; change++)
        {
            instrument = _random.Below(6) == 0 ? _random.Below(_prices.Length) : instrument;
            bool isTrade = _random.Below(12) == 0;
            _prices[instrument] += (_random.Below(7) - 3) * 25;
            _lastId += _random.Below(39) + 1;
            writer.NextElement();
            writer.Set(279, _random.Below(5) == 0 ? _random.Below(3) : 1);
            writer.Set(269, isTrade ? "2"u8 : _random.Below(2) == 0 ? "0"u8 : "1"u8);
            writer.Set(1023, _random.Below(3) + 1);
            writer.Set(48, 26_000 + (instrument * 311));
            writer.Set(83, (packet * (long)Changes) + change);
            writer.Set(270, _prices[instrument], -2);
            writer.Set(271, _random.Below(199) + 1);
            writer.Set(346, _random.Below(19) + 1);
            writer.Set(273, time + _random.Below(1_000));
            writer.Set(336, "2"u8);
            if (isTrade)
            {
                writer.Set(277, "A"u8);
                writer.Set(451, _random.Below(1_000) - 500, -2);
                writer.Set(1020, _random.Below(100_000));
                writer.Set(5797, _random.Below(2) + 1);
            }

            writer.Set(278, _lastId);
        }
    }
}
