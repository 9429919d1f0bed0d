using System.Buffers;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>The matching engine of a core: on the core's own thread, where a request is done when it has begun; or another, that took its books
/// over.</summary>
/// <param name="books">The engine; nobody else gives it requests.</param>
/// <param name="window">How many requests may be done before the first result is taken.</param>
public struct CoreEngine(MatchingEngine books, int window) : ICoreEngine
{
    private readonly int[] _results = new int[window];
    private MatchingEngine? _books = books;
    private ICoreEngine? _other;
    private int _done;
    private int _taken;

    /// <summary>The engine itself.</summary>
    /// <exception cref="InvalidOperationException">Another one took the books over.</exception>
    public readonly MatchingEngine Books => _books
        ?? throw new InvalidOperationException("another engine has the books: look at its View, or at BooksOf an instrument");

    /// <inheritdoc/>
    public readonly IMatchingEngine View => _other is null ? _books! : _other.View;

    /// <inheritdoc/>
    public readonly int InstrumentCount => _other is null ? _books!.InstrumentCount : _other.InstrumentCount;

    /// <inheritdoc/>
    public readonly int OrderCount => _other is null ? _books!.OrderCount : _other.OrderCount;

    /// <inheritdoc/>
    public readonly long TradeCount => _other is null ? _books!.TradeCount : _other.TradeCount;

    /// <inheritdoc/>
    public readonly ulong StateHash => _other is null ? _books!.StateHash : _other.StateHash;

    /// <inheritdoc/>
    public readonly long TimeNs => _other is null ? _books!.TimeNs : _other.TimeNs;

    /// <inheritdoc/>
    public readonly bool AnswersAtOnce => _other is null ? true : _other.AnswersAtOnce;

    /// <inheritdoc/>
    public readonly MatchingEngine BooksOf(int instrumentId) => _other is null ? _books! : _other.BooksOf(instrumentId);

    /// <inheritdoc/>
    public readonly int AddInstrument(InstrumentTerms terms) => _other is null ? _books!.AddInstrument(terms) : _other.AddInstrument(terms);

    /// <inheritdoc/>
    public readonly void SetTerms(int instrumentId, InstrumentTerms terms)
    {
        if (_other is null)
        {
            _books!.SetTerms(instrumentId, terms);
        }
        else
        {
            _other.SetTerms(instrumentId, terms);
        }
    }

    /// <inheritdoc/>
    public readonly void AdvanceTime(long timeNs, MatchEventBuffer events)
    {
        if (_other is null)
        {
            _books!.AdvanceTime(timeNs, events);
        }
        else
        {
            _other.AdvanceTime(timeNs, events);
        }
    }

    /// <inheritdoc/>
    public void BeginNew(in MatchOrder order, MatchEventBuffer events)
    {
        if (_other is null)
        {
            Keep((int)_books!.Submit(in order, events));
        }
        else
        {
            _other.BeginNew(in order, events);
        }
    }

    /// <inheritdoc/>
    public void BeginCancel(ulong orderId, MatchEventBuffer events)
    {
        if (_other is null)
        {
            Keep((int)_books!.Cancel(orderId, events));
        }
        else
        {
            _other.BeginCancel(orderId, events);
        }
    }

    /// <inheritdoc/>
    public void BeginReduce(ulong orderId, Quantity lots, MatchEventBuffer events)
    {
        if (_other is null)
        {
            Keep((int)_books!.Reduce(orderId, lots, events));
        }
        else
        {
            _other.BeginReduce(orderId, lots, events);
        }
    }

    /// <inheritdoc/>
    public void BeginReplace(in MatchReplace replace, MatchEventBuffer events)
    {
        if (_other is null)
        {
            Keep((int)_books!.Replace(in replace, events));
        }
        else
        {
            _other.BeginReplace(in replace, events);
        }
    }

    /// <inheritdoc/>
    public void BeginReplace(ulong orderId, Price price, Quantity leaves, MatchEventBuffer events)
    {
        if (_other is null)
        {
            Keep((int)_books!.Replace(orderId, price, leaves, events));
        }
        else
        {
            _other.BeginReplace(orderId, price, leaves, events);
        }
    }

    /// <inheritdoc/>
    public void BeginMove(ulong orderId, Price price, MatchEventBuffer events)
    {
        if (_other is null)
        {
            Keep((int)_books!.Move(orderId, price, events));
        }
        else
        {
            _other.BeginMove(orderId, price, events);
        }
    }

