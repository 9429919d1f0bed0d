using Peregrine.Trading.MarketData;

namespace Peregrine.Tools.Replay;

/// <summary>What a replay counts while it runs.</summary>
/// <remarks>Thread: one owner. Allocates: when a new instrument appears.</remarks>
internal sealed class ReplayCounts
{
    private readonly long[] _byFeedType = new long[256];
    private readonly long[] _byKind = new long[(int)BookUpdateKinds.Last + 1];
    private readonly HashSet<int> _instruments = [];
    private int _lastInstrument = -1;

    /// <summary>Whole messages.</summary>
    public long Messages { get; private set; }

    /// <summary>Instruments that were named or had an order.</summary>
    public int Symbols => _instruments.Count;

    /// <summary>Messages by the feed's own letter or digit.</summary>
    public IEnumerable<(char Type, long Count)> ByFeedType => _byFeedType.Index().Where(entry => entry.Item > 0)
        .Select(entry => ((char)entry.Index, entry.Item));

    /// <summary>Messages by what they do to a book.</summary>
    public long Of(BookUpdateKind kind) => _byKind[(int)kind];

    /// <summary>Counts one.</summary>
    public void Add(in BookUpdate update)
    {
        Messages++;
        _byFeedType[update.FeedType]++;
        _byKind[(int)update.Kind]++;
        if (update.InstrumentId != _lastInstrument && update.Kind != BookUpdateKind.Other)
        {
            _lastInstrument = update.InstrumentId;
            _ = _instruments.Add(update.InstrumentId);
        }
    }
}
