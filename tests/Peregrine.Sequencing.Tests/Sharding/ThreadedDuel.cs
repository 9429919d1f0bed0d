using System.Runtime.InteropServices;
using Peregrine.Sequencing.Sharding;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Matching.Sharding;
using Peregrine.Trading.Tests.Matching;

namespace Peregrine.Sequencing.Tests.Sharding;

/// <summary>Plays recorded commands through threads and holds every result to the recorded one.</summary>
internal sealed class ThreadedDuel(RecordedPlay play, ShardedMatching matching, string what)
{
    private const int StretchCommands = 100;
    private int _taken;

    /// <summary>
    /// Sends ahead of the results: a stretch of commands until it is told that no more can be sent,
    /// then one with looks for results as chance will have it.
    /// </summary>
    public void PlayAhead(Random random)
    {
        AddInstruments();
        for (int step = 0; step < play.Commands.Count; step++)
        {
            if (play.Commands[step].Kind == CommandKind.SetTerms)
            {
                TakeAll();
                SetTerms(step);
                continue;
            }

            while (matching.TrySend(CommandOf(play.Commands[step])) != RouteStatus.Sent)
            {
                TakeOne();
            }

            bool looksForResults = step / StretchCommands % 2 == 1;
            for (int looks = looksForResults ? random.Next(3) : 0; looks > 0 && matching.InFlight > 0; looks--)
            {
                TakeIfThere();
            }
        }

        TakeAll();
        AssertSameEnd();
    }

    /// <summary>Takes each result before the next command is sent, and looks at the digest.</summary>
    public void PlayStepByStep()
    {
        AddInstruments();
        for (int step = 0; step < play.Commands.Count; step++)
        {
            if (play.Commands[step].Kind == CommandKind.SetTerms)
            {
                SetTerms(step);
            }
            else
            {
                Assert.Equal(RouteStatus.Sent, matching.TrySend(CommandOf(play.Commands[step])));
                TakeOne();
            }

            Assert.True(matching.AtRest.StateHash == play.DigestAfter(step), $"{what}, step {step}: another digest after {play.Commands[step]}");
        }

        AssertSameEnd();
    }

    private static ShardCommand CommandOf(MatchCommand command) => command.Kind switch
    {
        CommandKind.Submit => ShardCommand.Submit(command.Order),
        CommandKind.Cancel => ShardCommand.Cancel(command.OrderId),
        CommandKind.Reduce => ShardCommand.Reduce(command.OrderId, command.Lots),
        CommandKind.Replace => ShardCommand.Replace(command.Change),
        CommandKind.MassCancel => ShardCommand.MassCancel(command.Filter),
        CommandKind.List => ShardCommand.List(command.Filter),
        CommandKind.Cross => ShardCommand.Cross(command.Pair),
        CommandKind.SetPhase => ShardCommand.SetPhase(command.InstrumentId, command.Phase, command.CancelsForbidden),
        CommandKind.AdvanceTime => ShardCommand.AdvanceTime(command.TimeNs),
        _ => throw new ArgumentException($"{command.Kind} is not sent"),
    };

    private void AddInstruments()
    {
        foreach (InstrumentTerms terms in play.Instruments)
        {
            _ = matching.AtRest.AddInstrument(terms);
        }
    }

    private void SetTerms(int step)
    {
        matching.AtRest.SetTerms(play.Commands[step].InstrumentId, play.Commands[step].Terms);
        _taken++;
    }

    private void TakeAll()
    {
        while (matching.InFlight > 0)
        {
            TakeOne();
        }
    }

    private void TakeOne()
    {
        matching.Take(out int result);
        Compare(result);
    }

    private void TakeIfThere()
    {
        if (matching.TryTake(out int result))
        {
            Compare(result);
        }
    }

    private void Compare(int result)
    {
        int step = _taken++;
        bool isSame = result == play.ResultOf(step)
            && MemoryMarshal.AsBytes(matching.Events).SequenceEqual(MemoryMarshal.AsBytes(play.EventsOf(step)));
        Assert.True(isSame, $"{what}, step {step}, {play.Commands[step]}: returned {result} with {Lines(matching.Events)}\nexpected " +
            $"{play.ResultOf(step)} with {Lines(play.EventsOf(step))}");
    }

    private static string Lines(ReadOnlySpan<MatchEvent> events)
    {
        string lines = "";
        foreach (ref readonly MatchEvent match in events)
        {
            lines += $"\n  {MatchText.Of(in match)}";
        }

        return lines;
    }

    private void AssertSameEnd()
    {
        ShardedEngine books = matching.AtRest;
        Assert.Equal(play.Commands.Count, _taken);
        Assert.Equal((play.Engine.StateHash, play.Engine.OrderCount), (books.StateHash, books.OrderCount));
        Assert.Equal((play.Engine.TradeCount, play.Engine.TradedLots, play.Engine.RejectCount),
            (books.TradeCount, books.TradedLots, books.RejectCount));
    }
}
