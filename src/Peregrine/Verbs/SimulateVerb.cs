using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Peregrine.Cli;
using Peregrine.Feeds;
using Peregrine.Primitives;
using Peregrine.Simulator;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.MarketData;

namespace Peregrine.Verbs;

/// <summary>peregrine simulate: what the simulated order flow looks like, beside a recorded one.</summary>
internal static class SimulateVerb
{
    private const double SecondsMax = 86_400;
    private const int RateMax = 100_000;

    public static Command Create()
    {
        Option<double> seconds = new("--seconds") { Description = "Virtual time to simulate.", DefaultValueFactory = _ => 3_600 };
        Option<long> seed = new("--seed") { Description = "The same seed gives the same flow.", DefaultValueFactory = _ => 1 };
        Option<int> rate = new("--rate") { Description = "Requests/s on the one instrument.", DefaultValueFactory = _ => 18 };
        Option<string> price = new("--price") { Description = "Reference price; the tick is 0.01.", DefaultValueFactory = _ => "580.00" };
        Option<string?> beside = new("--beside") { Description = "A recorded feed with one instrument, measured in the same way.",
            HelpName = "FILE" };
        Option<bool> json = new("--json") { Description = "Write the figures as JSON." };
        Command simulate = new("simulate",
            "Plays the simulated participants without a link, as fast as it goes, and tells what their order flow looks like.") { seconds, seed, rate,
                price, beside, json };
        simulate.SetAction(result =>
        {
            double length = result.GetValue(seconds) is double given and > 0 and <= SecondsMax
                ? given
                : throw new CommandException($"--seconds: expected above 0, at most {SecondsMax}", 2);
            int perSecond = result.GetValue(rate) is int wanted and >= 1 and <= RateMax
                ? wanted
                : throw new CommandException($"--rate: expected 1 to {RateMax}", 2);
            bool isPrice = decimal.TryParse(result.GetValue(price), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out decimal reference) && reference is >= 1 and <= 1_000_000 && reference * 100 == decimal.Truncate(reference * 100);
            if (!isPrice)
            {
                throw new CommandException($"--price: '{result.GetValue(price)}', expected 1.00 to 1000000.00 with two decimals", 2);
            }

            List<(string Name, FlowStatistics Flow)> flows = [
                ($"simulated, seed {result.GetValue(seed)}", Simulate(length, result.GetValue(seed), perSecond, reference))];
            if (result.GetValue(beside) is { } path)
            {
                flows.Add((Path.GetFileName(path), Recorded(path)));
            }

            Console.Out.WriteLine(result.GetValue(json) ? ToJson(flows) : ToMarkdown(flows));
            return 0;
        });
        return simulate.WithExample("peregrine simulate --seconds 3600 --beside AAPL_2012-06-21_34200000_37800000_message_50.csv");
    }

    private static FlowStatistics Simulate(double seconds, long seed, int rate, decimal price)
    {
        OfflineMarket market = new([new Instrument(0, "SIM", 2, 1, 1, IsOpen: true) { ReferencePrice = new Price((long)(price * 100)) }], seed, rate);
        FlowStatistics statistics = market.Measure(0);
        while (market.TimeNs < seconds * 1e9)
        {
            market.Step();
        }

        return statistics;
    }

    private static FlowStatistics Recorded(string path)
    {
        using FeedReader feed = FeedFile.Open(path);
        MarketBooks books = new();
        FlowStatistics statistics = new();
        long unit = Math.Max(feed.PriceScale / 100, 1);
        int instrumentId = 0;
        FeedStatus status;
        while ((status = feed.TryRead(out BookUpdate update)) == FeedStatus.Ok)
        {
            instrumentId = update.InstrumentId;
            _ = books.Apply(update);
            Count(statistics, update);
            SimTop top = new();
            top.HasBid = books.TryGetBest(instrumentId, Side.Buy, out long bid, out long bidQuantity);
            top.HasAsk = books.TryGetBest(instrumentId, Side.Sell, out long ask, out long askQuantity);
            (top.Bid, top.BidQuantity, top.Ask,
                top.AskQuantity) = (new Price(bid / unit), new Quantity(bidQuantity), new Price(ask / unit), new Quantity(askQuantity));
            statistics.OnTop(update.TimeNs, top);
        }

        return status == FeedStatus.End ? statistics : throw new CommandException(feed.Explain(status));
    }

