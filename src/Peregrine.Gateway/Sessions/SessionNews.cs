using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;

namespace Peregrine.Gateway.Sessions;

/// <summary>What a client is told of a loss, in a News (B).</summary>
internal static class SessionNews
{
    private const int Headline = 148;
    private const int LinesOfText = 33;

    /// <summary>Sends it.</summary>
    /// <param name="text">ASCII, of a length that fits into a message.</param>
    public static void Send(FixSession session, string text)
    {
        FixWriter writer = session.BeginMessage("B"u8, Clock.UnixNs);
        writer.Add(Headline, "something was lost"u8);
        writer.Add(LinesOfText, 1L);
        writer.Add(Tag.Text, Encoding.ASCII.GetBytes(text));
        Check.That(session.TryEndMessage(ref writer, session.Mark), "news fit into a message");
    }
}
