using System.CommandLine;
using System.Globalization;
using Peregrine.Cli;
using Peregrine.Distribution.Wire;
using Peregrine.Journal;

namespace Peregrine.Bench.Verbs;

/// <summary>peregrine bench: measures the link on this machine.</summary>
internal static class BenchVerb
{
    public static Command Create()
    {
        Option<string> levels = new("--levels") { Description = "Journal levels to measure, with commas.",
            DefaultValueFactory = _ => "none,os,fsync" };
        Option<string> rates = new("--rates") { Description = "Open-loop rates in orders/s, with commas.",
            DefaultValueFactory = _ => "1000,10000,50000" };
        Option<double> seconds = new("--seconds") { Description = "Length of each open-loop and flat-out run.", DefaultValueFactory = _ => 5 };
        Option<int> window = new("--window") { Description = "Unanswered orders allowed when flat out.", DefaultValueFactory = _ => 256 };
        Option<string> folder = new("--folder") { Description = "Where the journals are written; on the disk to be measured.",
            DefaultValueFactory = _ => Path.Combine(Directory.GetCurrentDirectory(), "bench-data") };
        Option<string> sync = new("--sync") { Description =
            "Who waits for the disk at fsync: inline, the link's thread; thread, one beside it; auto, as peregrine run on this machine.",
            DefaultValueFactory = _ => "auto" };
        Option<int> core = new("--link-core") { Description =
            "The core of the link's thread; the client gets another. At fsync it matters which one the disk's interrupts go to (/proc/interrupts).",
            DefaultValueFactory = _ => Environment.ProcessorCount - 1 };
        Option<bool> cold = new("--cold") { Description =
            "Instead, the first 10,000 orders and 1,000 HTTP requests after ready, beside later ones, " +
            "of peregrine run with and without its rehearsal." };
        Option<bool> json = new("--json") { Description = "Write the figures as JSON." };
        Command link = new("link", "NewOrderSingle in, ExecutionReport out, over loopback TCP: latency, throughput, hops, allocations, " +
            "beside a bare TCP echo and a bare fdatasync.")
        {
            levels, rates, seconds, window, folder, sync, core, cold, json,
        };
        link.SetAction(result =>
        {
            if (result.GetValue(cold))
            {
                return MeasureCold(result.GetRequiredValue(folder), result.GetValue(json));
            }

            LinkBenchOptions options = new()
            {
                Levels = [.. Split(result.GetRequiredValue(levels)).Select(ParseLevel)],
                Rates = [.. Split(result.GetRequiredValue(rates)).Select(ParseRate)],
                Seconds = result.GetValue(seconds) is double length and > 0 and <= 600
                    ? length
                    : throw new CommandException("--seconds: expected above 0, at most 600", 2),
                Window = result.GetValue(window) is int size and >= 1 and <= 65_536
                    ? size
                    : throw new CommandException("--window: expected 1 to 65536", 2),
                Folder = result.GetRequiredValue(folder),
                LinkCore = result.GetValue(core) is int number && number >= 0 && number < Environment.ProcessorCount
                    ? number
                    : throw new CommandException($"--link-core: expected 0 to {Environment.ProcessorCount - 1}", 2),
                SyncInline = ParseSync(result.GetRequiredValue(sync)),
                Progress = Terminal.Progress,
            };
            LinkBenchResult figures = new LinkBench(options).Run();
            Terminal.EndProgress();
            Console.Out.WriteLine(result.GetValue(json) ? BenchReport.ToJson(figures) : BenchReport.ToMarkdown(figures));
            return 0;
        });
        Command bench = new("bench", "Measures this machine: link, feed, core, books, fix, net, journal, recovery; and makes flows for it.")
        {
            link.WithExample("peregrine bench link --levels os,fsync --seconds 10"), CreateFeed(), BenchCoreVerb.Create(), BenchFlowVerb.Create(),
            BenchBooksVerb.Create(), BenchFixVerb.Create(), BenchNetVerb.Create(), BenchJournalVerb.Create("journal", "bench journal"),
            BenchRecoveryVerb.Create(),
        };
        return bench.WithExample("peregrine bench link");
    }

    private static int MeasureCold(string folder, bool isJson)
    {
        IReadOnlyList<ColdRun> runs = new ColdBench(folder, Terminal.Progress).Run();
        Terminal.EndProgress();
        Console.Out.WriteLine(isJson ? ColdBench.ToJson(runs) : ColdBench.ToMarkdown(runs));
        return 0;
    }

