using Peregrine.Fix.Session;
using Peregrine.Gateway.Sessions;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>
/// The numbers of the sessions, and what was sent under them. Reports are numbered as the journal makes them;
/// the journal is told of everything else that takes a number. So a store can be made again, and a report that it has no more.
/// </summary>
internal sealed partial class FixDoor
{
    private RemakerPool? _remakers;
    private long _sentSequence = long.MaxValue;

    /// <summary>Every report of the commands up to here was given to a connection of its session. From any thread;
    /// a tenth of a second old at most.</summary>
    public long SentSequence => Volatile.Read(ref _sentSequence);

    /// <summary>Reports are being made again for a client that waits for them.</summary>
    public bool IsRemaking => _remakers is { IsMaking: true };

    /// <summary>Where reports are made again from; before <see cref="Open"/>.</summary>
    public void UseSource(ReportSource source) => _remakers = new RemakerPool(source, _log);

    // Ends what makes reports again.
    private void StopRemakes() => _remakers?.Dispose();

    private void FindUnsent()
    {
        long first = long.MaxValue;
        foreach (ClientState client in _clients)
        {
            if (client.FirstUnsent != long.MaxValue && client.Session.SentMark >= client.ReportCount)
            {
                client.FirstUnsent = long.MaxValue;
            }

            first = Math.Min(first, client.FirstUnsent);
        }

        Volatile.Write(ref _sentSequence, first == long.MaxValue ? first : first - 1);
    }

    // Reports go into the store of a session that starts, which the last run did not come to.
    private void SendKept(ClientState client, long count)
    {
        long mark = client.ReportCount - count;
        for (int index = 0; index < count; index++)
        {
            ReportView report = ReportCodec.View(client.Kept[index]);
            EncoderOf(client).Send(client.Session, in report, ++mark);
        }

        client.Kept.Clear();
        client.Kept.TrimExcess();
    }

    /// <inheritdoc/>
    public void OnNumberSpent(FixSession session, long sequence)
    {
        ClientState client = (ClientState)session.Tag!;
        client.Numbers.Spend(sequence, session.Mark);
        Note(client, SessionNoteKind.Spent, session.Resets, sequence, session.Mark, session.NextIncoming);
    }

    /// <inheritdoc/>
    public long OnReset(FixSession session)
    {
        // What no connection was given is told again, under new numbers.
        _log.NumbersBegin(session.Options.PeerCompId, session.NextIncoming, session.NextOutgoing);
        ClientState client = (ClientState)session.Tag!;
        client.News ??= client.ToldNews;
        long mark = Math.Max(Math.Min(session.SentMark, session.Mark), client.Untellable);
        client.Untellable = 0;
        client.Numbers.GoOnFrom(1, mark);
        Note(client, SessionNoteKind.GoesOn, session.Resets + 1, 1, mark, nextIncoming: 1);
        return mark;
    }

    /// <inheritdoc/>
    public RemakeStatus TryRemake(FixSession session, long sequence, long end, out long following, out long mark)
    {
        mark = 0;
        ClientState client = (ClientState)session.Tag!;
        switch (client.Numbers.Find(sequence, out long number, out following))
        {
            case NumberKind.Other:
                return RemakeStatus.Gap;
            case NumberKind.Unknown:
                _log.NumberUnknown(client.Client.CompId, sequence);

                // Reports that no connection was given are known nevertheless: with new numbers they are told.
                return GiveUp(client, Math.Min(session.SentMark, client.ReportCount));
            default:
                switch (_remakers!.TryTake(client, number, out ReportView report))
                {
                    case RemadeStatus.Made:
                        EncoderOf(client).Remake(session, in report, sequence, number <= client.UnsureTo);
                        mark = number;
                        return RemakeStatus.Made;
                    case RemadeStatus.Wait:
                        return RemakeStatus.Wait;
                    case RemadeStatus.Gone:
                        return GiveUp(client, client.ReportCount);
                    default:
                        return RemakeStatus.Gap;
                }
        }
    }

    // Nothing makes them again: the client is told, and not asked to come back to the same place.
    private static RemakeStatus GiveUp(ClientState client, long untellable)
    {
        client.Untellable = untellable;
        client.News = "Reports that you asked for could not be made again and are left out: take them from your own records, " +
            "and ask for the status of your orders.";
        return RemakeStatus.Gone;
    }

    // The session is on: what a reset left untold, and what was lost.
    private void TellWhatIsDue(ClientState client)
    {
        if (client.News is { } news)
        {
            (client.News, client.ToldNews) = (null, news);
            SessionNews.Send(client.Session, client.Dialect, news);
            Note(client, SessionNoteKind.NewsTold, client.Session.Resets, client.Session.NextOutgoing, client.Session.Mark,
                client.Session.NextIncoming);
        }

        client.Session.TellAgain(client.ReportCount);
    }

    private void Note(ClientState client, SessionNoteKind kind, int resets, long number, long mark, long nextIncoming)
    {
        // While the link starts, its start writes what is to be noted.
        if (_intake is null || _isShut)
        {
            return;
        }

        Span<byte> payload = stackalloc byte[SessionNote.Bytes];
        new SessionNote(client.Id, kind, resets, number, mark, nextIncoming, Math.Min(client.Store.SentMark, mark)).Encode(payload);
        _ = _intake.Sequencer.TryAppendNote(JournalRecordType.SessionNote, payload);
    }
}
