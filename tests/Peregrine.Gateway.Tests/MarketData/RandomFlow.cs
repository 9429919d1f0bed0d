using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Gateway.Tests.MarketData;

/// <summary>Random but possible updates of two books: few prices, so that levels come, go and come again within a pass.</summary>
internal sealed class RandomFlow(int seed)
{
    private readonly Random _random = new(seed);
    private ulong _nextId = 1;

    /// <summary>Trades published so far.</summary>
    public int Trades { get; private set; }

    /// <summary>Publishes one to eight updates.</summary>
    public void Publish(MarketDataRig rig)
    {
        for (int count = _random.Next(1, 9); count > 0; count--)
        {
            int instrument = _random.Next(2);
            SlowBook book = rig.Books[instrument];
            int what = book.Orders.Count == 0 ? 0 : _random.Next(book.Orders.Count > 40 ? 5 : 0, 20);
            if (what < 9)
            {
                Side side = _random.Next(2) == 0 ? Side.Buy : Side.Sell;
                rig.Add(instrument, _nextId++, side, side == Side.Buy ? 995 - _random.Next(8) : 1_005 + _random.Next(8), _random.Next(1, 50));
                continue;
            }

            (ulong id, _, long price, long quantity) = book.Orders[_random.Next(book.Orders.Count)];
            bool isTrade = what is 13 or 14 or 15 or 18;
            Trades += isTrade ? 1 : 0;
            rig.Publish(new BookUpdate
            {
                Kind = what switch
                {
                    < 13 => BookUpdateKind.Delete,
                    < 16 => BookUpdateKind.Execute,
                    < 18 => BookUpdateKind.Reduce,
                    18 => BookUpdateKind.Trade,
                    _ => _random.Next(10) == 0 ? BookUpdateKind.Clear : BookUpdateKind.Delete,
                },
                InstrumentId = instrument,
                OrderId = what == 18 ? 0 : id,
                Side = what == 18 ? Side.Buy : 0,
                Price = what == 18 ? price : 0,
                Quantity = what == 13 ? quantity : _random.Next(1, (int)quantity + 1),
                TimeNs = MarketDataRig.TimeNs,
            });
        }
    }
}
