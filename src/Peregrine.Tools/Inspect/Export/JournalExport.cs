using Peregrine.Journal;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Hops;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Tools.Inspect.Export;

/// <summary>Which commands go into an export.</summary>
/// <param name="From">First sequence number.</param>
/// <param name="To">Last one.</param>
/// <param name="Types">Empty: all.</param>
internal sealed record ExportSelection(long From, long To, IReadOnlySet<CommandType> Types);

/// <summary>Turns the commands of a journal into rows of a table.</summary>
/// <param name="table">Where they go.</param>
/// <param name="selection">Which.</param>
/// <param name="hops">When they passed each hop.</param>
/// <param name="progress">Told now and then.</param>
internal sealed class JournalExport(CommandTable table, ExportSelection selection, HopFolder hops, Action<string> progress) : IJournalVisitor
{
    private TradingRules? _rules;

    /// <summary>Commands read.</summary>
    public long Read { get; private set; }

    /// <summary>Commands written.</summary>
    public long Written { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="JournalException">A command or rules that no link of this version writes.</exception>
    /// <exception cref="IOException">The output cannot be written.</exception>
    public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        switch (header.Type)
        {
            case JournalRecordType.Rules:
                Require(RulesCodec.TryDecode(payload, out _rules), in header, "rules", payload.Length);
                break;
            case JournalRecordType.Command:
                Require(CommandCodec.TryView(payload, header.Sequence, header.TimeNs, out CommandView command), in header, "command",
                    payload.Length);
                OnCommand(in command);
                break;
            default:
                // Bounds and state hashes are about the replay, not about commands; the check of a journal is verify's work.
                break;
        }
    }

    private void OnCommand(in CommandView command)
    {
        if (++Read % 131_072 == 0)
        {
            progress(FormattableString.Invariant($"{Written:N0} commands, up to {JournalText.Time(command.TimeNs)}"));
        }

        if (command.Sequence < selection.From || command.Sequence > selection.To
            || (selection.Types.Count > 0 && !selection.Types.Contains(command.Type)))
        {
            return;
        }

        int instrumentId = command.InstrumentId;
        int accountId = command.AccountId;
        Instrument? instrument = _rules is not null && (uint)instrumentId < (uint)_rules.Instruments.Count
            ? _rules.Instruments[instrumentId]
            : null;
        Account? account = _rules is not null && (uint)accountId < (uint)_rules.Accounts.Count ? _rules.Accounts[accountId] : null;
        table.Add(new CommandRow(command.ToCommand(), instrument, account, RowHops.Of(in command, hops)));
        Written++;
    }

    private static void Require(CodecStatus status, in JournalRecord header, string what, int bytes)
    {
        if (status != CodecStatus.Ok)
        {
            throw new JournalException($"record after command {header.Sequence}: a {what} of {bytes} bytes is not one that this version of the " +
                $"link writes ({status}); export with the version that wrote it");
        }
    }
}
