using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;

namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>What is sent: the changes of a pass, encoded once for all who follow a book in the same form; snapshots for those who fell behind.
/// </summary>
public sealed partial class FixMarketData
{
    // ApplQueueResolution (814): what waited was thrown away.
    private const char QueueFlushed = '1';

    private void Tell(long nowNs)
    {
        _isTelling = true;
        foreach (InstrumentChanges instrument in _dirty)
        {
            foreach (BookFeed feed in instrument.Feeds)
            {
                if (feed.IsTouched)
                {
                    Tell(feed, nowNs);
                }
            }

            instrument.EndPass();
        }

        _dirty.Clear();
        _isTelling = false;
        EndGone();
    }

    private void Tell(BookFeed feed, long nowNs)
    {
        bool isSnapshot = feed.NeedsSnapshot;
        _entries.Begin(IncrementBytesMax);
        if (!isSnapshot)
        {
            feed.EncodeChanges(_entries);
        }
        else if (!feed.Form.IsRefreshed)
        {
            // The book was emptied, and a snapshot has but the last trade.
            feed.EncodeTrades(_entries);
        }

        _entries.End();
        bool isWhole = !_entries.IsFull;
        if (isSnapshot)
        {
            feed.Follow();
            isWhole &= TryEncodeSnapshot(feed);
        }

        foreach (BookSubscription subscription in feed.Subscriptions)
        {
            if (!isWhole || subscription.IsBehind || !CanTake(subscription.Peer))
            {
                FallBehind(subscription, _entries.Count + (isSnapshot ? 1 : 0));
                continue;
            }

            SendChanges(subscription, nowNs);
            if (isSnapshot)
            {
                SendSnapshot(subscription, nowNs);
            }
        }
    }

    private void SendChanges(BookSubscription subscription, long nowNs)
    {
        FixSession session = subscription.Peer.Session;
        foreach (EntryBuffer.Part part in _entries.Count > 0 ? _entries.Parts : default)
        {
            FixWriter writer = session.BeginMessage("X"u8, nowNs);
            writer.Add(MarketDataTag.MdReqId, subscription.RequestId);
            writer.Add(MarketDataTag.NoMdEntries, part.Count);
            writer.AddFields(_entries.BytesOf(part));
            Check.That(session.TryEndMessage(ref writer, session.Mark), "a part of an increment fits into a message");
            Counters.Increments++;
        }
    }

    // One message, of what was encoded last.
    private void SendSnapshot(BookSubscription subscription, long nowNs)
    {
        FixSession session = subscription.Peer.Session;
        EntryBuffer.Part part = _snapshot.Parts[0];
        FixWriter writer = session.BeginMessage("W"u8, nowNs);
        writer.Add(MarketDataTag.MdReqId, subscription.RequestId);
        writer.Add(MarketDataTag.Symbol, subscription.Feed.Instrument.Symbol);
        if (_dialect.NeedsUpdateTime)
        {
            long changedNs = _books.TimeNsOf(subscription.Feed.Instrument.InstrumentId);
            writer.AddTimestamp(MarketDataTag.LastUpdateTime, changedNs > 0 ? changedNs : nowNs);
        }

        writer.Add(MarketDataTag.NoMdEntries, part.Count);
        writer.AddFields(_snapshot.BytesOf(part));
        if (subscription.Missed > 0 && _dialect.TellsQueue)
        {
            writer.Add(MarketDataTag.ApplQueueDepth, subscription.Missed);
            writer.Add(MarketDataTag.ApplQueueResolution, QueueFlushed);
        }

        Check.That(session.TryEndMessage(ref writer, session.Mark), "a snapshot fits into a message");
        Counters.Snapshots++;
    }

    private bool TryEncodeSnapshot(BookFeed feed)
    {
        _snapshot.Begin(int.MaxValue);
        feed.EncodeSnapshot(_snapshot);
        _snapshot.End();
        return !_snapshot.IsFull;
    }

    private bool CanTake(MarketDataPeer peer) =>
        peer.IsOn && !peer.Session.IsBehind && peer.Session.PendingBytes <= _options.BacklogBytesMax;

    private void FallBehind(BookSubscription subscription, long missed)
    {
        subscription.Missed += missed;
        if (subscription.IsBehind)
        {
            return;
        }

        subscription.IsBehind = true;
        subscription.Peer.BehindCount++;
        Counters.Conflations += missed > 0 ? 1 : 0;
        if (missed > 0 && subscription.CountConflation(Clock.MonotonicNs) > _books.Options.ConflationsMax)
        {
            Counters.SlowDisconnects++;
            string text = $"market data of one instrument was left out more than {_books.Options.ConflationsMax} times in a minute: ask for less";
            subscription.Peer.Session.Logout(text, Clock.UnixNs);
        }
    }

    // A peer that does not read costs what it may have pending, and a snapshot.
    private void CatchUp(MarketDataPeer peer, long nowNs)
    {
        _isTelling = true;
        bool isAnySent = false;
        for (int place = 0; place < peer.Subscriptions.Count && peer.BehindCount > 0 && CanTake(peer);)
        {
            BookSubscription subscription = peer.Subscriptions[place];
            if (!subscription.IsBehind)
            {
                place++;
            }
            else if (!TryEncodeSnapshot(subscription.Feed))
            {
                EndAsTooLarge(subscription, nowNs);
                place = 0;
            }
            else
            {
                SendSnapshot(subscription, nowNs);
                isAnySent = true;
                peer.BehindCount--;
                (subscription.IsBehind, subscription.Missed) = (false, 0);
                if (subscription.IsOnce)
                {
                    Drop(subscription);
                }
                else
                {
                    place++;
                }
            }
        }

        _isTelling = false;
        EndGone();
        if (isAnySent && peer.BehindCount > 0)
        {
            // The next pass must not wait: what was written goes to the kernel at once.
            _loop!.Wake();
        }
    }

    private void EndAsTooLarge(BookSubscription subscription, long nowNs)
    {
        Counters.TooLarge++;
        string symbol = Encoding.ASCII.GetString(subscription.Feed.Instrument.Symbol);
        byte[] id = subscription.RequestId.ToArray();
        Refuse(subscription.Peer, id, new('5', $"the book of {symbol} is too large for a message, and the request ends: ask for fewer levels (264), "
            + "or levels instead of orders (266=Y)"), nowNs);
        _ = TryEndRequest(subscription.Peer, id);
    }

    private void EndGone()
    {
        foreach (MarketDataPeer peer in _gone)
        {
            DropAll(peer);
        }

        _gone.Clear();
    }

    private void EndIfStalled(MarketDataPeer peer, long nowNs)
    {
        int pending = peer.IsOn ? peer.Session.PendingBytes : 0;
        bool isStill = pending > 0 && pending >= peer.PendingBefore;
        peer.PendingBefore = pending;
        if (!isStill)
        {
            peer.BlockedSinceNs = 0;
        }
        else if (peer.BlockedSinceNs == 0)
        {
            peer.BlockedSinceNs = nowNs;
        }
        else if (nowNs - peer.BlockedSinceNs > _books.Options.StallMs * 1_000_000L)
        {
            Counters.SlowDisconnects++;
            peer.BlockedSinceNs = 0;
            peer.Session.Disconnect($"market data was not read for {_books.Options.StallMs} ms", Clock.UnixNs);
        }
    }
}
