using System.Diagnostics;
using Peregrine.Testing;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>The engine against the slow engine, after each of many random commands.</summary>
public class MatchingEngineOracleTests(ITestOutputHelper output)
{
    private const int CommandsPerPlay = 1_500;

    public static TheoryData<string> Mixes => [.. CommandMixes.All.Select(mix => mix.Name)];

    [Theory]
    [MemberData(nameof(Mixes))]
    public void Engine_RandomCommands_EqualsTheSlowEngineAfterEach(string name)
    {
        CommandMix mix = CommandMixes.All.Single(m => m.Name == name);
        CommandCoverage coverage = new();
        Stopwatch watch = Stopwatch.StartNew();
        int plays = ProofSize.Of(200_000, 10_000_000) / CommandsPerPlay / CommandMixes.All.Count;
        for (int seed = 1; seed <= plays; seed++)
        {
            RandomPlay.AssertEqual(Subjects.Fast, mix, seed, CommandsPerPlay, coverage);
            if (ProofSize.IsLong && seed % 100 == 0)
            {
                Console.Error.WriteLine($"{mix}: {seed} of {plays} plays");
            }
        }

        output.WriteLine($"{mix}: {coverage.Commands} commands in {watch.Elapsed.TotalSeconds:F1} s\n{coverage}");
        coverage.AssertReaches(mix);
    }

    [Theory]
    [MemberData(nameof(Mixes))]
    public void Engine_SavedAndLoadedAgainAndAgain_EqualsTheSlowEngineAfterEachCommand(string name)
    {
        CommandMix mix = CommandMixes.All.Single(m => m.Name == name);
        for (int seed = 10_001; seed <= 10_000 + ProofSize.Of(2, 50); seed++)
        {
            RandomPlay.AssertEqual(RestartingEngine.AsSubject, mix, seed, CommandsPerPlay, new CommandCoverage());
        }
    }
}
