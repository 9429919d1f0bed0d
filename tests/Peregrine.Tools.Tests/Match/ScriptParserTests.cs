using Peregrine.Primitives;
using Peregrine.Tools.Match;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Tests.Match;

public sealed class ScriptParserTests
{
    [Theory]
    [InlineData("byu 100 @ 10.05", "found 'byu', expected a command; did you mean 'buy'?")]
    [InlineData("buy", "the line ends, expected a quantity")]
    [InlineData("buy many @ 1", "found 'many', expected a quantity")]
    [InlineData("buy 1.5 @ 1", "a quantity '1.5' is no whole number of lots of 1; choose another quantity, " +
        "or define the instrument with a smaller lot")]
    [InlineData("buy 100", "the line ends without a price, expected @ PRICE, or a type without one such as market")]
    [InlineData("buy 100 @ 10.055",
        "a price '10.055' is no whole number of ticks of 0.01; choose another price, or define the instrument with a finer tick")]
    [InlineData("buy 100 @ 1 @ 2", "found a second price '2', expected one")]
    [InlineData("buy 100 market @ 1", "found a limit with 'market', expected none; leave it out")]
    [InlineData("buy 100 market mtl", "found 'mtl' after 'market', expected one type of order")]
    [InlineData("buy 100 @ 1 gtc ioc", "found 'ioc' after 'gtc', expected one time in force")]
    [InlineData("buy 100 @ 1 offset 1", "found 'offset' on an order that is not pegged, expected it with peg best or peg mid")]
    [InlineData("buy 100 @ 1 displya 5", "found 'displya', expected an attribute of the order; did you mean 'display'?")]
    [InlineData("buy 100 @ 1 gtt 25:00", "found '25:00', expected a time: ")]
    [InlineData("buy 100 @ 999999999999999999",
        "a price '999999999999999999' is more than 9223372036854775807 ticks of 0.01; choose a lower price, " +
        "or define the instrument with a coarser tick")]
    [InlineData("buy 100 @ 12345678901234567890", "found '12345678901234567890', expected a price such as 0.01")]
    [InlineData("cancel A B", "found 'B', expected the end of the line")]
    [InlineData("replace A pirce 1", "found 'pirce', expected what to replace; did you mean 'price'?")]
    [InlineData("phase openning", "found 'openning', expected a phase; did you mean 'opening'?")]
    [InlineData("use NOWHERE", "found 'NOWHERE', expected the symbol of an instrument that is defined above")]
    [InlineData("venue nasdq", "found 'nasdq', expected a venue profile: default or ashare")]
    [InlineData("rule ownr account", "found 'ownr', expected a rule; did you mean 'owner'?")]
    [InlineData("rule minimumPerTrade maybe", "found 'maybe', expected on or off: on or off")]
    [InlineData("instrument buy", "instrument 'buy' is called like a word of the language; choose another symbol")]
    [InlineData("instrument X limits 5 4", "LowestPrice is 500, above HighestPrice 400 (prices in ticks of 0.01)")]
    [InlineData("instrument X decimals 10", "decimals '10', expected 0 to 9")]
    [InlineData("instrument X tick 0", "tick '0', expected more than 0")]
    [InlineData("instrument X static-band 5", "found '5', expected a share such as 5% or 500bp")]
    [InlineData("instrument X daily-limit 10%", "daily-limit needs a reference price of 0 or more; write reference PRICE too")]
    [InlineData("instrument X ticks 5", "found '5', expected FROM:STEP such as 10:0.05")]
    [InlineData("terms phase halted", "found 'phase', expected terms; a phase is changed with: phase NAME")]
    [InlineData("mass-cancel account -1", "found '-1', expected an account that is no negative number")]
    [InlineData("expect trad 1", "found 'trad', expected a kind of expectation; did you mean 'trade'?")]
    [InlineData("expect cancelled A Expird",
        "found 'Expird', expected a value of the event or a reason of docs/reject-reasons.md; did you mean 'Expired'?")]
    [InlineData("expect bids 5", "the line ends, expected @ and the price of the level")]
    [InlineData("capacity 0", "capacity '0', expected 1 to 100000")]
    public void Line_ThatIsWrong_TellsWhatWasFoundAndWhatIsExpected(string line, string tells)
    {
        ScriptError error = Assert.Single(Parse($"# first\n{line}", out _));

        Assert.Equal(2, error.Line);
        Assert.StartsWith(tells, error.Message);
    }

    [Fact]
    public void Errors_OfManyLines_AreAllTold()
    {
        IReadOnlyList<ScriptError> errors = Parse("buy 1 @ 1\nx\ny\nbuy 2 @ 2\nz", out _);

        Assert.Equal([2, 3, 5], errors.Select(error => error.Line));
    }

