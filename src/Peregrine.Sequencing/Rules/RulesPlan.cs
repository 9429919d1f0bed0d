using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Rules;

/// <summary>What a link goes by: rules, trading days, and the accounts of its sessions.</summary>
/// <param name="Rules">By ids of the journal.</param>
/// <param name="Calendars">By symbol.</param>
/// <param name="AccountIds">By number of the session; ids in the rules.</param>
internal sealed record RulesInForce(TradingRules Rules, IReadOnlyDictionary<string, PhaseCalendar> Calendars,
    IReadOnlyDictionary<int, int[]> AccountIds);

/// <summary>A change that is checked and ready to be put in force, so that the link's thread has little left to do.</summary>
internal sealed class RulesPlan
{
    private RulesPlan(RulesInForce next, RulesChange change)
    {
        (Next, Change) = (next, change);
        Encoded = change.HasRules ? RulesCodec.Encode(next.Rules) : [];
    }

    /// <summary>What it leads to.</summary>
    public RulesInForce Next { get; }

    /// <summary>What that changes.</summary>
    public RulesChange Change { get; }

    /// <summary>The journal's record; empty when instruments and accounts stay as they are.</summary>
    public byte[] Encoded { get; }

    /// <summary>Gets what came of it.</summary>
    public TaskCompletionSource<RulesChange> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Checks an update and works out what it changes.</summary>
    /// <exception cref="ArgumentException">Everything that is wrong with it, one fault a line.</exception>
    public static RulesPlan Make(RulesInForce now, RulesUpdate update)
    {
        List<string> faults = RulesValidation.Validate(null, update.Rules);
        TradingRules merged = RulesMerge.Merge(now.Rules, update.Rules, faults, out int[] accountIds);
        faults.AddRange(FindCalendarFaults(update.Calendars));
        faults.AddRange(FindSessionFaults(now, update));
        if (faults.Count == 0)
        {
            faults.AddRange(RulesValidation.Validate(now.Rules, merged));
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, faults));
        }

        Dictionary<int, int[]> ofSessions = now.AccountIds.ToDictionary();
        foreach (ClientSession session in update.Sessions)
        {
            ofSessions[SessionId.Of(session.CompId)] = [.. session.AccountIds.Select(position => accountIds[position])];
        }

        RulesInForce next = new(merged, update.Calendars ?? now.Calendars, ofSessions);
        return new RulesPlan(next, Compare(now, next, update));
    }

    /// <summary>Every fault of trading days.</summary>
    public static IEnumerable<string> FindCalendarFaults(IReadOnlyDictionary<string, PhaseCalendar>? calendars) =>
        (calendars ?? new Dictionary<string, PhaseCalendar>()).SelectMany(
            entry => entry.Value.Validate().Select(fault => $"calendar of {entry.Key}: {fault}"));

    /// <summary>Every session without an account, or with one that there is not.</summary>
    public static IEnumerable<string> FindAccountFaults(IEnumerable<ClientSession> sessions, int accountCount) =>
        sessions.Where(session => session.AccountIds.Count == 0 || session.AccountIds.Any(id => id < 0 || id >= accountCount))
            .Select(session => $"session {session.CompId}: expected at least one account, each an index below {accountCount}");

    private static IEnumerable<string> FindSessionFaults(RulesInForce now, RulesUpdate update) =>
    [
        .. FindAccountFaults(update.Sessions, update.Rules.Accounts.Count),
        .. update.Sessions.Where(session => !now.AccountIds.ContainsKey(SessionId.Of(session.CompId)))
            .Select(session => $"session {session.CompId}: the link was started without it"),
    ];

    private static RulesChange Compare(RulesInForce now, RulesInForce next, RulesUpdate update)
    {
        (IReadOnlyList<Instrument> before, IReadOnlyList<Instrument> after) = (now.Rules.Instruments, next.Rules.Instruments);
        List<Instrument> others = [.. after.Take(before.Count).Where(instrument => !AreSame(before[instrument.Id], instrument))];
        return new RulesChange
        {
            InstrumentsAdded = [.. after.Skip(before.Count).Select(instrument => instrument.Symbol)],
            InstrumentsChanged = [.. others.Where(instrument => instrument.IsOpen || !before[instrument.Id].IsOpen)
                .Select(instrument => instrument.Symbol)],
            InstrumentsClosed = [.. others.Where(instrument => !instrument.IsOpen && before[instrument.Id].IsOpen)
                .Select(instrument => instrument.Symbol)],
            AccountsAdded = [.. next.Rules.Accounts.Skip(now.Rules.Accounts.Count).Select(account => account.Name)],
            AccountsChanged = [.. next.Rules.Accounts.Take(now.Rules.Accounts.Count).Where(account => account != now.Rules.Accounts[account.Id])
                .Select(account => account.Name)],
            CalendarsChanged = [.. after.Select(instrument => instrument.Symbol)
                .Where(symbol => !PhaseCalendar.AreSame(now.Calendars.GetValueOrDefault(symbol), next.Calendars.GetValueOrDefault(symbol)))],
            SessionsChanged = [.. update.Sessions.Select(session => session.CompId)
                .Where(name => !now.AccountIds[SessionId.Of(name)].SequenceEqual(next.AccountIds[SessionId.Of(name)]))],
        };
    }

    // Terms hold lists, which records compare by reference: what the journal would say counts.
    private static bool AreSame(Instrument first, Instrument second) => first == second || Encode(first).AsSpan().SequenceEqual(Encode(second));

    private static byte[] Encode(Instrument alone) => RulesCodec.Encode(new TradingRules([alone with { Id = 0 }], []));
}
