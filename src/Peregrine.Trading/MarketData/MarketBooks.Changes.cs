using Peregrine.Primitives;

namespace Peregrine.Trading.MarketData;

/// <summary>The changes that updates make.</summary>
public sealed partial class MarketBooks
{
    private BookResult AddOrder(int instrumentId, ulong orderId, Side side, long price, long quantity)
    {
        BookResult result = BookResult.Ok;
        int old = _index.Find(orderId, instrumentId, out int position);
        if (old >= 0)
        {
            RemoveOrder(old, position);
            result = BookResult.DuplicateOrder;
        }

        if (quantity <= 0)
        {
            // Nothing would rest, and an empty level would look like the best.
            return result;
        }

        int level = LevelAt(BookOf(instrumentId), side, price);
        if (_levels[level].Quantity > long.MaxValue - quantity)
        {
            // It has orders, so it stays as it is: with this one its total would be a number below 0.
            return BookResult.LevelFull;
        }

        int slot = TakeOrderSlot();
        ref BookOrder order = ref _orders[slot];
        order.Id = orderId;
        order.Price = price;
        order.Quantity = quantity;
        order.InstrumentId = instrumentId;
        order.Side = side;
        order.Level = level;
        order.Next = None;
        order.Previous = _levels[level].Tail;
        if (order.Previous >= 0)
        {
            _orders[order.Previous].Next = slot;
        }
        else
        {
            _levels[level].Head = slot;
        }

        _levels[level].Tail = slot;
        _levels[level].Quantity += quantity;
        _levels[level].OrderCount++;
        _index.Add(orderId, instrumentId, slot);
        return result;
    }

    // Execution, cancel and delete: all take quantity from an order.
    private BookResult Take(in BookUpdate update, long quantity)
    {
        int slot = _index.Find(update.OrderId, update.InstrumentId, out int position);
        if (slot < 0)
        {
            if (update.Side != 0)
            {
                TakeAnonymous(update.InstrumentId, update.Side, update.Price, update.Quantity);
            }

            return BookResult.UnknownOrder;
        }

        ref BookOrder order = ref _orders[slot];
        if (quantity < order.Quantity)
        {
            order.Quantity -= quantity;
            _levels[order.Level].Quantity -= quantity;
            return BookResult.Ok;
        }

        bool isOver = quantity > order.Quantity && update.Kind != BookUpdateKind.Delete;
        RemoveOrder(slot, position);
        return isOver ? BookResult.OverExecution : BookResult.Ok;
    }

    private void TakeAnonymous(int instrumentId, Side side, long price, long quantity)
    {
        if (FindBook(instrumentId) is not { } book || book.Own(side).Find(KeyOf(side, price)) is var position && position < 0)
        {
            return;
        }

        int level = book.Own(side).AtPosition(position);
        long taken = Math.Min(quantity, _levels[level].Anonymous);
        _levels[level].Anonymous -= taken;
        _levels[level].Quantity -= taken;
        RemoveLevelIfEmpty(book, side, level);
    }

    private BookResult ReplaceOrder(in BookUpdate update)
    {
        int slot = _index.Find(update.OrderId, update.InstrumentId, out int position);
        if (slot < 0)
        {
            // Its side is not known, so there is nothing to put the new one on.
            return BookResult.UnknownOrder;
        }

        Side side = _orders[slot].Side;
        RemoveOrder(slot, position);
        return AddOrder(update.InstrumentId, update.NewOrderId, side, update.Price, update.Quantity);
    }

    private BookResult ModifyOrder(in BookUpdate update)
    {
        int slot = _index.Find(update.OrderId, update.InstrumentId, out int position);
        if (slot < 0)
        {
            // A modify carries everything that an add does.
            _ = AddOrder(update.InstrumentId, update.OrderId, update.Side, update.Price, update.Quantity);
            return BookResult.UnknownOrder;
        }

        ref BookOrder order = ref _orders[slot];
        if (update.Price == order.Price && update.Side == order.Side && update.Quantity <= order.Quantity && update.Quantity > 0)
        {
            _levels[order.Level].Quantity -= order.Quantity - update.Quantity;
            order.Quantity = update.Quantity;
            return BookResult.Ok;
        }

        RemoveOrder(slot, position);
        return AddOrder(update.InstrumentId, update.OrderId, update.Side, update.Price, update.Quantity);
    }