    /// <inheritdoc/>
    public void BeginMassCancel(in MassCancelFilter filter, MatchEventBuffer events)
    {
        if (_other is null)
        {
            Keep(_books!.MassCancel(in filter, events));
        }
        else
        {
            _other.BeginMassCancel(in filter, events);
        }
    }

    /// <inheritdoc/>
    public void BeginList(in MassCancelFilter filter, MatchEventBuffer events)
    {
        if (_other is null)
        {
            Keep(_books!.List(in filter, events));
        }
        else
        {
            _other.BeginList(in filter, events);
        }
    }

    /// <inheritdoc/>
    public void BeginCross(in MatchCross cross, MatchEventBuffer events)
    {
        if (_other is null)
        {
            Keep((int)_books!.Cross(in cross, events));
        }
        else
        {
            _other.BeginCross(in cross, events);
        }
    }

    /// <inheritdoc/>
    public void BeginPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events)
    {
        if (_other is null)
        {
            Keep((int)_books!.SetPhase(instrumentId, phase, cancelsForbidden, events));
        }
        else
        {
            _other.BeginPhase(instrumentId, phase, cancelsForbidden, events);
        }
    }

    /// <inheritdoc/>
    public int Complete(MatchEventBuffer events)
    {
        if (_other is not null)
        {
            return _other.Complete(events);
        }

        int result = _results[_taken++];
        if (_taken == _done)
        {
            (_taken, _done) = (0, 0);
        }

        return result;
    }

    /// <inheritdoc/>
    public readonly bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level) =>
        _other is null ? _books!.TryGetLevel(instrumentId, side, depth, out level) : _other.TryGetLevel(instrumentId, side, depth, out level);

    /// <inheritdoc/>
    public readonly void SilenceLevels(int instrumentId)
    {
        if (_other is null)
        {
            _books!.TellLevels(instrumentId, tells: false);
        }
        else
        {
            _other.SilenceLevels(instrumentId);
        }
    }

    /// <inheritdoc/>
    public readonly bool TryGetLastTrade(int instrumentId, out Price price) =>
        _other is null ? _books!.TryGetLastTrade(instrumentId, out price) : _other.TryGetLastTrade(instrumentId, out price);

    /// <inheritdoc/>
    public readonly bool TryGetOrder(ulong orderId, out RestingOrder order) =>
        _other is null ? _books!.TryGetOrder(orderId, out order) : _other.TryGetOrder(orderId, out order);

    /// <inheritdoc/>
    public readonly void Prefetch(ulong orderId)
    {
        if (_other is null)
        {
            _books!.Prefetch(orderId);
        }
        else
        {
            _other.Prefetch(orderId);
        }
    }

    /// <inheritdoc/>
    public readonly void PrefetchOrder(ulong orderId)
    {
        if (_other is null)
        {
            _books!.PrefetchOrder(orderId);
        }
        else
        {
            _other.PrefetchOrder(orderId);
        }
    }

    /// <inheritdoc/>
    public readonly void Save(IBufferWriter<byte> target)
    {
        if (_other is null)
        {
            _books!.Save(target);
        }
        else
        {
            _other.Save(target);
        }
    }

    /// <inheritdoc/>
    public readonly void Load(IStateSource source)
    {
        if (_other is null)
        {
            _books!.Load(source);
        }
        else
        {
            _other.Load(source);
        }
    }

    /// <inheritdoc/>
    public readonly bool Holds(ulong orderId, int tag, Side side, int instrumentId, int session, Quantity leaves) =>
        _other is null ? _books!.Holds(orderId, tag, side, instrumentId, session, leaves)
            : _other.Holds(orderId, tag, side, instrumentId, session, leaves);

    /// <summary>Another engine takes the books over, and the memory of these is free. It has the same instruments, and no orders.</summary>
    /// <remarks>Thread: the core's, with nothing under way. Allocates: the state of the books.</remarks>
    internal void MoveTo(ICoreEngine other)
    {
        ArrayBufferWriter<byte> state = new();
        Save(state);
        other.Load(new StateBytes(state.WrittenMemory));
        _other = other;
        _books = null;
    }

    private void Keep(int result) => _results[_done++] = result;
}

/// <summary>Saved state that lies in memory.</summary>
internal sealed class StateBytes(ReadOnlyMemory<byte> bytes) : IStateSource
{
    private int _at;

    /// <inheritdoc/>
    public void ReadExactly(Span<byte> target)
    {
        bytes.Span.Slice(_at, target.Length).CopyTo(target);
        _at += target.Length;
    }
}