    [Fact]
    public void Errors_BeyondTheLimit_AreCounted()
    {
        IReadOnlyList<ScriptError> errors = Parse(string.Join('\n', Enumerable.Repeat("x", 80)), out _);

        Assert.Equal(ScriptLimits.ErrorsMax + 1, errors.Count);
        Assert.Equal("and 30 more errors", errors[^1].Message);
    }

    [Fact]
    public void Line_ThatIsTooLong_IsOneError()
    {
        ScriptError error = Assert.Single(Parse(new string('x', ScriptLimits.LineLengthMax + 1), out _));

        Assert.Contains("1001 characters, expected 1000 at most", error.Message);
    }

    [Fact]
    public void Script_WithTooManyLines_IsRefused()
    {
        ScriptError error = Assert.Single(Parse(new string('\n', ScriptLimits.LinesMax + 1), out _));

        Assert.Contains("more than 200000 lines", error.Message);
    }

    [Fact]
    public void Time_ThatGoesBack_IsAnError()
    {
        ScriptError error = Assert.Single(Parse("time 10:00\ntime 09:59", out _));

        Assert.Contains("lies before 2026-01-05T10:00:00Z", error.Message);
    }

    [Fact]
    public void Order_WithEveryAttribute_HasThem()
    {
        MatchOrder order = OrderOf("NEW a1 SELL 500@10.05 Display 100 gtt 2026-01-05T10:00:00.5+08:00 account ALICE firm 7 strategy s session 9 " +
            "STP cancel-oldest post-only hidden min 20 aon");

        Assert.Equal((Side.Sell, OrderType.Limit, TimeInForce.GoodTillTime), (order.Side, order.Type, order.TimeInForce));
        Assert.Equal((500, 1005, 100, 20), (order.Quantity.Lots, order.Price.Ticks, order.DisplayQuantity.Lots, order.MinimumQuantity.Lots));
        Assert.Equal(OrderFlags.PostOnly | OrderFlags.Hidden | OrderFlags.AllOrNone, order.Flags);
        Assert.Equal((7, 9, SelfTradePrevention.CancelOldest), (order.Firm, order.Session, order.SelfTrade));
        Assert.True(order.Account >= 1_000_000_000 && order.Strategy == order.Account + 1, "words get numbers of their own");
        Assert.Equal(new DateTimeOffset(2026, 1, 5, 2, 0, 0, 500, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1_000_000, order.ExpireTimeNs);
    }

    [Theory]
    [InlineData("buy 1 @ 2", OrderType.Limit, 200, 0, 0)]
    [InlineData("buy 1 limit 2", OrderType.Limit, 200, 0, 0)]
    [InlineData("buy 1 limit @ 2", OrderType.Limit, 200, 0, 0)]
    [InlineData("buy 1 market", OrderType.Market, 0, 0, 0)]
    [InlineData("buy 1 mtl", OrderType.MarketToLimit, 0, 0, 0)]
    [InlineData("buy 1 stop 3", OrderType.Stop, 0, 300, 0)]
    [InlineData("buy 1 stop 3 @ 4", OrderType.StopLimit, 400, 300, 0)]
    [InlineData("buy 1 stop-limit 3 limit 4", OrderType.StopLimit, 400, 300, 0)]
    [InlineData("buy 1 trailing 0.25", OrderType.TrailingStop, 0, 0, 25)]
    [InlineData("buy 1 peg mid offset 0.01", OrderType.Pegged, 0, 0, 1)]
    [InlineData("buy 1 peg best limit 5", OrderType.Pegged, 500, 0, 0)]
    [InlineData("buy -1 @ -2", OrderType.Limit, -200, 0, 0)]
    public void Order_OfEachType_HasItsPrices(string line, OrderType type, long price, long stop, long offset)
    {
        MatchOrder order = OrderOf(line);

        Assert.Equal((type, price, stop, offset), (order.Type, order.Price.Ticks, order.StopPrice.Ticks, order.OffsetTicks));
        Assert.Equal(type == OrderType.Pegged && price != 0, order.Flags.HasFlag(OrderFlags.HasLimit));
        Assert.Equal((-1, -1, -1, 0), (order.Account, order.Firm, order.Strategy, order.Session));
    }

    [Fact]
    public void Orders_WithoutNames_AreCountedPastNamesInUse()
    {
        Assert.Empty(Parse("new 2 buy 1 @ 1\nbuy 1 @ 1\nbuy 1 @ 1\nbuy 1 @ 1 id x\nnew 0 buy 1 @ 1", out ScriptProgram program));

        ulong[] ids = [.. program.Commands.OfType<NewCommand>().Select(command => command.Order.OrderId)];
        Assert.Equal(["2", "1", "3", "x", "0"], ids.Select(program.Names.OrderName));
        Assert.Equal(0UL, ids[^1]);
        Assert.Equal(5, ids.Distinct().Count());
    }

    [Fact]
    public void Replace_OfSomeFields_NamesThem()
    {
        Assert.Empty(Parse("replace A 50 @ 10.05 stop 9 display 5 min 2 expires 2026-01-05", out ScriptProgram program));

        MatchReplace replace = Assert.Single(program.Commands.OfType<ReplaceCommand>()).Replace;
        Assert.Equal(ReplaceFields.Leaves |
            ReplaceFields.Price | ReplaceFields.Stop | ReplaceFields.Display | ReplaceFields.Minimum | ReplaceFields.Expiry, replace.Fields);
        Assert.Equal((50, 1005, 900, 5, 2),
            (replace.Leaves.Lots, replace.Price.Ticks, replace.StopPrice.Ticks, replace.DisplayQuantity.Lots, replace.MinimumQuantity.Lots));
    }

    [Fact]
    public void MassCancel_WithoutAFilter_MeansEverything()
    {
        Assert.Empty(Parse("mass-cancel\nmass-cancel session 3 sell\ndisconnect 4", out ScriptProgram program));

        Assert.Equal(
            [new MassCancelFilter(-1, -1, -1, null), new MassCancelFilter(3, -1, -1, Side.Sell), new MassCancelFilter(4, -1, -1, null)],
            program.Commands.OfType<MassCancelCommand>().Select(command => command.Filter));
    }

    [Fact]
    public void Instrument_WithEveryTerm_HasThem()
    {
        Assert.Empty(Parse("instrument ACME decimals 3 tick 0.005 lot 10 reference 10 limits 5 none ticks 0:0.005 20:0.010 static-band 5% " +
            "dynamic-band 250bp interruption 2m phase pre-open\nbuy 100 @ 10.005", out ScriptProgram program));

        InstrumentTerms terms = Assert.Single(program.Commands.OfType<DefineCommand>()).Terms;
        Assert.Equal((new Price(2000), new Price(1000), (Price?)null), (terms.ReferencePrice, terms.LowestPrice, terms.HighestPrice));
        Assert.Equal([new TickStep(0, 1), new TickStep(4000, 2)], terms.TickTable);
        Assert.Equal((500, 250, 120_000_000_000, TradingPhase.PreOpen),
            (terms.StaticBandBasisPoints, terms.DynamicBandBasisPoints, terms.InterruptionNs, terms.Phase));
        MatchOrder order = Assert.Single(program.Commands.OfType<NewCommand>()).Order;
        Assert.Equal((2001, 10), (order.Price.Ticks, order.Quantity.Lots));
    }

    [Fact]
    public void Venue_Ashare_GivesLotsAndDailyLimits()
    {
        Assert.Empty(Parse("venue ashare\ninstrument A reference 10.05\ninstrument B daily-limit 20% reference 10.05\ninstrument C reference 1 " +
            "limits none none\nbuy 200 A @ 10", out ScriptProgram program));

        InstrumentTerms[] terms = [.. program.Commands.OfType<DefineCommand>().Select(command => command.Terms)];
        Assert.Equal([(905L, 1106L), (804L, 1206L)], terms[..2].Select(known => (known.LowestPrice!.Value.Ticks, known.HighestPrice!.Value.Ticks)));
        Assert.Null(terms[2].LowestPrice);
        Assert.Equal((2, 0), (program.Commands.OfType<NewCommand>().Single().Order.Quantity.Lots, program.Commands.OfType<NewCommand>()
            .Single().Order.InstrumentId));
    }

    [Fact]
    public void Rules_AreThoseOfEveryInstrumentFromThenOn()
    {
        Assert.Empty(Parse("instrument A\nrule cancelHiddenRests 700\nrule owner firm\nrule selfTrade decrement\nrule minimum-per-trade on\nrule " +
            "hiddenImprovement 50\nrule marketWithBest on\nrule stops-by-arrival on\ninstrument B", out ScriptProgram program));

        VenueRules rules = new() { Owner = OwnerScope.Firm, SelfTrade = SelfTradePrevention.DecrementAndCancel, CancelHiddenRests = 700,
            MinimumPerTrade = true, HiddenImprovement = 50, MarketWithBest = true, StopsByArrival = true };
        Assert.Equal(rules, program.Commands.OfType<TermsCommand>().Last().Changes.Single().Terms.Rules);
        Assert.Equal(rules, program.Commands.OfType<DefineCommand>().Last().Terms.Rules);
    }

    private static IReadOnlyList<ScriptError> Parse(string script, out ScriptProgram program) =>
        ScriptParser.Parse(new StringReader(script), out program);

    private static MatchOrder OrderOf(string line)
    {
        Assert.Empty(Parse(line, out ScriptProgram program));
        return Assert.Single(program.Commands.OfType<NewCommand>()).Order;
    }
}
