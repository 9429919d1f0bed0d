using System.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Primitives;

namespace Peregrine.Samples;

/// <summary>What acceptance suites of FIX sessions expect behind an acceptor: orders, security definitions and mails come back as they are.</summary>
/// <remarks>One for each session; its thread.</remarks>
internal sealed class Echo(FixDictionary dictionary) : IFixApplication
{
    private const int PossResend = 97;
    private readonly HashSet<string> _seen = [];

    /// <inheritdoc/>
    public void OnLogon(FixSession session)
    {
    }

    /// <inheritdoc/>
    public void OnLogoff(FixSession session, string reason) => _seen.Clear();

    /// <inheritdoc/>
    public bool OnMessage(FixSession session, in FixMessage message)
    {
        if (message.MsgType.SequenceEqual("D"u8))
        {
            // An order that may have been sent before is dropped when it was.
            _ = message.TryGet(Tag.ClOrdId, out ReadOnlySpan<byte> id);
            bool isNew = _seen.Add(Encoding.Latin1.GetString(id));
            if (message.IsYes(Tag.PossResend) && !isNew)
            {
                return true;
            }
        }

        FixWriter writer = session.BeginMessage(message.MsgType, Clock.UnixNs);
        if (message.TryGet(PossResend, out ReadOnlySpan<byte> possResend))
        {
            writer.Add(PossResend, possResend);
        }

        for (int place = 0; place < message.Count; place++)
        {
            int tag = message.Tags[place];
            if (!dictionary.Header.Has(tag) && !dictionary.Trailer.Has(tag))
            {
                writer.Add(tag, message.Value(place));
            }
        }

        if (!session.TryEndMessage(ref writer, session.Mark))
        {
            session.RejectBusiness(message, 0, default, "it does not fit into a message of ours"u8);
        }

        return true;
    }
}
