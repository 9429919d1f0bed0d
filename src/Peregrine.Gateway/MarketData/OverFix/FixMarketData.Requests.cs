using System.Text;
using Peregrine.Distribution.Wire;
using Peregrine.Fix.Messages;

namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>Requests: all of one is done, or nothing of it.</summary>
public sealed partial class FixMarketData
{
    private void Answer(MarketDataPeer peer, in FixMessage message, long nowNs)
    {
        if (MarketDataRequest.TryRead(message, out RequestFault fault) is not { } request)
        {
            _ = message.TryGet(MarketDataTag.MdReqId, out ReadOnlySpan<byte> id);
            Refuse(peer, id[..Math.Min(id.Length, MarketDataRequest.RequestIdBytesMax)], fault, nowNs);
        }
        else if (request.Action == RequestAction.Unsubscribe)
        {
            Unsubscribe(peer, request, nowNs);
        }
        else if (FindFault(peer, request, out List<BookSubscription> subscriptions) is { Text: not null } why)
        {
            Refuse(peer, request.Id, why, nowNs);
        }
        else
        {
            Begin(peer, subscriptions, nowNs);
        }
    }

    private RequestFault FindFault(MarketDataPeer peer, MarketDataRequest request, out List<BookSubscription> subscriptions)
    {
        subscriptions = [];
        foreach (BookSubscription subscription in peer.Subscriptions)
        {
            if (subscription.RequestId.SequenceEqual(request.Id))
            {
                return new('1', "MDReqID (262) is in use: end that request first (263=2), or take another id");
            }
        }

        int wanted = peer.Subscriptions.Count + request.Symbols.Count;
        if (wanted > MarketDataPeer.SubscriptionsMax)
        {
            return new('2', $"{wanted} instruments asked for, expected at most {MarketDataPeer.SubscriptionsMax} of a session");
        }

        bool isOnce = request.Action == RequestAction.Snapshot;
        foreach (string symbol in request.Symbols)
        {
            if (!_books.TryFind(symbol, out int id, out InstrumentInfo? info))
            {
                CloseUnused(subscriptions);
                return new('0', $"no instrument {symbol[..Math.Min(symbol.Length, WireLimits.SymbolBytesMax)]}");
            }

            subscriptions.Add(new BookSubscription(peer, request.Id, FeedOf(id, info, request.Form), isOnce));
        }

        return default;
    }

    // Each begins with a snapshot, as those do that fell behind.
    private void Begin(MarketDataPeer peer, List<BookSubscription> subscriptions, long nowNs)
    {
        Counters.Requests++;
        foreach (BookSubscription subscription in subscriptions)
        {
            peer.Subscriptions.Add(subscription);
            subscription.Feed.Subscriptions.Add(subscription);
            Counters.Subscriptions++;
            FallBehind(subscription, missed: 0);
        }

        CatchUp(peer, nowNs);
    }

    private void Unsubscribe(MarketDataPeer peer, MarketDataRequest request, long nowNs)
    {
        if (!TryEndRequest(peer, request.Id))
        {
            Refuse(peer, request.Id, new('\0', "no subscription has this MDReqID (262)"), nowNs);
        }
    }

    private bool TryEndRequest(MarketDataPeer peer, ReadOnlySpan<byte> id)
    {
        int before = peer.Subscriptions.Count;
        for (int place = before - 1; place >= 0; place--)
        {
            if (peer.Subscriptions[place].RequestId.SequenceEqual(id))
            {
                Drop(peer.Subscriptions[place]);
            }
        }

        return peer.Subscriptions.Count < before;
    }

    private void Refuse(MarketDataPeer peer, ReadOnlySpan<byte> id, RequestFault fault, long nowNs)
    {
        Counters.Refusals++;
        if (!peer.IsOn)
        {
            return;
        }

        FixWriter writer = peer.Session.BeginMessage("Y"u8, nowNs);
        writer.Add(MarketDataTag.MdReqId, id);
        if (fault.Code != '\0' && _dialect.HasReason(fault.Code))
        {
            writer.Add(MarketDataTag.MdReqRejReason, fault.Code);
        }

        writer.Add(Tag.Text, Encoding.Latin1.GetBytes(fault.Text));
        Check.That(peer.Session.TryEndMessage(ref writer, peer.Session.Mark), "a refusal fits into a message");
    }

    private BookFeed FeedOf(int id, InstrumentInfo info, BookForm form)
    {
        if (id >= _instruments.Length)
        {
            Array.Resize(ref _instruments, Math.Max(id + 1, _instruments.Length * 2));
        }

        InstrumentChanges instrument = _instruments[id] ??= new InstrumentChanges(id, info, Encoding.ASCII.GetBytes(info.Symbol), _books);
        BookFeed? feed = instrument.Feeds.Find(feed => feed.Form == form);
        if (feed is null)
        {
            feed = new BookFeed(instrument, form, _books);
            instrument.Feeds.Add(feed);
        }

        return feed;
    }

    private void CloseUnused(List<BookSubscription> subscriptions)
    {
        foreach (BookSubscription subscription in subscriptions)
        {
            CloseIfUnused(subscription.Feed);
        }
    }

    private void CloseIfUnused(BookFeed feed)
    {
        InstrumentChanges instrument = feed.Instrument;
        if (feed.Subscriptions.Count == 0 && instrument.Feeds.Remove(feed) && instrument.Feeds.Count == 0)
        {
            _instruments[instrument.InstrumentId] = null;
            _ = _dirty.Remove(instrument);
        }
    }

    private void Drop(BookSubscription subscription)
    {
        MarketDataPeer peer = subscription.Peer;
        if (peer.Subscriptions.Remove(subscription))
        {
            peer.BehindCount -= subscription.IsBehind ? 1 : 0;
            _ = subscription.Feed.Subscriptions.Remove(subscription);
            Counters.Subscriptions--;
            CloseIfUnused(subscription.Feed);
        }
    }

    private void DropAll(MarketDataPeer peer)
    {
        for (int place = peer.Subscriptions.Count - 1; place >= 0; place--)
        {
            Drop(peer.Subscriptions[place]);
        }

        (peer.BehindCount, peer.BlockedSinceNs, peer.PendingBefore) = (0, 0, 0);
    }
}
