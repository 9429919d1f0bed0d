using System.Numerics;
using System.Runtime.CompilerServices;
using Peregrine.Linux.Memory;
using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>
/// Whose orders there are: a group is the orders of one instrument, side, session and account, and hangs in a chain for each of instrument, session
/// and account. So a mass cancel finds what it ends by walking groups that have orders, and a change of phase the orders of its instrument, whatever
/// else the engine holds.
/// </summary>
/// <remarks>Thread: one owner. Allocates: when made. Steps: adding and removing an order touch its group and two neighbours; a group comes with its
/// first order and goes with its last, so there are never more groups than orders.</remarks>
internal sealed class OrderGroups
{
    private const int None = -1;
    private const int BucketsMax = 1 << 16;
    private readonly Slab<Link> _links;
    private readonly Slab<Group> _groups;

    // Groups by all four values, by session and by account: the first of each bucket's chain and one more, 0 is none.
    private readonly int[][] _buckets;
    private readonly int _shift;
    private int[] _ofInstrument = [];
    private int _free = None;
    private int _made;

    // By side: which one an order has is a coin toss, and most that come are of the group of the last one.
    private readonly int[] _last = new int[3];

    /// <summary>Makes room for some orders.</summary>
    /// <param name="slots">Their places, 0 to one less.</param>
    public OrderGroups(int slots)
    {
        _links = new Slab<Link>(slots);
        _groups = new Slab<Group>(slots);
        int buckets = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)slots + 1), BucketsMax);
        _shift = 32 - BitOperations.Log2((uint)buckets);
        _buckets = [new int[buckets], new int[buckets], new int[buckets]];
        for (int slot = 0; slot < slots; slot++)
        {
            _links[slot].Instrument = None;
        }
    }

    /// <summary>What groups hang in chains by; the numbers are those of <see cref="Group.Next"/>.</summary>
    public enum Chain : byte
    {
        /// <summary>All four values: to find a group.</summary>
        Exact = 0,
        Session = 1,
        Account = 2,
        Instrument = 3,
    }

    /// <summary>How many groups and orders walks have looked at.</summary>
    public long Steps { get; private set; }

    /// <summary>How many groups have orders.</summary>
    public int Count { get; private set; }

    /// <summary>Makes room for an instrument.</summary>
    public void AddInstrument(int instrumentId)
    {
        if (instrumentId >= _ofInstrument.Length)
        {
            Array.Resize(ref _ofInstrument, Math.Max(4, instrumentId * 2));
        }
    }

    /// <summary>The instrument of the order in a place, or -1 where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int InstrumentOf(int slot) => _links[slot].Instrument;

    /// <summary>The session of the order in a place.</summary>
    public int SessionOf(int slot) => _groups[_links[slot].Group].Session;

    /// <summary>The account of the order in a place.</summary>
    public int AccountOf(int slot) => _groups[_links[slot].Group].Account;

    /// <summary>Adds the order in a place.</summary>
    public void Add(int slot, int instrumentId, Side side, int session, int account)
    {
        int index = _last[(int)side];
        ref Group group = ref _groups[index];
        if (group.First == 0 || !group.Is(instrumentId, side, session, account))
        {
            index = FindOrMake(instrumentId, side, session, account);
            group = ref _groups[index];
        }

        ref Link link = ref _links[slot];
        Invariant.That(link.Instrument == None, "an order is in one group");
        link.Instrument = instrumentId;
        link.Group = index;
        link.Previous = None;
        link.Next = group.First - 1;
        if (link.Next != None)
        {
            _links[link.Next].Previous = slot;
        }

        group.First = slot + 1;
    }

    /// <summary>Removes the order in a place.</summary>
    public void Remove(int slot)
    {
        ref Link link = ref _links[slot];
        Invariant.That(link.Instrument != None, "an order leaves its group once");
        Invariant.That(link.Previous == None ? _groups[link.Group].First == slot + 1 : _links[link.Previous].Next == slot,
            "the order before one in a group, or the group, leads to it");
        link.Instrument = None;
        if (link.Next != None)
        {
            _links[link.Next].Previous = link.Previous;
        }

        if (link.Previous != None)
        {
            _links[link.Previous].Next = link.Next;
            return;
        }

        ref Group group = ref _groups[link.Group];
        group.First = link.Next + 1;
        if (group.First == 0)
        {
            Drop(link.Group);
        }
    }

    /// <summary>The first group that may have what a filter wants, or -1; its chain is to be walked.</summary>
    public int First(in MassCancelFilter filter, out Chain chain)
    {
        chain = filter.Session != None ? Chain.Session : filter.Account != None ? Chain.Account : Chain.Instrument;
        return chain switch
        {
            Chain.Session => _buckets[(int)chain][BucketOf(filter.Session)] - 1,
            Chain.Account => _buckets[(int)chain][BucketOf(filter.Account)] - 1,
            _ => _ofInstrument[filter.InstrumentId] - 1,
        };
    }

    /// <summary>The places of all orders of an instrument, in no order; none comes or goes meanwhile.</summary>
    public Walk Of(int instrumentId) => new(this, _ofInstrument[instrumentId] - 1);

    /// <summary>The next group of a chain, or -1.</summary>
    public int Next(int group, Chain chain) => _groups[group].Next[(int)chain] - 1;

    /// <summary>Whether the orders of a group are such as a filter wants.</summary>
    public bool Matches(int group, in MassCancelFilter filter)
    {
        Steps++;
        ref Group at = ref _groups[group];
        return (filter.InstrumentId == None || at.Instrument == filter.InstrumentId)
            && (filter.Session == None || at.Session == filter.Session)
            && (filter.Account == None || at.Account == filter.Account)
            && (filter.Side is null || at.Side == filter.Side);
    }

    /// <summary>The place of a group's first order.</summary>
    public int FirstOrder(int group) => _groups[group].First - 1;

    /// <summary>The place of the order behind another in its group, or -1.</summary>
    public int NextOrder(int slot)
    {
        Steps++;
        return _links[slot].Next;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindOrMake(int instrumentId, Side side, int session, int account)
    {
        int at = _buckets[(int)Chain.Exact][BucketOf(Mixed(instrumentId, side, session, account))] - 1;
        while (at != None && !_groups[at].Is(instrumentId, side, session, account))
        {
            at = _groups[at].Next[(int)Chain.Exact] - 1;
        }

        at = at == None ? Make(instrumentId, side, session, account) : at;
        _last[(int)side] = at;
        return at;
    }

    private int Make(int instrumentId, Side side, int session, int account)
    {
        int index = _free;
        if (index == None)
        {
            index = _made++;
        }
        else
        {
            _free = _groups[index].Next[0];
        }

        ref Group group = ref _groups[index];
        group = new Group { Instrument = instrumentId, Side = side, Session = session, Account = account };
        Hang(index, Chain.Exact, ref _buckets[(int)Chain.Exact][BucketOf(Mixed(instrumentId, side, session, account))]);
        Hang(index, Chain.Session, ref _buckets[(int)Chain.Session][BucketOf(session)]);
        Hang(index, Chain.Account, ref _buckets[(int)Chain.Account][BucketOf(account)]);
        Hang(index, Chain.Instrument, ref _ofInstrument[instrumentId]);
        Count++;
        return index;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Drop(int index)
    {
        ref Group group = ref _groups[index];
        Unhang(index, Chain.Exact, ref _buckets[(int)Chain.Exact][BucketOf(Mixed(group.Instrument, group.Side, group.Session, group.Account))]);
        Unhang(index, Chain.Session, ref _buckets[(int)Chain.Session][BucketOf(group.Session)]);
        Unhang(index, Chain.Account, ref _buckets[(int)Chain.Account][BucketOf(group.Account)]);
        Unhang(index, Chain.Instrument, ref _ofInstrument[group.Instrument]);
        group.Next[0] = _free;
        _free = index;
        Count--;
        Invariant.That(Count >= 0 && Count <= _made, "there are no more groups than were made");
    }

    private void Hang(int index, Chain chain, ref int first)
    {
        ref Group group = ref _groups[index];
        group.Next[(int)chain] = first;
        group.Previous[(int)chain] = 0;
        if (first != 0)
        {
            _groups[first - 1].Previous[(int)chain] = index + 1;
        }

        first = index + 1;
    }

    private void Unhang(int index, Chain chain, ref int first)
    {
        ref Group group = ref _groups[index];
        int next = group.Next[(int)chain];
        int previous = group.Previous[(int)chain];
        Invariant.That(previous == 0 ? first == index + 1 : _groups[previous - 1].Next[(int)chain] == index + 1,
            "the group before one in a chain, or its head, leads to it");
        if (next != 0)
        {
            _groups[next - 1].Previous[(int)chain] = previous;
        }

        if (previous != 0)
        {
            _groups[previous - 1].Next[(int)chain] = next;
        }
        else
        {
            first = next;
        }
    }

    private static int Mixed(int instrumentId, Side side, int session, int account) =>
        unchecked((session * 31) + (account * -1_640_531_535) + ((instrumentId << 1) | ((int)side & 1)));

    // By multiplication: sessions and accounts count up from 0.
    private int BucketOf(int value) => (int)(unchecked((uint)(value * -1_640_531_527)) >> _shift);

    /// <summary>A walk over the orders of an instrument.</summary>
    public struct Walk(OrderGroups groups, int group)
    {
        /// <summary>The place that it has come to.</summary>
        public int Current { get; private set; } = None;

        /// <summary>Itself.</summary>
        public readonly Walk GetEnumerator() => this;

        /// <summary>Goes on to the next order.</summary>
        /// <returns>False behind the last.</returns>
        public bool MoveNext()
        {
            if (Current != None)
            {
                Current = groups.NextOrder(Current);
                group = Current == None ? groups.Next(group, Chain.Instrument) : group;
            }

            if (Current == None && group != None)
            {
                groups.Steps++;
                Current = groups.FirstOrder(group);
            }

            return Current != None;
        }
    }

    // 16 bytes.
    private struct Link
    {
        public int Instrument;
        public int Group;
        public int Previous;
        public int Next;
    }

    // 52 bytes. Places of groups and of the first order are told with one more, so that 0 is none.
    private struct Group
    {
        public int First;
        public int Instrument;
        public int Session;
        public int Account;
        public Side Side;
        public Links Next;
        public Links Previous;

        public readonly bool Is(int instrumentId, Side side, int session, int account) =>
            Instrument == instrumentId && Session == session && Account == account && Side == side;
    }

    /// <summary>By the chain's number.</summary>
    [InlineArray(4)]
    private struct Links
    {
        private int _first;
    }
}