    private static Command CreateFeed()
    {
        Argument<string> file = new("FILE") { Description = "A recorded feed." };
        Option<string> depths = new("--depths") { Description = "Depths to measure, with commas: best, levels, orders, trades.",
            DefaultValueFactory = _ => "best,levels,orders" };
        Option<string> rates = new("--rates") { Description = "Open-loop rates in messages/s, with commas; max is as fast as it goes.",
            DefaultValueFactory = _ => "max,1000" };
        Option<int> subscribers = new("--subscribers") { Description = "How many subscribers.", DefaultValueFactory = _ => 100 };
        Option<int> messages = new("--messages") { Description = "At most so many messages of the feed for each open-loop run.",
            DefaultValueFactory = _ => 20_000 };
        Option<int> rounds = new("--rounds") { Description = "Repeats each run so often, and puts the latencies together.",
            DefaultValueFactory = _ => 1 };
        Option<bool> stalled = new("--stalled") { Description =
            "Open-loop runs take turns with the same run and one more subscriber that never reads." };
        Option<bool> json = new("--json") { Description = "Write the figures as JSON." };
        Command feed = new("feed", "A recorded feed to many subscribers over loopback TCP: messages, bytes, " +
            "latency from the book's change to the last subscriber, allocations.")
        {
            file, depths, rates, subscribers, messages, rounds, stalled, json,
        };
        feed.SetAction(result =>
        {
            int count = result.GetValue(subscribers) is int number and >= 1 and <= 5_000
                ? number
                : throw new CommandException("--subscribers: expected 1 to 5000", 2);
            int most = result.GetValue(messages) is int wanted and >= 1 ? wanted : throw new CommandException("--messages: expected 1 or more", 2);
            int turns = result.GetValue(rounds) is int given and >= 1 and <= 100
                ? given
                : throw new CommandException("--rounds: expected 1 to 100", 2);
            List<FeedBenchResult> results = [];
            foreach (Depth depth in Split(result.GetRequiredValue(depths)).Select(ParseDepth))
            {
                foreach (int rate in Split(result.GetRequiredValue(rates)).Select(text => text == "max" ? 0 : ParseRate(text)))
                {
                    FeedBenchOptions plain = new()
                    {
                        Path = result.GetRequiredValue(file), Depth = depth, Subscribers = count, Rate = rate, MessagesMax = rate == 0
                            ? int.MaxValue
                            : most, Progress = Terminal.Progress,
                    };

                    // With and without take turns, so that whatever the machine does meanwhile happens to both.
                    List<FeedBenchResult> alone = [];
                    List<FeedBenchResult> beside = [];
                    for (int turn = 0; turn < turns; turn++)
                    {
                        alone.Add(new FeedBench(plain).Run());
                        if (result.GetValue(stalled) && rate > 0)
                        {
                            beside.Add(new FeedBench(plain with { WithStalled = true }).Run());
                        }
                    }

                    results.Add(FeedBenchResult.Merge(alone));
                    if (beside.Count > 0)
                    {
                        results.Add(FeedBenchResult.Merge(beside));
                    }
                }
            }

            Terminal.EndProgress();
            Console.Out.WriteLine(result.GetValue(json) ? FeedReport.ToJson(results) : FeedReport.ToMarkdown(results));
            return 0;
        });
        return feed.WithExample("peregrine bench feed AAPL_2012-06-21_34200000_37800000_message_50.csv --subscribers 100 --rates max,1000 " +
            "--rounds 5 --stalled");
    }

    private static Depth ParseDepth(string text) =>
        Enum.TryParse(text, ignoreCase: true, out Depth depth) && Enum.IsDefined(depth) && !char.IsDigit(text[0])
        ? depth
        : throw new CommandException($"--depths: '{text}', expected best, levels, orders or trades", 2);

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Durability ParseLevel(string text) => text switch
    {
        "none" => Durability.None,
        "os" => Durability.Os,
        "fsync" => Durability.Fsync,
        _ => throw new CommandException($"--levels: '{text}', expected none, os or fsync", 2),
    };

    private static bool ParseSync(string text) => text switch
    {
        "auto" => JournalOptions.IsSyncInlineBetter,
        "inline" => true,
        "thread" => false,
        _ => throw new CommandException($"--sync: '{text}', expected auto, inline or thread", 2),
    };

    private static int ParseRate(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int rate) && rate is > 0 and <= 10_000_000
        ? rate
        : throw new CommandException($"--rates: '{text}', expected 1 to 10000000 orders/s", 2);
}
