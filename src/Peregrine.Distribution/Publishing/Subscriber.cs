using System.Buffers.Binary;
using Peregrine.Distribution.Wire;
using Peregrine.Net;

namespace Peregrine.Distribution.Publishing;

/// <summary>One connection: its requests, its subscriptions, and what it is sent next.</summary>
/// <remarks>
/// Thread: the server's. Frames of channels go to the kernel straight from the channels' rings. Everything else (snapshots, answers) goes
/// through the connection's own output, which is only written between frames.
/// </remarks>
internal sealed class Subscriber(MarketDataServer server) : IConnectionHandler
{
    // Long enough for a peer on the other side of the world to read why, short enough not to keep the dead.
    private const long GoodbyeNs = 2_000_000_000;

    // Above this nothing more is read from a peer that asks and does not take the answers.
    private const int AnswerBytesMax = 1 << 20;
    private readonly Dictionary<(int InstrumentId, Depth Depth), Subscription> _subscriptions = [];
    private readonly Queue<Subscription> _waiting = new();
    private Connection _connection = null!;
    private Subscription? _partial;
    private long _openedNs;
    private long _requestBeganNs;
    private long _blockedSinceNs;
    private long _lastSentNs;
    private long _goodbyeNs;
    private long _conflations;
    private int _refusals;
    private int _lastPendingBytes;
    private bool _isOutputEnded;

    /// <summary>In the server's list of those with something to send.</summary>
    public bool IsDirty { get; set; }

    /// <summary>It has subscribed to nothing, and is not on its way out.</summary>
    public bool IsIdle => _subscriptions.Count == 0 && !IsLeaving && _connection.IsOpen;

    /// <summary>When it came, monotonic nanoseconds.</summary>
    public long OpenedNs => _openedNs;

    private bool IsLeaving => _goodbyeNs != 0;

    /// <inheritdoc/>
    public void OnOpened(Connection connection)
    {
        _connection = connection;
        _openedNs = Clock.MonotonicNs;
        _lastSentNs = _openedNs;
        connection.LimitKernelOutput(server.Options.KernelBytes);
        Write(FrameEncoder.Welcome(Reserve(), server.Options.Source, server.Options.HeartbeatMs, server.InstrumentCount));
        if (!server.TryAdmit(this))
        {
            Leave(Reason.TooManyConnections, $"the server takes {server.Options.ConnectionsMax} connections; try again later");
        }
    }

    /// <inheritdoc/>
    public void OnData(Connection connection, ref InputReader input)
    {
        bool hasProgress = false;
        while (!IsLeaving && input.TryPeek(WireLimits.PrefixBytes, out ReadOnlySpan<byte> prefix))
        {
            if (_partial is not null || _connection.PendingOutputBytes > AnswerBytesMax)
            {
                // Offering nothing asks for OnWritable, until which the loop keeps what is left here and reads no more.
                _ = _connection.SendShared(default);
                _requestBeganNs = 0;
                return;
            }

            uint bytes = BinaryPrimitives.ReadUInt32BigEndian(prefix);
            if (bytes > WireLimits.RequestBytesMax)
            {
                Leave(Reason.FrameTooLarge, $"a request of {bytes} bytes; expected at most {WireLimits.RequestBytesMax}: a length of four bytes, " +
                    $"big endian, then a Request");
                break;
            }

            if (input.Length - WireLimits.PrefixBytes < bytes)
            {
                break;
            }

            OnRequest(input.Consume(WireLimits.PrefixBytes + (int)bytes)[WireLimits.PrefixBytes..]);
            hasProgress = true;
        }

        if (IsLeaving)
        {
            input.Discard(input.Length);
            return;
        }

        _requestBeganNs = input.Length == 0 ? 0 : hasProgress || _requestBeganNs == 0 ? Clock.MonotonicNs : _requestBeganNs;
    }

    /// <inheritdoc/>
    public void OnWritable(Connection connection) => Pump();

