using System.Text.Json;
using Peregrine.Testing;
using Peregrine.Tools.Match;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Tests.Match;

/// <summary>Mutated lines: each is an error or plays; nothing else happens, and what is told of it is well formed.</summary>
public sealed class ScriptFuzzTests
{
    private const int LinesOfScript = 40;
    private static readonly string[] Odd = ["99999999999999999", "-5", "0", "none", "@", "500bp", "+9999d", "2261-12-31", "+1ns", "all", "no", "A",
        "1", "e\u0301"];

    [Fact]
    public void MutatedScripts_AreErrorsOrPlay()
    {
        string[] samples = [.. Directory.GetFiles(Path.Combine(Repository.Root, "samples/match"), "*.txt").Order(StringComparer.Ordinal)
            .SelectMany(File.ReadAllLines)];
        string[] pool =
        [
            .. samples.Where(line => line.Length > 0 && line[0] != '#'),
            "instrument A decimals 3 tick 0.005 lot 10 reference 10 limits 5 none ticks 0:0.005 20:0.010 static-band 5% dynamic-band 250bp " +
                "interruption 2m", "use A", "book all", "orders",
            "rule owner firm", "rule cancelHiddenRests 50", "rule minimumPerTrade on", "rule marketWithBest on", "rule stopsByArrival on",
                "mass-cancel session 3 sell", "disconnect 3", "replace B1 50 @ 10.05", "time +1.5h", "phase volatility all",
            "buy 10 peg mid offset 0.01 limit 11", "sell 5 peg best", "buy 50 trailing 0.10 session 3", "sell 300 @ 10 aon account X stp oldest",
                "buy 300 @ 10 hidden min 200 account X", "sell 20 mtl", "buy 7 @ 10 fok",
        ];
        string[] words = [.. pool.SelectMany(line => line.Split(' ')).Distinct(), .. Odd];
        int seed = Environment.TickCount;
        for (int round = 0; round < ProofSize.Of(300, 10_000); round++)
        {
            Random random = new(seed + round);
            List<string> lines = [.. Enumerable.Range(0, LinesOfScript).Select(_ => Mutate(pool[random.Next(pool.Length)], words, random))];
            try
            {
                string script = WithoutErrors(lines);
                _ = Played.Run(script, isJson: false, Small);
                Assert.All(Played.Run(script, isJson: true, Small).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
                    line => JsonDocument.Parse(line).Dispose());
            }
            catch (Exception fault)
            {
                Assert.Fail($"seed {seed + round}: {fault}\n{string.Join('\n', lines)}");
            }
        }
    }

    private static MatchingEngine Small(int capacity) => new(Math.Min(capacity, 1_000));

    // A line may be wrong only without another one, such as the one that defines its instrument; each turn takes at least one line out.
    private static string WithoutErrors(List<string> lines)
    {
        List<string> left = lines;
        for (int turn = 0; turn <= lines.Count; turn++)
        {
            HashSet<int> wrong = [.. ScriptParser.Parse(new StringReader(string.Join('\n', left)), out _).Select(error => error.Line)];
            if (wrong.Count == 0)
            {
                break;
            }

            left = [.. left.Select((line, index) => wrong.Contains(index + 1) ? "" : line)];
        }

        return string.Join('\n', left);
    }

    private static string Mutate(string line, string[] words, Random random)
    {
        List<string> tokens = [.. line.Split(' ')];
        for (int change = random.Next(3); change > 0; change--)
        {
            int at = random.Next(tokens.Count);
            string word = words[random.Next(words.Length)];
            switch (random.Next(3))
            {
                case 0:
                    tokens.Insert(at, word);
                    break;
                case 1:
                    tokens[at] = word;
                    break;
                default:
                    tokens[at] = "";
                    break;
            }
        }

        return string.Join(' ', tokens);
    }
}
