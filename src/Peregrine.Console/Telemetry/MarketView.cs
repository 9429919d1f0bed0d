using Peregrine.Api;
using Peregrine.Distribution.Wire;
using Peregrine.Primitives;

namespace Peregrine.Telemetry;

/// <summary>Books, trades and bars as displays want them, from the market data port: the console is a subscriber like any other.</summary>
/// <remarks>Thread: the subscriber's writes; readers from any, under a lock. Bound: fixed numbers of trades and bars for each instrument.</remarks>
internal sealed class MarketView : FrameVisitor
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, InstrumentView> _byId = [];
    private readonly Dictionary<string, InstrumentView> _bySymbol = [];

    private readonly HashSet<string> _named = [];

    /// <summary>Called outside of the lock for each instrument that a connection lists, once, with how many it had listed before:
    /// it is to be subscribed to.</summary>
    public Action<string, int>? Found { get; set; }

    /// <summary>Symbols, in the order in which they were named.</summary>
    public List<InstrumentInfo> Instruments()
    {
        lock (_lock)
        {
            return [.. _bySymbol.Values.Select(view => view.Info)];
        }
    }

    /// <summary>A book; null for a symbol that is not known.</summary>
    public BookView? Book(string symbol, int depth)
    {
        lock (_lock)
        {
            return _bySymbol.TryGetValue(symbol, out InstrumentView? view) ? view.Book(depth) : null;
        }
    }

    /// <summary>Number of the last change of a symbol that a display can see; 0 when it is not known.</summary>
    public long ChangeOf(string symbol)
    {
        lock (_lock)
        {
            return _bySymbol.TryGetValue(symbol, out InstrumentView? view) ? view.Changes : 0;
        }
    }

    /// <summary>Trades with a number above one, oldest first; null for a symbol that is not known.</summary>
    public List<TradeView>? TradesAfter(string symbol, long after, int countMax)
    {
        lock (_lock)
        {
            return _bySymbol.TryGetValue(symbol, out InstrumentView? view) ? view.TradesAfter(after, countMax) : null;
        }
    }

    /// <summary>Bars of some seconds from a time on, oldest first; null for a symbol that is not known.</summary>
    public List<BarView>? Bars(string symbol, int seconds, long fromMs)
    {
        lock (_lock)
        {
            return _bySymbol.TryGetValue(symbol, out InstrumentView? view) ? view.Bars(seconds, fromMs) : null;
        }
    }

    /// <summary>Quotes that changed after a mark.</summary>
    public List<QuoteView> QuotesAfter(Dictionary<string, long> marks)
    {
        lock (_lock)
        {
            List<QuoteView> quotes = [];
            foreach ((string symbol, InstrumentView view) in _bySymbol)
            {
                if (marks.GetValueOrDefault(symbol, -1) != view.Changes)
                {
                    marks[symbol] = view.Changes;
                    quotes.Add(view.Quote());
                }
            }

            return quotes;
        }
    }

    /// <inheritdoc/>
    public override void OnWelcome(int version, string source, int heartbeatMs, long instrumentCount)
    {
        lock (_lock)
        {
            // Ids and subscriptions are the connection's; trades and bars of before stay.
            _byId.Clear();
            _named.Clear();
        }
    }

    /// <inheritdoc/>
    public override void OnInstrument(int instrumentId, InstrumentInfo info, Depth depth)
    {
        int before;
        bool isFirst;
        lock (_lock)
        {
            before = _named.Count;
            isFirst = depth == 0 && _named.Add(info.Symbol);
            if (!_bySymbol.TryGetValue(info.Symbol, out InstrumentView? view) || view.Info != info)
            {
                view = new InstrumentView(info);
                _bySymbol[info.Symbol] = view;
            }

            _byId[instrumentId] = view;
        }

        if (isFirst)
        {
            Found?.Invoke(info.Symbol, before);
        }
    }

    /// <inheritdoc/>
    public override void OnSnapshot(in FrameHeader header)
    {
        lock (_lock)
        {
            if (header.IsFirst && header.Depth == Depth.Levels && _byId.TryGetValue(header.InstrumentId, out InstrumentView? view))
            {
                view.Clear();
            }
        }
    }

    /// <inheritdoc/>
    public override void OnSnapshotEnd(in FrameHeader header) => Touch(header);

    /// <inheritdoc/>
    public override void OnIncrementEnd(in FrameHeader header) => Touch(header);

    /// <inheritdoc/>
    public override void OnLevel(in FrameHeader header, in LevelEntry level)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(header.InstrumentId, out InstrumentView? view))
            {
                view.Set(level);
            }
        }
    }

    /// <inheritdoc/>
    public override void OnTrade(in FrameHeader header, in TradeEntry trade)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(header.InstrumentId, out InstrumentView? view))
            {
                view.Add(trade);
            }
        }
    }

    private void Touch(in FrameHeader header)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(header.InstrumentId, out InstrumentView? view))
            {
                view.Touch(header);
            }
        }
    }

    /// <summary>One instrument.</summary>
    private sealed class InstrumentView(InstrumentInfo info)
    {
        private const int TradesKept = 512;
        private const int BarSeconds = 5;
        private const int BarsKept = 17_280;
        private readonly SortedList<long, LevelEntry> _bids = new(Comparer<long>.Create((left, right) => right.CompareTo(left)));
        private readonly SortedList<long, LevelEntry> _asks = [];
        private readonly Queue<TradeEntry> _trades = new();
        private readonly List<Bar> _bars = [];
        private readonly decimal _unit = PriceUnit.Of(info.PriceDecimals);
        private TradeEntry _last;
        private long _open;
        private long _high;
        private long _low;

        // 96 bits: quantities are up to 2^40, and a day has many trades.
        private decimal _volume;
        private long _tradeCount;
        private long _sequence;
        private long _timeNs;

        public InstrumentInfo Info { get; } = info;

        public long Changes { get; private set; }

        public void Clear()
        {
            _bids.Clear();
            _asks.Clear();
        }

        public void Set(in LevelEntry level)
        {
            SortedList<long, LevelEntry> side = level.Side == Side.Buy ? _bids : _asks;
            if (level.Quantity == 0)
            {
                _ = side.Remove(level.Price);
            }
            else
            {
                side[level.Price] = level;
            }
        }

        public void Touch(in FrameHeader header)
        {
            Changes++;
            _timeNs = header.TimeNs;
            _sequence = header.Depth == Depth.Levels ? header.Sequence : _sequence;
        }

        public void Add(in TradeEntry trade)
        {
            // A snapshot tells the last trade again after a lost connection; a server that started anew counts from 1.
            if (trade.TradeId == _last.TradeId && trade.TimeNs == _last.TimeNs)
            {
                return;
            }

            _last = trade;
            _tradeCount++;
            _volume += trade.Quantity;
            _open = _tradeCount == 1 ? trade.Price : _open;
            _high = _tradeCount == 1 ? trade.Price : Math.Max(_high, trade.Price);
            _low = _tradeCount == 1 ? trade.Price : Math.Min(_low, trade.Price);
            _trades.Enqueue(trade);
            if (_trades.Count > TradesKept)
            {
                _ = _trades.Dequeue();
            }

            AddToBar(trade);
        }

        public BookView Book(int depth) => new(
            Info.Symbol, _sequence, _timeNs / 1_000_000,
            [.. _bids.Values.Take(depth).Select(level => new LevelView(level.Price / _unit, level.Quantity, level.OrderCount))],
            [.. _asks.Values.Take(depth).Select(level => new LevelView(level.Price / _unit, level.Quantity, level.OrderCount))]);

        public QuoteView Quote()
        {
            LevelEntry? bid = _bids.Count > 0 ? _bids.GetValueAtIndex(0) : null;
            LevelEntry? ask = _asks.Count > 0 ? _asks.GetValueAtIndex(0) : null;
            bool hasTrade = _tradeCount > 0;
            return new QuoteView(
                Info.Symbol, bid?.Price / _unit, bid?.Quantity ?? 0, ask?.Price / _unit, ask?.Quantity ?? 0,
                hasTrade ? _last.Price / _unit
                : null, hasTrade ? _open / _unit : null, hasTrade ? _high / _unit : null, hasTrade ? _low / _unit : null, _volume, _tradeCount);
        }

        public List<TradeView> TradesAfter(long after, int countMax) =>
        [
            .. _trades.Where(trade => trade.TradeId > after).TakeLast(countMax).Select(trade => new TradeView(
                trade.TradeId, Info.Symbol, trade.TimeNs / 1_000_000, trade.Price / _unit, trade.Quantity,
                trade.Aggressor switch { Side.Buy => "buy", Side.Sell => "sell", _ => null })),
        ];

        public List<BarView> Bars(int seconds, long fromMs)
        {
            List<BarView> bars = [];
            long lengthMs = seconds * 1_000L;
            foreach (Bar bar in _bars.Where(bar => bar.TimeMs >= fromMs))
            {
                long startMs = bar.TimeMs / lengthMs * lengthMs;
                if (bars.Count > 0 && bars[^1].Time == startMs)
                {
                    BarView before = bars[^1];
                    bars[^1] = before with
                    {
                        High = Math.Max(before.High, bar.High / _unit),
                        Low = Math.Min(before.Low, bar.Low / _unit),
                        Close = bar.Close / _unit,
                        Volume = before.Volume + bar.Volume,
                    };
                }
                else
                {
                    bars.Add(new BarView(startMs, bar.Open / _unit, bar.High / _unit, bar.Low / _unit, bar.Close / _unit, bar.Volume));
                }
            }

            return bars;
        }

        private void AddToBar(in TradeEntry trade)
        {
            long startMs = trade.TimeNs / 1_000_000 / (BarSeconds * 1_000) * (BarSeconds * 1_000);
            if (_bars.Count == 0 || _bars[^1].TimeMs < startMs)
            {
                if (_bars.Count == BarsKept)
                {
                    _bars.RemoveRange(0, BarsKept / 8);
                }

                _bars.Add(new Bar { TimeMs = startMs, Open = trade.Price, High = trade.Price, Low = trade.Price, Close = trade.Price,
                    Volume = trade.Quantity });
                return;
            }

            Bar bar = _bars[^1];
            bar.High = Math.Max(bar.High, trade.Price);
            bar.Low = Math.Min(bar.Low, trade.Price);
            bar.Close = trade.Price;
            bar.Volume += trade.Quantity;
            _bars[^1] = bar;
        }

        private struct Bar
        {
            public long TimeMs;
            public long Open;
            public long High;
            public long Low;
            public long Close;
            public decimal Volume;
        }
    }
}
