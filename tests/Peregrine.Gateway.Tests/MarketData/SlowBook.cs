using System.Globalization;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Gateway.Tests.MarketData;

/// <summary>The orders of a book in a list, in the order of their coming: no level is kept, all is counted when it is asked for.</summary>
internal sealed class SlowBook
{
    private readonly List<(ulong Id, Side Side, long Price, long Quantity)> _orders = [];

    public IReadOnlyList<(ulong Id, Side Side, long Price, long Quantity)> Orders => _orders;

    public void Apply(in BookUpdate update)
    {
        ulong id = update.OrderId;
        int at = update.Kind == BookUpdateKind.Add ? -1 : _orders.FindIndex(order => order.Id == id);
        switch (update.Kind)
        {
            case BookUpdateKind.Add:
                _orders.Add((id, update.Side, update.Price, update.Quantity));
                break;
            case BookUpdateKind.Delete:
                _orders.RemoveAt(at);
                break;
            case BookUpdateKind.Reduce or BookUpdateKind.Execute:
                long left = _orders[at].Quantity - update.Quantity;
                _orders[at] = _orders[at] with { Quantity = left };
                if (left <= 0)
                {
                    _orders.RemoveAt(at);
                }

                break;
            case BookUpdateKind.Clear:
                _orders.Clear();
                break;
            case BookUpdateKind.Trade:
                break;
            default:
                throw new NotSupportedException($"{update.Kind}");
        }
    }

    /// <summary>Lines of levels, bids from the best on, then offers: side, price, quantity, orders.</summary>
    public List<string> Levels(int depth = int.MaxValue) => [.. Side(Primitives.Side.Buy, depth), .. Side(Primitives.Side.Sell, depth)];

    /// <summary>Lines of orders, by id: side, price, id, quantity.</summary>
    public List<string> ByOrder() => [.. _orders.OrderBy(order => order.Id)
        .Select(order => Line(order.Side, order.Price, (long)order.Id, order.Quantity))];

    private IEnumerable<string> Side(Side side, int depth) => _orders.Where(order => order.Side == side).GroupBy(order => order.Price)
        .OrderBy(level => side == Primitives.Side.Buy ? -level.Key : level.Key).Take(depth)
        .Select(level => Line(side, level.Key, level.Sum(order => order.Quantity), level.Count()));

    private static string Line(Side side, long price, long first, long second) => string.Create(CultureInfo.InvariantCulture,
        $"{(side == Primitives.Side.Buy ? "bid" : "offer")} {price / 100}.{price % 100:00} {first} {second}");
}
