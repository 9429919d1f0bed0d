using System.CommandLine;
using Peregrine.Bench.Fix;
using Peregrine.Cli;

namespace Peregrine.Bench.Verbs;

/// <summary>peregrine bench fix: the codecs of Peregrine.Fix in memory.</summary>
internal static class BenchFixVerb
{
    private const string Fast = "fast";

    public static Command Create()
    {
        string[] all = [.. MessageBench.Stages, Fast];
        Option<string> stages = new("--stage") { Description =
            "What to measure, with commas: parse, a NewOrderSingle framed and indexed; validate, that and held to FIX 4.4 whole; view, that and " +
            "every field read by a typed view; encode, an ExecutionReport by a typed writer; fast, market data packets of ten changes decoded, " +
            "read and encoded.",
            DefaultValueFactory = _ => string.Join(',', all) };
        Option<int> rounds = new("--rounds") { Description = "Rounds of 1,000 packets or 10,000 messages that are measured.",
            DefaultValueFactory = _ => 50 };
        Option<bool> json = new("--json") { Description = "Write the figures as JSON." };
        Command fix = new("fix", "Codecs in memory on one thread: ns a message, allocations.") { stages, rounds, json };
        fix.SetAction(result =>
        {
            string[] names = result.GetRequiredValue(stages).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            string? wrong = names.FirstOrDefault(name => !all.Contains(name));
            if (wrong is not null || names.Length == 0)
            {
                throw new CommandException($"--stage: '{wrong}', expected {string.Join(", ", all)}", 2);
            }

            int count = result.GetValue(rounds) is int number and >= 1 and <= 100_000
                ? number
                : throw new CommandException("--rounds: expected 1 to 100000", 2);
            List<FixBenchResult> results = [];
            string[] ofMessages = [.. names.Where(name => name != Fast)];
            try
            {
                if (ofMessages.Length > 0)
                {
                    results.AddRange(new MessageBench().Run(ofMessages, count, Terminal.Progress));
                }

                if (names.Contains(Fast))
                {
                    results.AddRange(new FastBench().Run(count, Terminal.Progress));
                }
            }
            finally
            {
                Terminal.EndProgress();
            }

            Console.Out.WriteLine(result.GetValue(json) ? FixReport.ToJson(results) : FixReport.ToMarkdown(results));
            return 0;
        });
        return fix.WithExample("peregrine bench fix --stage validate,encode");
    }
}