    /// <inheritdoc/>
    public void OnClosed(Connection connection, CloseReason reason)
    {
        DropSubscriptions();
        server.Remove(this);
    }

    /// <summary>A channel has new frames for a subscription.</summary>
    public void Queue(Subscription subscription)
    {
        if (!subscription.IsQueued)
        {
            subscription.IsQueued = true;
            _waiting.Enqueue(subscription);
        }
    }

    /// <summary>Sends what waits, as far as the kernel takes it.</summary>
    public void Pump()
    {
        while (!IsLeaving && _connection.IsOpen && (_partial is not null || _waiting.Count > 0))
        {
            Subscription subscription = _partial ?? _waiting.Peek();
            if (!subscription.IsLive && !TryGoLive(subscription))
            {
                return;
            }

            ReadOnlySpan<byte> waiting = subscription.IsLive ? subscription.Waiting() : default;
            if (waiting.Length > 0)
            {
                int sent = _connection.SendShared(waiting);
                subscription.Advance(sent);
                NoteProgress(sent, isAll: sent == waiting.Length);
                if (sent < waiting.Length)
                {
                    _partial = subscription;
                    return;
                }

                continue;
            }

            // It has everything.
            _partial = null;
            if (_waiting.TryPeek(out Subscription? first) && first == subscription)
            {
                subscription.IsQueued = false;
                _ = _waiting.Dequeue();
            }
        }
    }

    /// <summary>A channel is about to overwrite what the subscription has not read yet.</summary>
    /// <param name="rest">Of a frame that was sent in part: it has to be finished.</param>
    public void OnOverrun(Subscription subscription, ReadOnlySpan<byte> rest)
    {
        _conflations++;
        server.Counters.Conflations++;
        if (rest.Length > 0 && !_connection.TryWrite(rest))
        {
            // No buffer is left for half a frame: the stream cannot go on.
            server.Counters.SlowDisconnects++;
            _connection.Abort();
            return;
        }

        if (_partial == subscription)
        {
            _partial = null;
        }

        Queue(subscription);
        if (subscription.CountConflation() > server.Options.ConflationsMax)
        {
            server.Counters.SlowDisconnects++;
            server.LeaveLater(this);
        }
    }

    /// <summary>Looks at time: heartbeats, stalls, requests that do not end.</summary>
    public void OnTick(long nowNs)
    {
        if (!_connection.IsOpen)
        {
            return;
        }

        if (IsLeaving)
        {
            FinishLeaving(nowNs);
            return;
        }

        // What the loop sent of a long snapshot meanwhile is progress too.
        if (_connection.PendingOutputBytes < _lastPendingBytes)
        {
            NoteProgress(1, isAll: _connection.PendingOutputBytes == 0 && _partial is null);
        }

        _lastPendingBytes = _connection.PendingOutputBytes;
        long requestNs = server.Options.RequestMs * 1_000_000L;
        if (_blockedSinceNs != 0 && nowNs - _blockedSinceNs > server.Options.StallMs * 1_000_000L)
        {
            server.Counters.SlowDisconnects++;
            LeaveAsTooSlow();
        }
        else if (_requestBeganNs != 0 && nowNs - _requestBeganNs > requestNs)
        {
            Leave(Reason.IncompleteFrame, $"a request was begun and not ended within {server.Options.RequestMs} ms");
        }
        else if (_subscriptions.Count == 0 && nowNs - _openedNs > requestNs)
        {
            Leave(Reason.Idle, $"nothing was subscribed within {server.Options.RequestMs} ms");
        }
        else if (_partial is null && nowNs - _lastSentNs > server.Options.HeartbeatMs * 1_000_000L && _connection.PendingOutputBytes == 0)
        {
            Write(FrameEncoder.Heartbeat(Reserve(), Clock.ToUnixNs(nowNs)));
        }
    }

    /// <summary>Tells that the subscriber is too slow, and begins to close.</summary>
    public void LeaveAsTooSlow() =>
        Leave(Reason.TooSlow, $"nothing was read for {server.Options.StallMs} ms, " +
            $"or changes of one instrument were left out more than {server.Options.ConflationsMax} times in a minute; " +
            $"{_conflations} times in all; subscribe to less, or read faster");

