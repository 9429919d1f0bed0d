using System.CommandLine;
using Peregrine.Bench.Fix;
using Peregrine.Cli;

namespace Peregrine.Bench.Verbs;

/// <summary>peregrine bench fix: the codecs of Peregrine.Fix in memory, and orders over loopback TCP.</summary>
internal static class BenchFixVerb
{
    private const string Fast = "fast";
    private const string Loopback = "loopback";
    private static readonly string[] _all = [.. MessageBench.Stages, Fast, Loopback];

    public static Command Create()
    {
        Option<string> stages = new("--stage") { Description =
            "What to measure, with commas: parse, a NewOrderSingle framed and indexed; validate, that and held to FIX 4.4 whole; view, that and " +
            "every field read by a typed view; encode, an ExecutionReport by a typed writer; fast, market data packets of ten changes decoded, " +
            "read and encoded; loopback, order to report over TCP through an acceptor with validation and a store in a file, beside a plain echo.",
            DefaultValueFactory = _ => string.Join(',', _all) };
        Option<int> rounds = new("--rounds") { Description = "Rounds of 1,000 packets or 10,000 messages that are measured.",
            DefaultValueFactory = _ => 50 };
        Option<int> orders = new("--orders") { Description = "loopback: orders one outstanding.", DefaultValueFactory = _ => 100_000 };
        Option<double> seconds = new("--seconds") { Description = "loopback: seconds flat out.", DefaultValueFactory = _ => 5 };
        Option<int> window = new("--window") { Description = "loopback: unanswered orders flat out.", DefaultValueFactory = _ => 256 };
        Option<string> folder = new("--folder") { Description = "loopback: where stores are for the time of the run.",
            DefaultValueFactory = _ => Path.GetTempPath() };
        Option<bool> peer = new("--peer") { Description =
            "loopback: QuickFIX's acceptor too, memory and file store, under the same load from the same client (./dev native builds it)." };
        Option<bool> json = new("--json") { Description = "Write the figures as JSON." };
        Command fix = new("fix", "FIX and FAST: codecs in memory, and orders over loopback TCP: time, processor time, allocations.")
        {
            stages, rounds, orders, seconds, window, folder, peer, json,
        };
        fix.SetAction(result =>
        {
            string[] names = NamesOf(result.GetRequiredValue(stages));
            LoopbackOptions loopback = new()
            {
                Orders = InRange("--orders", result.GetValue(orders), 10, 10_000_000),
                Seconds = result.GetValue(seconds) is double time and >= 0.1 and <= 600
                    ? time
                    : throw new CommandException("--seconds: expected 0.1 to 600", 2),
                Window = InRange("--window", result.GetValue(window), 1, 10_000),
                Folder = result.GetRequiredValue(folder),
                Peer = !result.GetValue(peer) ? null
                    : names.Contains(Loopback) ? QuickFixPeer.Find()
                    : throw new CommandException("--peer: expected --stage loopback with it", 2),
                Progress = Terminal.Progress,
            };
            return Run(names, InRange("--rounds", result.GetValue(rounds), 1, 100_000), loopback, result.GetValue(json));
        });
        return fix.WithExample("peregrine bench fix --stage loopback --peer");
    }

    private static int Run(string[] names, int rounds, LoopbackOptions options, bool isJson)
    {
        List<FixBenchResult> results = [];
        string[] ofMessages = [.. names.Where(MessageBench.Stages.Contains)];
        LoopbackResult? loopback = null;
        try
        {
            if (ofMessages.Length > 0)
            {
                results.AddRange(new MessageBench().Run(ofMessages, rounds, Terminal.Progress));
            }

            if (names.Contains(Fast))
            {
                results.AddRange(new FastBench().Run(rounds, Terminal.Progress));
            }

            loopback = names.Contains(Loopback) ? new LoopbackBench(options).Run() : null;
        }
        finally
        {
            Terminal.EndProgress();
        }

        Console.Out.WriteLine(isJson ? FixReport.ToJson(results, loopback) : FixReport.ToMarkdown(results, loopback));
        return 0;
    }

    private static string[] NamesOf(string stages)
    {
        string[] names = stages.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? wrong = names.FirstOrDefault(name => !_all.Contains(name));
        return wrong is null && names.Length > 0
            ? names
            : throw new CommandException($"--stage: '{wrong}', expected {string.Join(", ", _all)}", 2);
    }

    private static int InRange(string option, int value, int least, int most) => value >= least && value <= most
        ? value
        : throw new CommandException(FormattableString.Invariant($"{option}: expected {least} to {most}"), 2);
}
