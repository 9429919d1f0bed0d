using System.Runtime.CompilerServices;
using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Samples;

/// <summary>A matching engine with its reports on their way to a callback. Nothing of it throws to its callers.</summary>
/// <remarks>Thread: one at a time. Allocates: when made, when the reports of a request are more than ever before, and for what goes wrong.</remarks>
internal sealed unsafe class NativeEngine
{
    /// <summary>Most instruments.</summary>
    public const uint InstrumentsMax = 65_536;

    /// <summary>Most reports that are kept back.</summary>
    public const uint ReportsHeldMax = 1 << 20;

    // Where a batch gives its reports in between although none need be kept: enough that the call costs nothing, and still in the near caches.
    private const int ReportsAtOnce = 256;

    // How many requests ahead the memory of one is asked for: of the index, and of the order that is found there.
    private const uint IndexAhead = 4;
    private const uint OrderAhead = 2;

    private readonly MatchingEngine _books;
    private readonly MatchEventBuffer _reports;
    private readonly delegate* unmanaged[Cdecl]<void*, MatchEvent*, uint, void> _onReports;
    private readonly void* _user;
    private readonly int _reportsHeld;
    private long _reportCount;
    private bool _isReporting;
    private bool _hasFailed;

    /// <summary>Makes an engine of checked options.</summary>
    /// <exception cref="ArgumentException">The terms of an instrument have faults.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory for so many orders.</exception>
    public NativeEngine(in EngineOptions options)
    {
        _onReports = options.OnReports;
        _user = options.User;
        _reportsHeld = (int)options.ReportsHeld;
        _reports = new MatchEventBuffer(Math.Max(_reportsHeld, ReportsAtOnce) + 1_024);
        _books = new MatchingEngine((int)options.OrdersMax) { EmitsOrderDeltas = (options.Flags & EngineFlags.OrderDeltas) != 0 };
        for (uint instrument = 0; instrument < options.Instruments; instrument++)
        {
            try
            {
                // SAFETY: the caller says that as many lie there as there are instruments.
                _ = _books.AddInstrument(options.Terms is null ? new InstrumentTerms() : options.Terms[instrument].ToTerms());
            }
            catch (ArgumentException fault)
            {
                throw new ArgumentException($"terms[{instrument}]: {fault.Message}", fault);
            }
        }
    }

    /// <summary>What the caller knows it by.</summary>
    public ulong Handle { get; set; }

    /// <summary>Whether its callback runs.</summary>
    public bool IsReporting => _isReporting;

    /// <summary>One request, whatever it is.</summary>
    public EngineStatus Take(in EngineRequest request)
    {
        EngineStatus status = Begin();
        if (status != EngineStatus.Ok)
        {
            return status;
        }

        try
        {
            return End(Execute(in request));
        }
        catch (Exception fault)
        {
            return Fail(fault);
        }
    }

    /// <summary>Takes an order out.</summary>
    public EngineStatus Cancel(ulong orderId)
    {
        EngineStatus status = Begin();
        if (status != EngineStatus.Ok)
        {
            return status;
        }

        try
        {
            return End(StatusOf(_books.Cancel(orderId, _reports)));
        }
        catch (Exception fault)
        {
            return Fail(fault);
        }
    }

    /// <summary>Gives an order another price and leaves it so many lots.</summary>
    public EngineStatus Replace(ulong orderId, long price, long quantity)
    {
        EngineStatus status = Begin();
        if (status != EngineStatus.Ok)
        {
            return status;
        }

        try
        {
            return End(StatusOf(_books.Replace(orderId, new Price(price), new Quantity(quantity), _reports)));
        }
        catch (Exception fault)
        {
            return Fail(fault);
        }
    }