    /// <summary>Tells why, and begins to close: the last frame must arrive, so the connection stays for a moment.</summary>
    public void Leave(Reason reason, string text)
    {
        if (IsLeaving || !_connection.IsOpen)
        {
            return;
        }

        _goodbyeNs = Clock.MonotonicNs + GoodbyeNs;
        if (_partial is { } partial)
        {
            _ = _connection.TryWrite(partial.RestOfFrame(out _));
        }

        Write(FrameEncoder.Goodbye(Reserve(), reason, text));
        server.Counters.Goodbyes++;
        DropSubscriptions();
    }

    /// <summary>As <see cref="Leave"/>, without waiting until that was read: the place is needed.</summary>
    public void LeaveAtOnce(Reason reason, string text)
    {
        Leave(reason, text);
        _connection.Close();
    }

    private void FinishLeaving(long nowNs)
    {
        if (nowNs > _goodbyeNs)
        {
            if (_connection.PendingOutputBytes > 0)
            {
                _connection.Abort();
            }
            else
            {
                _connection.Close();
            }
        }
        else if (_connection.PendingOutputBytes == 0 && !_isOutputEnded)
        {
            // The peer reads the end of the stream and closes; closing first would throw away what it has not read yet.
            _isOutputEnded = true;
            _connection.EndOutput();
        }
    }

    private void OnRequest(ReadOnlySpan<byte> message)
    {
        WireStatus status = RequestCodec.TryDecode(message, out Request? request);
        if (status == WireStatus.Malformed)
        {
            Leave(Reason.Garbage, "the bytes are no Request of schemas/marketdata.proto");
            return;
        }

        if (request is null)
        {
            Refuse(Reason.BadRequest, "a Request without a body that this version knows");
            return;
        }

        switch (request.Kind)
        {
            case RequestKind.ListInstruments:
                ListInstruments();
                break;
            case RequestKind.Subscribe:
                Subscribe(request);
                break;
            default:
                Unsubscribe(request);
                break;
        }
    }

    private void ListInstruments()
    {
        int count = server.InstrumentCount;
        for (int id = 0; id < count; id++)
        {
            Write(FrameEncoder.Instrument(Reserve(), id, server.InfoOf(id), 0));
        }

        Write(FrameEncoder.Heartbeat(Reserve(), Clock.UnixNs));
    }

    // All symbols of a request, or none.
    private void Subscribe(Request request)
    {
        if (request.Depth == 0 || request.Symbols.Count == 0)
        {
            Refuse(Reason.BadRequest, request.Depth == 0
                ? "a depth that is unknown; expected best, levels, orders or trades"
                : "no symbol; expected one or more, or * for all");
            return;
        }

        if (!server.TryResolve(request.Symbols, out List<int> ids, out string unknown))
        {
            Refuse(Reason.UnknownSymbol, $"no instrument {unknown}; ListInstruments tells which there are");
            return;
        }

        List<int> fresh = [.. ids.Distinct().Where(id => !_subscriptions.ContainsKey((id, request.Depth)))];
        if (_subscriptions.Count + fresh.Count > server.Options.SubscriptionsMax)
        {
            Refuse(Reason.TooManySubscriptions,
                $"{_subscriptions.Count + fresh.Count} subscriptions; expected at most {server.Options.SubscriptionsMax} on a connection");
            return;
        }

        if (!server.TryOpenChannels(fresh, request.Depth, out List<Channel> channels))
        {
            Refuse(Reason.TooManyChannels,
                $"the server's memory for instruments and depths ({server.Options.ChunksMax} chunks) is used up; subscribe to fewer");
            return;
        }

        foreach (Channel channel in channels)
        {
            Write(FrameEncoder.Instrument(Reserve(), channel.Instrument.Id, channel.Instrument.Info, channel.Depth));
            Subscription subscription = new(this, channel);
            _subscriptions.Add((channel.Instrument.Id, channel.Depth), subscription);
            channel.Subscriptions.Add(subscription);
            server.Counters.Subscriptions++;
            Queue(subscription);
        }

        Pump();
    }

