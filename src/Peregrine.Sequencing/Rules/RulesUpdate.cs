using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Rules;

/// <summary>What a running link shall go on with; its door, OrderLink.ChangeRules, checks it.</summary>
/// <param name="Rules">All instruments and accounts as configured, ids being positions there; an instrument that is missing is closed.</param>
public sealed record RulesUpdate(TradingRules Rules)
{
    /// <summary>By symbol, the trading days of instruments whose phases change by the clock; null leaves them as they are.</summary>
    public IReadOnlyDictionary<string, PhaseCalendar>? Calendars { get; init; }

    /// <summary>
    /// Sessions that the link was started with, with the accounts that they may trade for from now on: indexes into the accounts of
    /// <see cref="Rules"/>. A session that is not here keeps its accounts.
    /// </summary>
    public IReadOnlyList<ClientSession> Sessions { get; init; } = [];
}

/// <summary>What a change of rules changed; all empty when nothing was to be changed.</summary>
public sealed record RulesChange
{
    /// <summary>Symbols that are new.</summary>
    public IReadOnlyList<string> InstrumentsAdded { get; init; } = [];

    /// <summary>Symbols with other terms, or open again.</summary>
    public IReadOnlyList<string> InstrumentsChanged { get; init; } = [];

    /// <summary>Symbols that were open and take no orders from now on; those that rest stay, and can be cancelled.</summary>
    public IReadOnlyList<string> InstrumentsClosed { get; init; } = [];

    /// <summary>Names that are new.</summary>
    public IReadOnlyList<string> AccountsAdded { get; init; } = [];

    /// <summary>Names with other limits or another firm.</summary>
    public IReadOnlyList<string> AccountsChanged { get; init; } = [];

    /// <summary>Symbols with another trading day, or with one for the first or last time.</summary>
    public IReadOnlyList<string> CalendarsChanged { get; init; } = [];

    /// <summary>CompIDs of sessions with other accounts.</summary>
    public IReadOnlyList<string> SessionsChanged { get; init; } = [];

    /// <summary>Whether instruments or accounts are others: then there is a record of it in the journal.</summary>
    public bool HasRules => InstrumentsAdded.Count +
        InstrumentsChanged.Count + InstrumentsClosed.Count + AccountsAdded.Count + AccountsChanged.Count > 0;

    /// <summary>Whether anything is.</summary>
    public bool IsAny => HasRules || CalendarsChanged.Count + SessionsChanged.Count > 0;

    /// <summary>One line for a log.</summary>
    public override string ToString()
    {
        (string What, IReadOnlyList<string> Names)[] parts =
        [
            ("instruments added", InstrumentsAdded), ("instruments changed", InstrumentsChanged), ("instruments closed", InstrumentsClosed),
            ("accounts added", AccountsAdded), ("accounts changed", AccountsChanged), ("trading days changed", CalendarsChanged),
                ("sessions with other accounts", SessionsChanged),
        ];
        return IsAny ? string.Join("; ", parts.Where(part => part.Names.Count > 0).Select(part => $"{part.What}: {Shorten(part.Names)}"))
            : "nothing changed";
    }

    // Thousands of names would be no line any more.
    private static string Shorten(IReadOnlyList<string> names)
    {
        const int NamesMax = 20;
        string more = names.Count > NamesMax ? $" and {names.Count - NamesMax} more" : "";
        return string.Join(", ", names.Take(NamesMax)) + more;
    }
}

/// <summary>Why rules that are good were not put in force.</summary>
public enum RulesRefusal : byte
{
    /// <summary>Another change is on its way: wait for its outcome, then try again.</summary>
    Busy = 1,

    /// <summary>The disk has no room for the record: try again once there is some.</summary>
    NoSpace = 2,

    /// <summary>The journal cannot be written: the link stops.</summary>
    JournalFailed = 3,

    /// <summary>The link is stopping, or has stopped.</summary>
    Stopped = 4,
}

/// <summary>Rules were not put in force, though nothing is wrong with them; those before are still.</summary>
/// <param name="reason">Why.</param>
/// <param name="message">The same, in words.</param>
public sealed class RulesRefusedException(RulesRefusal reason, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public RulesRefusal Reason { get; } = reason;
}
