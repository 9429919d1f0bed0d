using Peregrine.Journal;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Doors;
using Peregrine.Sequencing.Rules;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway;

/// <summary>Rules that change while the link runs: checked by whoever asks, put in force by the link's thread between two passes.</summary>
public sealed partial class OrderLink
{
    private RulesInForce _inForce = null!;
    private RulesPlan? _plan;
    private int _isChanging;
    private bool _isClosedToRules;

    /// <summary>The rules in force. From any thread.</summary>
    public TradingRules Rules => Volatile.Read(ref _inForce).Rules;

    /// <summary>As <see cref="ChangeRules(RulesUpdate)"/>; trading days, and the accounts of sessions, stay as they are.</summary>
    public Task<RulesChange> ChangeRules(TradingRules configured) => ChangeRules(new RulesUpdate(configured));

    /// <summary>
    /// Puts other rules in force without a stop. The change has its place in the order of commands and in the journal: what came before was decided
    /// by the old rules, what comes after is by the new ones, also in a replay. Orders that rest stay as they are.
    /// </summary>
    /// <param name="update">All that shall be in force.</param>
    /// <returns>
    /// Completes with what changed, on the disk as far as the durability says.
    /// Fails with an <see cref="ArgumentException"/> that has every fault on a line of its own,
    /// or with a <see cref="RulesRefusedException"/>; nothing changed then.
    /// </returns>
    /// <remarks>
    /// Thread: any. Bound: one at a time, a second one fails with <see cref="RulesRefusal.Busy"/>.
    /// Before <see cref="Run"/> it waits for that. Blocks: while the update is checked; the link's thread pauses for the record's way to the disk.
    /// </remarks>
    public Task<RulesChange> ChangeRules(RulesUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        if (Interlocked.CompareExchange(ref _isChanging, 1, 0) != 0)
        {
            return Task.FromException<RulesChange>(Refused(RulesRefusal.Busy));
        }

        // Nobody else changes what is in force now, so the plan is still good when the link takes it.
        RulesPlan plan;
        try
        {
            plan = RulesPlan.Make(Volatile.Read(ref _inForce), update);
            CheckLength(plan);
        }
        catch (Exception fault)
        {
            // Whatever it is, the next change must find the place free.
            Volatile.Write(ref _isChanging, 0);
            return Task.FromException<RulesChange>(fault);
        }

        if (!plan.Change.IsAny)
        {
            Volatile.Write(ref _isChanging, 0);
            return Task.FromResult(plan.Change);
        }

        // Pairs with CloseToRules: either that sees the plan, or this sees that nobody will take it.
        _ = Interlocked.Exchange(ref _plan, plan);
        _loop.Wake();
        if (Volatile.Read(ref _isClosedToRules))
        {
            RefusePlan();
        }

        return plan.Outcome.Task;
    }

    private void CheckLength(RulesPlan plan)
    {
        int bytes = JournalWriter.RecordBytes(plan.Encoded.Length);
        if (bytes > _options.BatchBytes)
        {
            throw new ArgumentException($"the rules take {bytes} bytes of the journal, expected at most {_options.BatchBytes}: configure less, " +
                $"or start with larger segments");
        }
    }

    // Between passes: no command is half done, and the next message is decoded by the new names.
    private void TakePlan()
    {
        if (Volatile.Read(ref _plan) is null || Interlocked.Exchange(ref _plan, null) is not { } plan)
        {
            return;
        }

        RulesRefusal refusal;
        try
        {
            refusal = PutInForce(plan);
        }
        catch (Exception fault)
        {
            // The link ends with it; whoever waits must hear.
            _ = plan.Outcome.TrySetException(fault);
            throw;
        }

        Volatile.Write(ref _isChanging, 0);
        _ = refusal == 0 ? plan.Outcome.TrySetResult(plan.Change) : plan.Outcome.TrySetException(Refused(refusal));
    }

    /// <returns>0 when it is in force.</returns>
    private RulesRefusal PutInForce(RulesPlan plan)
    {
        if (plan.Change.HasRules)
        {
            // The state hash of what is open goes first: it was reached by the old rules.
            if (!_sequencer.TryCommit() || !_sequencer.TryAppendNow(JournalRecordType.Rules, plan.Encoded))
            {
                return _journal.Failure is null ? RulesRefusal.NoSpace : RulesRefusal.JournalFailed;
            }

            Core.Configure(plan.Next.Rules);
        }

        UseRules(plan.Next);
        _clock.Use(plan.Next.Calendars);
        return 0;
    }

    private void UseRules(RulesInForce next)
    {
        Volatile.Write(ref _inForce, next);
        UseNames(next.Rules);
        Sessions.UseAccounts(next.AccountIds);
        _books?.UseInstruments(Core);
    }

    // Also those that the replay comes past: requests and reports that follow are by their ids.
    private void UseNames(TradingRules rules)
    {
        foreach (IDoor door in _doors)
        {
            door.UseRules(rules);
        }

        _router.UseRules(rules);
    }

    // From here on nobody takes plans.
    private void CloseToRules()
    {
        Volatile.Write(ref _isClosedToRules, true);
        RefusePlan();
    }

    private void RefusePlan()
    {
        if (Interlocked.Exchange(ref _plan, null) is { } plan)
        {
            Volatile.Write(ref _isChanging, 0);
            _ = plan.Outcome.TrySetException(Refused(RulesRefusal.Stopped));
        }
    }

    private static RulesRefusedException Refused(RulesRefusal reason) => new(reason, reason switch
    {
        RulesRefusal.Busy => "another change of rules is on its way: wait for its outcome, then try again",
        RulesRefusal.NoSpace => "the disk has no room for the rules in the journal: make some, then try again; the rules before are still in force",
        RulesRefusal.JournalFailed => "the journal cannot be written: the link stops; the rules before were in force to the end",
        _ => "the link is stopping or has stopped: start it with the new rules",
    });
}