    private void Unsubscribe(Request request)
    {
        if (!server.TryResolve(request.Symbols, out List<int> ids, out string unknown))
        {
            Refuse(Reason.UnknownSymbol, $"no instrument {unknown}");
            return;
        }

        foreach (int id in ids)
        {
            if (_subscriptions.Remove((id, request.Depth), out Subscription? subscription))
            {
                Drop(subscription);
            }
        }

        // Requests are only read between frames, so none that goes was sent in part.
        List<Subscription> left = [.. _waiting.Where(subscription => _subscriptions.ContainsValue(subscription))];
        _waiting.Clear();
        left.ForEach(_waiting.Enqueue);
    }

    private void Refuse(Reason reason, string text)
    {
        server.Counters.Refusals++;
        if (++_refusals > server.Options.RefusalsMax)
        {
            Leave(Reason.TooManyRefusals, $"{_refusals} refused requests, the last one: {text}");
            return;
        }

        Write(FrameEncoder.Refused(Reserve(), reason, text));
    }

    private bool TryGoLive(Subscription subscription)
    {
        if (_connection.PendingOutputBytes > 0)
        {
            _connection.Flush();
        }

        // A snapshot goes when what was before it is out, so that a peer which does not read costs one snapshot at most.
        if (_connection.PendingOutputBytes > 0 || !_connection.IsOpen)
        {
            NoteProgress(0, isAll: false);
            _ = _connection.SendShared(default);
            return false;
        }

        Channel channel = subscription.Channel;
        channel.Flush();
        if (subscription.ConflatedAfter >= 0)
        {
            Write(FrameEncoder.Conflated(Reserve(), channel.Instrument.Id, channel.Depth, subscription.ConflatedAfter, _conflations));
            subscription.ConflatedAfter = -1;
        }

        if (!server.Snapshots.TryWrite(_connection, channel))
        {
            // No room for all of it now: it is begun again when there is, but not for ever.
            NoteProgress(0, isAll: false);
            if (subscription.CountConflation() > server.Options.ConflationsMax)
            {
                server.Counters.SlowDisconnects++;
                LeaveAsTooSlow();
            }

            return false;
        }

        subscription.GoLive();
        _connection.Flush();
        NoteProgress(_connection.PendingOutputBytes == 0 ? 1 : 0, _connection.PendingOutputBytes == 0);
        return true;
    }

    private void NoteProgress(int sent, bool isAll)
    {
        long nowNs = Clock.MonotonicNs;
        _lastSentNs = sent > 0 ? nowNs : _lastSentNs;
        _blockedSinceNs = isAll ? 0 : sent > 0 || _blockedSinceNs == 0 ? nowNs : _blockedSinceNs;
    }

    private Span<byte> Reserve() => _connection.TryReserve(1024, out Span<byte> target) ? target : server.Scratch;

    // What was reserved in the scratch went nowhere: the connection has no room for a few hundred bytes.
    private void Write(int bytes)
    {
        if (!_connection.IsOpen)
        {
            return;
        }

        if (_connection.TryReserve(1024, out _))
        {
            _connection.Advance(bytes);
            _lastSentNs = Clock.MonotonicNs;
        }
        else
        {
            server.Counters.SlowDisconnects++;
            _connection.Abort();
        }
    }

    private void DropSubscriptions()
    {
        foreach (Subscription subscription in _subscriptions.Values)
        {
            Drop(subscription);
        }

        _subscriptions.Clear();
        _waiting.Clear();
        _partial = null;
    }

    private void Drop(Subscription subscription)
    {
        subscription.IsQueued = false;
        _ = subscription.Channel.Subscriptions.Remove(subscription);
        server.Counters.Subscriptions--;
        server.CloseIfUnused(subscription.Channel);
    }
}