    private BookResult ClearBook(int instrumentId)
    {
        if (FindBook(instrumentId) is { } book)
        {
            ClearSide(book, Side.Buy);
            ClearSide(book, Side.Sell);
        }

        return BookResult.Ok;
    }

    // The level is no order of anybody: it stands there as anonymous quantity.
    private BookResult SetTop(in BookUpdate update)
    {
        if (update.Side is not (Side.Buy or Side.Sell))
        {
            return BookResult.UnknownOrder;
        }

        if (FindBook(update.InstrumentId) is { } book)
        {
            ClearSide(book, update.Side);
        }

        AddAnonymous(update.InstrumentId, update.Side, update.Price, update.Quantity);
        return BookResult.Ok;
    }

    private void ClearSide(Book book, Side side)
    {
        while (book.Own(side).Count > 0)
        {
            int level = book.Own(side).Best;
            _levels[level].Anonymous = 0;
            int head = _levels[level].Head;
            if (head < 0)
            {
                RemoveLevelIfEmpty(book, side, level);
                continue;
            }

            while (head >= 0)
            {
                int next = _orders[head].Next;
                _ = _index.Find(_orders[head].Id, _orders[head].InstrumentId, out int position);
                RemoveOrder(head, position);
                head = next;
            }
        }
    }

    /// <param name="position">Where the index has it.</param>
    private void RemoveOrder(int slot, int position)
    {
        ref BookOrder order = ref _orders[slot];
        ref Level level = ref _levels[order.Level];
        if (order.Previous >= 0)
        {
            _orders[order.Previous].Next = order.Next;
        }
        else
        {
            level.Head = order.Next;
        }

        if (order.Next >= 0)
        {
            _orders[order.Next].Previous = order.Previous;
        }
        else
        {
            level.Tail = order.Previous;
        }

        level.Quantity -= order.Quantity;
        level.OrderCount--;
        _index.RemoveAt(position);
        if (level.Head < 0 && level.Anonymous == 0)
        {
            RemoveLevelIfEmpty(BookOf(order.InstrumentId), order.Side, order.Level);
        }

        order.Next = _freeOrder;
        _freeOrder = slot;
    }

    private int LevelAt(Book book, Side side, long price)
    {
        SortedLevels levels = book.Own(side);
        int position = levels.Find(KeyOf(side, price));
        if (position >= 0)
        {
            return levels.AtPosition(position);
        }

        int level = TakeLevelSlot();
        _levels[level] = new Level { Price = price, Head = None, Tail = None };
        levels.Insert(~position, KeyOf(side, price), level);
        return level;
    }

    private void RemoveLevelIfEmpty(Book book, Side side, int level)
    {
        if (_levels[level].Head < 0 && _levels[level].Anonymous == 0)
        {
            SortedLevels levels = book.Own(side);
            levels.RemoveAt(levels.Find(KeyOf(side, _levels[level].Price)));
            _levels[level].Head = _freeLevel;
            _freeLevel = level;
        }
    }

    private int TakeOrderSlot()
    {
        if (_freeOrder >= 0)
        {
            int slot = _freeOrder;
            _freeOrder = _orders[slot].Next;
            return slot;
        }

        if (_orderEnd == _orders.Length)
        {
            Array.Resize(ref _orders, _orders.Length * 2);
        }

        return _orderEnd++;
    }

    private int TakeLevelSlot()
    {
        if (_freeLevel >= 0)
        {
            int slot = _freeLevel;
            _freeLevel = _levels[slot].Head;
            return slot;
        }

        if (_levelEnd == _levels.Length)
        {
            Array.Resize(ref _levels, _levels.Length * 2);
        }

        return _levelEnd++;
    }
}