    /// <summary>Requests one after the other; the memory of those to come is asked for meanwhile.</summary>
    /// <param name="done">How many were carried out, refused ones too: all, or those before the one that is no request.</param>
    public EngineStatus TakeAll(EngineRequest* requests, uint count, out uint done)
    {
        done = 0;
        EngineStatus status = Begin();
        if (status != EngineStatus.Ok)
        {
            return status;
        }

        try
        {
            // SAFETY: the caller says that so many requests lie there; nothing behind them is looked at.
            for (; done < count; done++)
            {
                if (done + IndexAhead < count)
                {
                    _books.Prefetch(requests[done + IndexAhead].OrderId);
                }

                if (done + OrderAhead < count)
                {
                    _books.PrefetchOrder(requests[done + OrderAhead].OrderId);
                }

                if (Execute(in requests[done]) == EngineStatus.OutOfRange)
                {
                    return End(EngineStatus.OutOfRange);
                }

                if (_reports.Count >= Math.Max(_reportsHeld, ReportsAtOnce))
                {
                    Report();
                }
            }

            return End(EngineStatus.Ok);
        }
        catch (Exception fault)
        {
            return Fail(fault);
        }
    }

    /// <summary>Gives the callback what was kept back.</summary>
    public EngineStatus Flush()
    {
        EngineStatus status = Begin();
        if (status == EngineStatus.Ok)
        {
            Report();
        }

        return status;
    }

    /// <summary>A shown level by depth, 0 is the best.</summary>
    public EngineStatus GetLevel(int instrument, Side side, uint depth, out EngineLevel level)
    {
        level = default;
        if (!IsSideOfBook(instrument, side))
        {
            return NoSideOfBook(instrument, side);
        }

        bool isThere = _books.TryGetLevel(instrument, side, (int)Math.Min(depth, int.MaxValue), out BookLevel found);
        return isThere ? Put(found, out level) : EngineStatus.Empty;
    }

    /// <summary>The shown level of a price.</summary>
    public EngineStatus GetLevelAt(int instrument, Side side, long price, out EngineLevel level)
    {
        level = default;
        if (!IsSideOfBook(instrument, side))
        {
            return NoSideOfBook(instrument, side);
        }

        if (price is < -MatchingEngine.PriceTicksMax or > MatchingEngine.PriceTicksMax)
        {
            return LastError.Set(EngineStatus.OutOfRange, $"price is {price}, expected within ±2^56 ticks");
        }

        return _books.TryGetLevelAt(instrument, side, new Price(price), out BookLevel found) ? Put(found, out level) : EngineStatus.Empty;
    }

    /// <summary>The digest of all that decides what happens next.</summary>
    public ulong StateHash => _books.StateHash;

    /// <summary>What it has and has done.</summary>
    public EngineStatistics Statistics => new()
    {
        Size = (uint)sizeof(EngineStatistics),
        Orders = (uint)_books.OrderCount,
        Trades = _books.TradeCount,
        TradedLots = (long)Int128.Min(_books.TradedLots, long.MaxValue),
        Rejects = _books.RejectCount,
        Reports = _reportCount + _reports.Count,
        ReportGrowths = _reports.GrowCount,
        BytesAllocated = GC.GetAllocatedBytesForCurrentThread(),
    };

    private static EngineStatus StatusOf(RejectReason reason) => reason == RejectReason.None ? EngineStatus.Ok : EngineStatus.Rejected;

    private static EngineStatus Put(in BookLevel found, out EngineLevel level)
    {
        level = new EngineLevel { Price = found.Price.Ticks, Quantity = found.Quantity.Lots, Orders = (uint)found.OrderCount };
        return EngineStatus.Ok;
    }

    private bool IsSideOfBook(int instrument, Side side) => (uint)instrument < (uint)_books.InstrumentCount && side is Side.Buy or Side.Sell;

    private EngineStatus NoSideOfBook(int instrument, Side side) => LastError.Set(EngineStatus.OutOfRange,
        $"instrument is {instrument} and side {(byte)side}, expected 0 to {_books.InstrumentCount - 1}, and 1 (buy) or 2 (sell)");

