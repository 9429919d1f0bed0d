using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Sequencing;

namespace Peregrine.Gateway.OrderEntry;

// What is answered without a command: it changes nothing, and nobody's order waits for it.
internal sealed partial class FixDoor
{
    private int _captures;

    private static bool IsQuestion(in FixMessage message) => message.MsgType[0] is (byte)'x' or (byte)'e' || message.MsgType.SequenceEqual("AD"u8);

    private bool Answer(ClientState client, in FixMessage message)
    {
        FixSession session = client.Session;
        if (!client.Door.TrySpend(Clock.MonotonicNs))
        {
            return Refuse(session, message, NotAvailableReason, TextOf(IntakeStatus.Throttled));
        }

        long nowNs = Clock.UnixNs;
        scoped ReadOnlySpan<byte> fault = EchoedFields.FindTooLong(message);
        fault = !fault.IsEmpty ? fault : message.MsgType[0] switch
        {
            (byte)'x' => _reference.AnswerList(session, client.Dialect, message, nowNs),
            (byte)'e' => _reference.AnswerStatus(session, client.Dialect, message, _books, nowNs),
            _ => BeginCapture(client, message, nowNs),
        };
        return fault.IsEmpty || Refuse(session, message, OtherReason, fault);
    }

    private ReadOnlySpan<byte> BeginCapture(ClientState client, in FixMessage request, long nowNs)
    {
        client.Capture ??= new TradeCapture(client.Dialect);
        ReadOnlySpan<byte> fault = client.Capture.Begin(client.Session, request, client.Session.NextOutgoing, nowNs);
        _captures += fault.IsEmpty ? 1 : 0;
        return fault;
    }

    // A part of each request for trades, once a pass.
    private void ContinueCaptures()
    {
        if (_captures == 0)
        {
            return;
        }

        long nowNs = Clock.UnixNs;
        foreach (ClientState client in _clients)
        {
            if (client.Capture is { IsActive: true } capture)
            {
                capture.Step(client.Session, client.Store, nowNs);
                _captures -= capture.IsActive ? 0 : 1;
            }
        }
    }
}