    private static void Count(FlowStatistics statistics, in BookUpdate update)
    {
        switch (update.Kind)
        {
            case BookUpdateKind.Add:
                statistics.OnAdd();
                break;
            case BookUpdateKind.Reduce or BookUpdateKind.Delete:
                statistics.OnCancel();
                break;
            case BookUpdateKind.Replace or BookUpdateKind.Modify:
                statistics.OnCancel();
                statistics.OnAdd();
                break;
            case BookUpdateKind.Execute:
                statistics.OnExecution(update.Side.Opposite(), update.Quantity);
                break;
            default:
                break;
        }
    }

    private static IEnumerable<(string Name, string Key, Func<FlowStatistics, double> Of, string Format)> Figures() =>
    [
        ("market time, s", "seconds", flow => flow.Seconds, "N0"),
        ("messages/s (adds, cancels, executions)", "messagesPerSecond", flow => flow.MessagesPerSecond, "N1"),
        ("executions", "executions", flow => flow.Executions, "N0"),
        ("order-to-trade ratio (messages for each execution)", "orderToTradeRatio", flow => flow.OrderToTradeRatio, "N1"),
        ("cancels for each add", "cancelShare", flow => flow.CancelShare, "N2"),
        ("spread, time-weighted mean, ticks of 0.01", "spreadTicks", flow => flow.SpreadTicks, "N1"),
        ("spread, basis points", "spreadBp", flow => flow.SpreadBp, "N2"),
        ("quantity at the touch, mean of both sides", "touchQuantity", flow => flow.TouchQuantity, "N0"),
        ("volatility of the mid, 1 s, basis points", "volatility1sBp", flow => flow.VolatilityBp(1), "N2"),
        ("volatility of the mid, 10 s, basis points", "volatility10sBp", flow => flow.VolatilityBp(10), "N2"),
        ("volatility of the mid, 60 s, basis points", "volatility60sBp", flow => flow.VolatilityBp(60), "N2"),
        ("kurtosis of 10 s returns (normal: 3)", "kurtosis10s", flow => flow.Kurtosis(10), "N1"),
        ("autocorrelation of aggressor sides, lag 1", "signAutocorrelation", flow => flow.SignAutocorrelation, "N2"),
        ("two-sided book, share of time", "twoSidedShare", flow => flow.TwoSidedShare, "N4"),
    ];

    private static string ToMarkdown(List<(string Name, FlowStatistics Flow)> flows)
    {
        List<string> lines = [$"| | {string.Join(" | ", flows.Select(flow => flow.Name))} |", $"|---|{string.Concat(flows.Select(_ => "---:|"))}"];
        foreach ((string name, _, Func<FlowStatistics, double> of, string format) in Figures())
        {
            lines.Add($"| {name} | {string.Join(" | ", flows.Select(flow => of(flow.Flow).ToString(format, CultureInfo.InvariantCulture)))} |");
        }

        return string.Join(Environment.NewLine, lines);
    }

    private static string ToJson(List<(string Name, FlowStatistics Flow)> flows) =>
        JsonSerializer.Serialize(flows.Select(flow => Figures().ToDictionary(figure => figure.Key, figure => (object)Rounded(figure.Of, flow.Flow))
            .Append(new("name", flow.Name)).ToDictionary()));

    private static double Rounded(Func<FlowStatistics, double> figure, FlowStatistics flow) => Math.Round(figure(flow), 6);
}
