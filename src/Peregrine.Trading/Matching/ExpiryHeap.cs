using Peregrine.Linux.Memory;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

public sealed partial class MatchingEngine
{
    /// <summary>Slots of orders that expire at a time, the earliest on top: a binary heap; each order knows its place in it.</summary>
    private sealed class ExpiryHeap(int capacity)
    {
        private readonly int[] _slots = new int[capacity];

        public int Count { get; private set; }

        public int Top => _slots[0];

        public void Add(int slot, Slab<OrderDetail> details)
        {
            Invariant.That(Count < _slots.Length, "every order has a place among those that expire");
            Sink(Rise(Count++, slot, details), slot, details);
        }

        public void Remove(int slot, Slab<OrderDetail> details)
        {
            int hole = details[slot].HeapIndex;
            Invariant.That(Count > 0 && hole < Count && _slots[hole] == slot, "an order that expires knows its place");
            int last = _slots[--Count];
            if (last != slot)
            {
                Sink(Rise(hole, last, details), last, details);
            }
        }

        private int Rise(int at, int slot, Slab<OrderDetail> details)
        {
            long time = details[slot].ExpireTimeNs;
            while (at > 0)
            {
                int parent = (at - 1) >> 1;
                if (details[_slots[parent]].ExpireTimeNs <= time)
                {
                    break;
                }

                Put(at, _slots[parent], details);
                at = parent;
            }

            return at;
        }

        private void Sink(int at, int slot, Slab<OrderDetail> details)
        {
            long time = details[slot].ExpireTimeNs;
            while (true)
            {
                int child = (2 * at) + 1;
                if (child >= Count)
                {
                    break;
                }

                if (child + 1 < Count && details[_slots[child + 1]].ExpireTimeNs < details[_slots[child]].ExpireTimeNs)
                {
                    child++;
                }

                if (details[_slots[child]].ExpireTimeNs >= time)
                {
                    break;
                }

                Put(at, _slots[child], details);
                at = child;
            }

            Invariant.That(at == 0 || details[_slots[(at - 1) >> 1]].ExpireTimeNs <= time, "who stands above another expires no later");
            Put(at, slot, details);
        }

        private void Put(int at, int slot, Slab<OrderDetail> details)
        {
            Invariant.That(at < Count, "a place among those that expire is one of as many as there are");
            _slots[at] = slot;
            details[slot].HeapIndex = at;
        }
    }
}
