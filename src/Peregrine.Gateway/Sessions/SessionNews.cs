using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Gateway.OrderEntry;

namespace Peregrine.Gateway.Sessions;

/// <summary>What a client is told of a loss, in a News (B).</summary>
internal static class SessionNews
{
    /// <summary>Sends it.</summary>
    /// <param name="dialect">The session's.</param>
    /// <param name="text">ASCII, of a length that fits into a message.</param>
    public static void Send(FixSession session, OrderDialect dialect, string text)
    {
        FixWriter writer = session.BeginMessage("B"u8, Clock.UnixNs);
        if (dialect.News.Has(Tag.Headline))
        {
            writer.Add(Tag.Headline, "something was lost"u8);
        }

        writer.Add(Tag.LinesOfText, 1L);
        writer.Add(Tag.Text, Encoding.ASCII.GetBytes(text));
        Check.That(session.TryEndMessage(ref writer, session.Mark), "news fit into a message");
    }
}
