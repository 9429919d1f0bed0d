using System.CommandLine;
using System.Text.Json;
using Peregrine.Cli;
using Peregrine.Feeds;
using Peregrine.Feeds.Orders;
using Peregrine.Tools.Replay;
using Peregrine.Trading.MarketData;

namespace Peregrine.Tools.Verbs;

/// <summary>peregrine replay: a recorded feed through decoder, books and, if wanted, the matching core.</summary>
internal static class ReplayVerb
{
    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description =
            "LOBSTER message file, ITCH 5.0 BinaryFILE, pcap or pcapng with MoldUDP64, DBN 1 market by order; zstd and gzip are taken off." };
        Option<string?> bbo = new("--bbo") { Description =
            "Writes bid price, bid size, ask price, ask size after every message (1/10,000; 0 and +-9999999999 for an empty side).",
            HelpName = "OUT.csv" };
        Option<string?> book = new("--book") { Description = "Seeds the book from the first row of a LOBSTER order book file.",
            HelpName = "ROWS.csv" };
        Option<string?> steps = new("--steps") { Description =
            "Instead of one book through the file: applies each message to the row before it of a LOBSTER order book file, " +
            "and compares with its own row.", HelpName = "ROWS.csv" };
        Option<bool> orders = new("--orders") { Description =
            "Turns the messages into orders against the matching core, and compares what it executes." };
        Option<bool> follow = new("--follow") { Description = "With --orders: gives the core the feed's own book again after each difference." };
        Option<string> speed = new("--speed") { Description = "max, or a multiple of the recorded speed such as 1x or 10x.",
            DefaultValueFactory = _ => "max" };
        Option<bool> truncated = new("--allow-truncated") { Description = "A feed that ends in the middle of a message is no failure." };
        Option<bool> json = new("--json") { Description = "Writes the summary as JSON." };
        Command replay = new("replay", "Plays a recorded feed through decoder and books, and tells what was in it.") { file, bbo, book, steps, orders,
            follow, speed, truncated, json };
        replay.SetAction(result =>
        {
            bool isFollowing = result.GetValue(follow);
            Refuse(isFollowing && !result.GetValue(orders), "--follow: only with --orders");
            if (result.GetValue(steps) is { } stepRows)
            {
                bool hasOthers = result.GetValue(bbo) is not null || result.GetValue(book) is not null || result.GetValue(orders)
                    || result.GetValue(truncated);
                Refuse(hasOthers, "--steps: not with --bbo, --book, --orders or --allow-truncated, as there is no one book through the file");
                return RunSteps(result.GetRequiredValue(file), stepRows, result.GetValue(json));
            }

            return Run(
                result.GetRequiredValue(file),
                new ReplayOptions
                {
                    BboPath = result.GetValue(bbo),
                    Seed = result.GetValue(book) is { } rows ? BookSeed.Read(rows) : null,
                    Orders = result.GetValue(orders) ? new OrderReplay(isFollowing) : null,
                    Speed = Amounts.ParseSpeed("--speed", result.GetRequiredValue(speed)),
                    AllowTruncated = result.GetValue(truncated),
                    Progress = Terminal.Progress,
                },
                result.GetValue(json));
        });
        return replay.WithExample("peregrine replay AAPL_2012-06-21_34200000_37800000_message_50.csv --bbo best.csv --json");
    }

    private static int Run(string path, ReplayOptions options, bool isJson)
    {
        using FeedReader feed = FeedFile.Open(path);
        if (options.Orders is not null && feed is DbnReader)
        {
            throw new CommandException($"{path}: --orders takes LOBSTER and ITCH feeds; DBN tells executions in several records of other kinds");
        }

        if (options.Seed is not null && feed is not LobsterReader)
        {
            throw new CommandException($"{path}: --book goes with a LOBSTER message file; this is {feed.Format}");
        }

        BookReplay replay = new(feed, options);
        try
        {
            replay.Run();
        }
        finally
        {
            Terminal.EndProgress();
        }

        Console.Out.WriteLine(isJson ? ReplayReport.ToJson(feed, replay, options.Orders) : ReplayReport.ToText(feed, replay, options.Orders));
        if (replay.Ending != FeedStatus.Truncated)
        {
            return 0;
        }

        // The summary is out; what the feed lacks is said all the same.
        return options.AllowTruncated ? Warn(feed.Explain(FeedStatus.Truncated)) : throw new CommandException(feed.Explain(FeedStatus.Truncated));
    }

    private static int RunSteps(string path, string rowsPath, bool isJson)
    {
        using FeedReader feed = FeedFile.Open(path);
        if (feed is not LobsterReader)
        {
            throw new CommandException($"{path}: --steps goes with a LOBSTER message file; this is {feed.Format}");
        }

        StepCheck check = new(feed, rowsPath);
        check.Run();
        Console.Out.WriteLine(isJson
            ? JsonSerializer.Serialize(new { file = path, rows = rowsPath, steps = check.Steps, bestEqual = check.BestEqual,
                allLevelsEqual = check.AllLevelsEqual })
            : FormattableString.Invariant(
                $"{path}: of {check.Steps:N0} steps, best bid and offer equal on {check.BestEqual:N0}, all levels on {check.AllLevelsEqual:N0}"));
        return 0;
    }

    private static void Refuse(bool isWrong, string text)
    {
        if (isWrong)
        {
            throw new CommandException(text, 2);
        }
    }

    private static int Warn(string text)
    {
        Console.Error.WriteLine($"peregrine: {text}");
        return 0;
    }
}
