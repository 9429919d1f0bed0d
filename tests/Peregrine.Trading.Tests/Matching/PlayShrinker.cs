using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>Makes a play that fails shorter and plainer, as long as it still fails: chunks of commands, then single ones,
/// then their fields.</summary>
/// <param name="create">The engine that fails it.</param>
/// <param name="replays">How often the play may be tried.</param>
internal sealed class PlayShrinker(Func<int, Subject> create, int replays = 3_000)
{
    private int _left = replays;
    private string _kind = "";

    public MatchPlay Shrink(MatchPlay play)
    {
        _kind = EngineDuel.Play(create, play) is (int, string) found ? Kind(found.Difference) : "";
        MatchPlay best = Drop(play);
        best = Simplify(best);
        return Drop(best);
    }

    // The words of a difference without its numbers: what is shrunk must go on failing in the same way, or it ends at another fault.
    private static string Kind(string difference) =>
        string.Join(' ', difference.Split('\n')[0].Split(' ')
            .Where(word => word.Length > 2 && char.IsAsciiLetterUpper(word[0]) && word is not ("Buy" or "Sell")));

    // Whether it fails, and its commands up to where it does.
    private bool Fails(MatchPlay play, out MatchPlay cut)
    {
        cut = play;
        if (_left-- <= 0 || EngineDuel.Play(create, play) is not (int step, string difference) || Kind(difference) != _kind)
        {
            return false;
        }

        cut = play with { Commands = [.. play.Commands.Take(step + 1)] };
        return true;
    }

    private MatchPlay Drop(MatchPlay play)
    {
        for (int chunk = play.Commands.Count / 2; chunk >= 1; chunk /= 2)
        {
            // From the end, so that what is dropped does not move what is still to be tried.
            for (int start = play.Commands.Count - chunk; start >= 0; start -= chunk)
            {
                start = Math.Min(start, Math.Max(0, play.Commands.Count - chunk));
                MatchPlay shorter = play with { Commands = [.. play.Commands.Take(start), .. play.Commands.Skip(start + chunk)] };
                play = Fails(shorter, out MatchPlay cut) ? cut : play;
            }
        }

        return play;
    }

    private MatchPlay Simplify(MatchPlay play)
    {
        for (int i = 0; i < play.Instruments.Count; i++)
        {
            foreach (InstrumentTerms plainer in Plainer(play.Instruments[i]))
            {
                MatchPlay changed = play with { Instruments = [.. play.Instruments.Take(i), plainer, .. play.Instruments.Skip(i + 1)] };
                play = Fails(changed, out MatchPlay cut) ? cut : play;
            }
        }

        for (int i = 0; i < play.Commands.Count; i++)
        {
            foreach (Func<MatchCommand, MatchCommand> change in Changes)
            {
                MatchCommand plainer = i < play.Commands.Count ? change(play.Commands[i]) : new MatchCommand(CommandKind.Cancel);
                if (i < play.Commands.Count && plainer != play.Commands[i])
                {
                    MatchPlay changed = play with { Commands = [.. play.Commands.Take(i), plainer, .. play.Commands.Skip(i + 1)] };
                    play = Fails(changed, out MatchPlay cut) ? cut : play;
                }
            }
        }

        return play;
    }

    private static IEnumerable<InstrumentTerms> Plainer(InstrumentTerms terms) =>
    [
        new InstrumentTerms(),
        terms with { Rules = new VenueRules() },
        terms with { Rules = terms.Rules with { MinimumPerTrade = false } },
        terms with { Rules = terms.Rules with { HiddenImprovement = 0 } },
        terms with { Rules = terms.Rules with { MarketWithBest = false } },
        terms with { Rules = terms.Rules with { StopsByArrival = false } },
        terms with { Rules = terms.Rules with { CancelHiddenRests = 0 } },
        terms with { StaticBandBasisPoints = 0 },
        terms with { DynamicBandBasisPoints = 0 },
        terms with { InterruptionNs = 0 },
        terms with { TickTable = [], LowestPrice = null, HighestPrice = null },
        terms with { ReferencePrice = null },
        terms with { Phase = TradingPhase.Continuous },
    ];

    private static readonly Func<MatchCommand, MatchCommand>[] Changes =
    [
        OfOrder(o => o with { Account = -1, Firm = -1, Strategy = -1, Session = 0, Tag = 0 }),
        OfOrder(o => o with { Firm = -1, Strategy = -1, Session = 0, Tag = 0 }),
        OfOrder(o => o with { Flags = 0 }),
        OfOrder(o => o with { SelfTrade = 0 }),
        OfOrder(o => o with { DisplayQuantity = default }),
        OfOrder(o => o with { MinimumQuantity = default }),
        OfOrder(o => o with { TimeInForce = TimeInForce.Day, ExpireTimeNs = 0 }),
        OfOrder(o => o with { Type = OrderType.Limit, Peg = 0, OffsetTicks = 0 }),
        OfOrder(o => o.Type is OrderType.Stop or OrderType.StopLimit ? o : o with { StopPrice = default }),
        OfOrder(o => o.Type is OrderType.TrailingStop or OrderType.Pegged ? o : o with { OffsetTicks = 0 }),
        OfOrder(o => o.TimeInForce == TimeInForce.GoodTillTime ? o : o with { ExpireTimeNs = 0 }),
        OfOrder(o => o.Type == OrderType.Market ? o with { Price = default } : o),
        OfOrder(o => o with { Quantity = new Quantity(1) }),
        OfOrder(o => o with { Quantity = new Quantity(10) }),
        OfReplace(r => r with { Fields = ReplaceFields.Price }),
        OfReplace(r => r with { Fields = ReplaceFields.Leaves }),
        OfReplace(r => r with { Fields = r.Fields & ~ReplaceFields.Expiry }),
        OfReplace(r => r with { Fields = r.Fields & ~ReplaceFields.Minimum }),
        OfReplace(r => r with { Fields = r.Fields & ~ReplaceFields.Display }),
        OfReplace(r => new MatchReplace
        {
            OrderId = r.OrderId,
            Fields = r.Fields,
            Price = r.Fields.HasFlag(ReplaceFields.Price) ? r.Price : default,
            Leaves = r.Fields.HasFlag(ReplaceFields.Leaves) ? r.Leaves : default,
            StopPrice = r.Fields.HasFlag(ReplaceFields.Stop) ? r.StopPrice : default,
            OffsetTicks = r.Fields.HasFlag(ReplaceFields.Stop) ? r.OffsetTicks : 0,
            DisplayQuantity = r.Fields.HasFlag(ReplaceFields.Display) ? r.DisplayQuantity : default,
            MinimumQuantity = r.Fields.HasFlag(ReplaceFields.Minimum) ? r.MinimumQuantity : default,
            ExpireTimeNs = r.Fields.HasFlag(ReplaceFields.Expiry) ? r.ExpireTimeNs : 0,
        }),
        command => command.Kind == CommandKind.Reduce ? command with { Lots = new Quantity(1) } : command,
        command => command.Kind == CommandKind.Reduce ? new MatchCommand(CommandKind.Cancel) { OrderId = command.OrderId } : command,
        command => command with { CancelsForbidden = false },
    ];

    private static Func<MatchCommand, MatchCommand> OfOrder(Func<MatchOrder, MatchOrder> change) =>
        command => command.Kind == CommandKind.Submit ? command with { Order = change(command.Order) } : command;

    private static Func<MatchCommand, MatchCommand> OfReplace(Func<MatchReplace, MatchReplace> change) =>
        command => command.Kind == CommandKind.Replace ? command with { Change = change(command.Change) } : command;
}