    private EngineStatus Execute(in EngineRequest request) => request.Type switch
    {
        // A new order lies as the engine's own.
        EngineRequestType.New => StatusOf(
            _books.Submit(in Unsafe.As<EngineRequest, MatchOrder>(ref Unsafe.AsRef(in request)), _reports)),
        EngineRequestType.Cancel => StatusOf(_books.Cancel(request.OrderId, _reports)),
        EngineRequestType.Replace => Change(in request),
        EngineRequestType.Reduce => StatusOf(_books.Reduce(request.OrderId, new Quantity(request.Quantity), _reports)),
        EngineRequestType.MassCancel or EngineRequestType.List => CancelOrList(in request),
        EngineRequestType.SetPhase => SetPhase(in request),
        EngineRequestType.AdvanceTime => AdvanceTime(in request),
        _ => LastError.Set(EngineStatus.OutOfRange, $"type is {(byte)request.Type}, expected 1 to {(byte)EngineRequestType.List}"),
    };

    private EngineStatus Change(in EngineRequest request)
    {
        if (request.Fields == (ReplaceFields.Price | ReplaceFields.Leaves))
        {
            return StatusOf(_books.Replace(request.OrderId, new Price(request.Price), new Quantity(request.Quantity), _reports));
        }

        MatchReplace change = new()
        {
            OrderId = request.OrderId,
            Price = new Price(request.Price),
            Leaves = new Quantity(request.Quantity),
            StopPrice = new Price(request.StopPrice),
            OffsetTicks = request.OffsetTicks,
            DisplayQuantity = new Quantity(request.DisplayQuantity),
            MinimumQuantity = new Quantity(request.MinimumQuantity),
            ExpireTimeNs = request.ExpireTimeNs,
            Fields = request.Fields,
        };
        return StatusOf(_books.Replace(in change, _reports));
    }

    private EngineStatus CancelOrList(in EngineRequest request)
    {
        if (request.Side > Side.Sell)
        {
            return LastError.Set(EngineStatus.OutOfRange, $"side is {(byte)request.Side}, expected 0 (both), 1 (buy) or 2 (sell)");
        }

        MassCancelFilter filter = new(request.Session, request.Account, request.Instrument, request.Side == 0 ? null : request.Side);
        _ = request.Type == EngineRequestType.List ? _books.List(in filter, _reports) : _books.MassCancel(in filter, _reports);
        return EngineStatus.Ok;
    }

    private EngineStatus SetPhase(in EngineRequest request) => TradingPhases.IsKnown(request.Phase)
        ? StatusOf(_books.SetPhase(request.Instrument, request.Phase, request.Flags != 0, _reports))
        : LastError.Set(EngineStatus.OutOfRange, $"phase is {(byte)request.Phase}, expected 1 to {(byte)TradingPhases.Last}");

    private EngineStatus AdvanceTime(in EngineRequest request)
    {
        _books.AdvanceTime(request.ExpireTimeNs, _reports);
        return EngineStatus.Ok;
    }

    private EngineStatus Begin() => _isReporting
        ? LastError.Set(EngineStatus.Busy, "the callback of this engine is running: it may look at the books, and change nothing")
        : _hasFailed ? EngineStatus.Failed : EngineStatus.Ok;

    private EngineStatus End(EngineStatus status)
    {
        if (_reports.Count > 0 && _reports.Count >= _reportsHeld)
        {
            Report();
        }

        return status;
    }

    private void Report()
    {
        if (_reports.Count == 0)
        {
            return;
        }

        _reportCount += _reports.Count;
        if (_onReports is not null)
        {
            _isReporting = true;
            fixed (MatchEvent* first = _reports.Span)
            {
                // SAFETY: the reports stay where they are until the callback is back, as nothing is taken meanwhile.
                _onReports(_user, first, (uint)_reports.Count);
            }

            _isReporting = false;
        }

        _reports.Clear();
    }

    // The books may be half changed: nothing can be relied on any more.
    private EngineStatus Fail(Exception fault)
    {
        _hasFailed = true;
        return LastError.Set(EngineStatus.Failed, $"the engine has failed and takes nothing more: {fault.GetType().Name}: {fault.Message}");
    }
}
