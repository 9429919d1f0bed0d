using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>What a command asks for.</summary>
public enum CommandKind
{
    Submit,
    Cancel,
    Reduce,
    Replace,
    MassCancel,
    List,
    Cross,
    SetPhase,
    AdvanceTime,
    SetTerms,
}

/// <summary>One command to a matching engine, kept so that it can be given again.</summary>
public sealed record MatchCommand(CommandKind Kind)
{
    public MatchOrder Order { get; init; }
    public MatchReplace Change { get; init; }
    public MassCancelFilter Filter { get; init; }
    public MatchCross Pair { get; init; }
    public ulong OrderId { get; init; }
    public Quantity Lots { get; init; }
    public int InstrumentId { get; init; }
    public TradingPhase Phase { get; init; }
    public bool CancelsForbidden { get; init; }
    public long TimeNs { get; init; }
    public InstrumentTerms Terms { get; init; } = new();

    /// <summary>Gives the command to an engine.</summary>
    /// <returns>The reason, or the number of orders of a mass cancel.</returns>
    public int Apply(IMatchingEngine engine, MatchEventBuffer events)
    {
        switch (Kind)
        {
            case CommandKind.Submit:
                return (int)engine.Submit(Order, events);
            case CommandKind.Cancel:
                return (int)engine.Cancel(OrderId, events);
            case CommandKind.Reduce:
                return (int)engine.Reduce(OrderId, Lots, events);
            case CommandKind.Replace:
                return (int)engine.Replace(Change, events);
            case CommandKind.MassCancel:
                return engine.MassCancel(Filter, events);
            case CommandKind.List:
                return engine.List(Filter, events);
            case CommandKind.Cross:
                return (int)engine.Cross(Pair, events);
            case CommandKind.SetPhase:
                return (int)engine.SetPhase(InstrumentId, Phase, CancelsForbidden, events);
            case CommandKind.AdvanceTime:
                engine.AdvanceTime(TimeNs, events);
                return 0;
            default:
                engine.SetTerms(InstrumentId, Terms);
                return 0;
        }
    }

    public override string ToString() => MatchText.Of(this);
}

/// <summary>The start of a play and its commands: all that is needed to see it again.</summary>
public sealed record MatchPlay(int Capacity, IReadOnlyList<InstrumentTerms> Instruments, IReadOnlyList<MatchCommand> Commands)
{
    public override string ToString() =>
        $"engine of {Capacity} orders\n{string.Concat(Instruments.Select((terms, i) => $"  instrument {i}: {MatchText.Of(terms)}\n"))}"
        + string.Concat(Commands.Select((command, i) => $"  {i,3}  {command}\n"));
}
