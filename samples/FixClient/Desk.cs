using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Primitives;

namespace Peregrine.Samples;

/// <summary>Sends its orders when it is logged on, and prints what comes.</summary>
internal sealed class Desk(string symbol, int orders) : IFixApplication
{
    private int _sent;

    /// <summary>It was logged on at some time.</summary>
    public bool WasOn { get; private set; }

    /// <summary>It was, and is no more.</summary>
    public bool IsOver { get; private set; }

    /// <inheritdoc/>
    public void OnLogon(FixSession session)
    {
        WasOn = true;
        Console.WriteLine("logged on");
        while (_sent < orders)
        {
            FixWriter writer = session.BeginMessage("D"u8, Clock.UnixNs);
            writer.Add(Tag.ClOrdId, Encoding.ASCII.GetBytes($"{Clock.UnixNs}-{++_sent}"));
            writer.Add(21, '1');
            writer.Add(Tag.Symbol, Encoding.ASCII.GetBytes(symbol));
            writer.Add(Tag.Side, '1');
            writer.Add(Tag.OrderQty, 100L);
            writer.Add(Tag.OrdType, '2');
            writer.Add(Tag.Price, 100L);
            if (session.Options.BeginString is not ("FIX.4.0" or "FIX.4.1"))
            {
                writer.AddTimestamp(Tag.TransactTime, Clock.UnixNs);
            }

            _ = session.TryEndMessage(ref writer, session.Mark + 1);
        }
    }

    /// <inheritdoc/>
    public void OnLogoff(FixSession session, string reason)
    {
        IsOver = true;
        Console.WriteLine($"off: {reason}");
    }

    /// <inheritdoc/>
    public bool OnMessage(FixSession session, in FixMessage message)
    {
        Console.WriteLine(Encoding.Latin1.GetString(message.Frame).Replace('\u0001', '|'));
        return true;
    }
}
