using System.Globalization;
using System.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Gateway.OrderEntry;

namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>What a version of FIX has for market data, from its own dictionary. FIX 4.0 and 4.1 have nothing.</summary>
/// <remarks>Read only. Allocates: when made.</remarks>
internal sealed class MarketDataDialect
{
    private readonly FixField? _reasons;

    private MarketDataDialect(OrderDialect version, FixDictionary dictionary, FixFieldSet snapshot)
    {
        Version = version;
        TellsQueue = snapshot.Has(MarketDataTag.ApplQueueDepth) && snapshot.Has(MarketDataTag.ApplQueueResolution);
        NeedsUpdateTime = snapshot.Members.Any(member => member.Field.Tag == MarketDataTag.LastUpdateTime && member.IsRequired);
        _reasons = dictionary.FieldOf(MarketDataTag.MdReqRejReason);
    }

    /// <summary>The names of versions that have market data.</summary>
    public static IEnumerable<string> Names => OrderDialect.Names.Where(name => Find(name) is not null);

    /// <summary>The version's session side.</summary>
    public OrderDialect Version { get; }

    /// <summary>A snapshot can say that changes were left out before it (ApplQueueDepth, ApplQueueResolution).</summary>
    public bool TellsQueue { get; }

    /// <summary>A snapshot has to say when the book changed last.</summary>
    public bool NeedsUpdateTime { get; }

    /// <summary>The version of a name; null when there is none, or none with market data.</summary>
    public static MarketDataDialect? Find(string name) =>
        OrderDialect.Find(name) is { } version
        && FixDictionaries.Find(version.BeginString, version.ApplVerId) is { } dictionary
        && dictionary.MessageOf("W"u8) is { } snapshot
            ? new MarketDataDialect(version, dictionary, snapshot.Body)
            : null;

    /// <summary>Whether MDReqRejReason (281) has a code in this version.</summary>
    public bool HasReason(char code) => _reasons is not null && _reasons.Allows(Encoding.ASCII.GetBytes(code.ToString(CultureInfo.InvariantCulture)));
}
