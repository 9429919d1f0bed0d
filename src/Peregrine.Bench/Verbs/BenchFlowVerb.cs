using System.CommandLine;
using Peregrine.Bench.Core;
using Peregrine.Cli;

namespace Peregrine.Bench.Verbs;

/// <summary>peregrine bench flow: makes a stream of order commands for bench core.</summary>
internal static class BenchFlowVerb
{
    /// <summary>Commands of the measured part where nothing else is said.</summary>
    public const int CommandsMade = 2_000_000;

    private const int CommandsMost = 100_000_000;
    private const int RestingMost = 1_000_000;

    public static Command Create()
    {
        Argument<string> target = new("OUT") { Description = "The file to write; one that is there is replaced." };
        Option<string> shape = new("--shape") { Description =
            "static, a price that stands still; normal, one that moves and returns; swing, a quarter down and up again and again; " +
            "trend, up and up; crash, two fifths lost in a moment and won again; " +
            "hostile, 100,000 levels far apart, and orders that come and go at their ends.",
            DefaultValueFactory = _ => "normal" };
        Option<int> commands = new("--commands") { Description = "Commands of the measured part; those that fill the book come before.",
            DefaultValueFactory = _ => CommandsMade };
        Option<long> seed = new("--seed") { Description = "The same seed gives the same file on every machine.", DefaultValueFactory = _ => 7 };
        Option<int?> resting = new("--resting") { Description = "About how many orders rest all the time; 1,000, and of hostile 100,000." };
        Command flow = new("flow", "Makes a stream of order commands of a shape, for bench core --commands.")
        {
            target, shape, commands, resting, seed,
        };
        flow.SetAction(result =>
        {
            int count = result.GetValue(commands) is int value and >= 1 and <= CommandsMost
                ? value
                : throw new CommandException($"--commands: expected 1 to {CommandsMost}", 2);
            FlowShape wanted = ParseShape(result.GetRequiredValue(shape));
            int orders = result.GetValue(resting) ?? OrderFlow.RestingOf(wanted);
            if (orders is < 10 or > RestingMost)
            {
                throw new CommandException($"--resting: {orders}, expected 10 to {RestingMost}", 2);
            }

            OrderStream stream = OrderFlow.Make(wanted, count, orders, result.GetValue(seed));
            string path = result.GetRequiredValue(target);
            stream.Write(path);
            Console.Out.WriteLine($"{path}: {stream.Name}, {stream.Prefill} commands that fill the book and {stream.Measured} to be measured, " +
                $"order ids up to {stream.OrderIdMax}, seed {result.GetValue(seed)}");
            return 0;
        });
        return flow.WithExample("peregrine bench flow swing.stream --shape swing --seed 7");
    }

    /// <summary>A shape by its name.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static FlowShape ParseShape(string name) => FlowShapes.TryParse(name, out FlowShape shape)
        ? shape
        : throw new CommandException($"--shape: '{name}', expected {FlowShapes.Names}", 2);
}
