using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

/// <summary>A peer that sends orders and gets reports, and allocates nothing itself.</summary>
internal sealed class QuietPeer : IFixApplication, IFixTransport
{
    private readonly byte[] _order = new byte[1024];
    private readonly long _nowNs;
    private long _sequence = 2;
    private long _sentBytes;

    public QuietPeer(SessionBench bench, IFixSessionStore? store = null)
    {
        _nowNs = bench.NowNs;
        Session = new FixSession(bench.Session.Options, store ?? new MemorySessionStore(4096), this);
        Session.OnConnected(this, _nowNs);
        Session.OnFrame(Wire.Message($"35=A|34=1|49=CLIENT|52={bench.Now}|56=BROKER|98=0|108=30|"), _nowNs);
    }

    public FixSession Session { get; }

    public void Round()
    {
        FixWriter writer = new(_order, "FIX.4.4"u8, "D"u8);
        writer.Add(Tag.SenderCompId, "CLIENT"u8);
        writer.Add(Tag.TargetCompId, "BROKER"u8);
        writer.Add(Tag.MsgSeqNum, _sequence++);
        writer.AddTimestamp(Tag.SendingTime, _nowNs);
        writer.Add(Tag.ClOrdId, _sequence);
        writer.Add(Tag.Symbol, "ACME"u8);
        writer.Add(Tag.Side, '1');
        writer.Add(Tag.OrderQty, 100);
        writer.Add(Tag.OrdType, '2');
        writer.Add(Tag.Price, 1025, 2);
        writer.AddTimestamp(Tag.TransactTime, _nowNs);
        long sentBefore = _sentBytes;
        if (writer.TryFinish(out int bytes))
        {
            Session.OnFrame(_order.AsSpan(0, bytes), _nowNs);
        }

        if (_sentBytes == sentBefore)
        {
            throw new InvalidOperationException("the order was not answered");
        }
    }

    bool IFixTransport.TryWrite(ReadOnlySpan<byte> message)
    {
        _sentBytes += message.Length;
        return true;
    }

    void IFixTransport.Disconnect() => throw new InvalidOperationException("disconnected");

    void IFixApplication.OnLogon(FixSession session)
    {
    }

    void IFixApplication.OnLogoff(FixSession session, string reason)
    {
    }

    bool IFixApplication.OnMessage(FixSession session, in FixMessage message)
    {
        FixWriter report = session.BeginMessage("8"u8, _nowNs);
        _ = message.TryGet(Tag.ClOrdId, out ReadOnlySpan<byte> id);
        report.Add(Tag.ClOrdId, id);
        report.Add(Tag.OrdStatus, '0');
        return session.TryEndMessage(ref report, session.Mark + 1);
    }
}
