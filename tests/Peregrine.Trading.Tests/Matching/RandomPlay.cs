namespace Peregrine.Trading.Tests.Matching;

/// <summary>One random play of a mix against an engine.</summary>
internal static class RandomPlay
{
    /// <summary>Fails, with the shortest commands that show it, when the engine differs from the slow engine after one of them.</summary>
    public static void AssertEqual(Func<int, Subject> create, CommandMix mix, int seed, int count, CommandCoverage coverage)
    {
        (MatchPlay play, string? difference) = Run(create, mix, seed, count, coverage);
        if (difference is null)
        {
            return;
        }

        MatchPlay shortest = new PlayShrinker(create).Shrink(play);
        (int step, string shown) = EngineDuel.Play(create, shortest) ?? (-1, "it does not show again");
        Assert.Fail($"mix {mix}, seed {seed}, step {play.Commands.Count - 1}: {difference}\n\nshrunk to {shortest}\nafter step {step}: {shown}");
    }

    /// <returns>The commands so far, and where the engines differ after the last of them, or null.</returns>
    public static (MatchPlay Play, string? Difference) Run(Func<int, Subject> create, CommandMix mix, int seed, int count, CommandCoverage coverage)
    {
        RandomCommands random = new(mix, seed);
        coverage.StartPlay();
        List<MatchCommand> commands = [];
        MatchPlay play = new(mix.Capacity, random.Instruments, commands);
        EngineDuel duel = new(create, play);
        string? difference = null;
        while (commands.Count < count && difference is null)
        {
            MatchCommand command = random.Next(duel.Slow);
            commands.Add(command);
            difference = duel.Step(command);
            coverage.Add(command, duel.Expected);
        }

        return (play, difference);
    }
}
