using System.Globalization;
using System.Runtime.InteropServices;
using Peregrine.Oracles.Matching;
using Peregrine.Primitives;
using Peregrine.Samples;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Tests.Matching;

namespace Peregrine.Trading.Tests.Native;

/// <summary>The core as a native library, loaded by programs in C.</summary>
public sealed class NativeLibraryTests
{
    private const int ReportBytes = 64;

    /// <summary>The mixes by name.</summary>
    public static TheoryData<string> Mixes => [.. CommandMixes.All.Select(mix => mix.Name)];

    [Fact]
    public void Library_EveryFunction_DoesAsTheHeaderSays()
    {
        string program = NativeBuild.Compile(Path.Combine(NativeBuild.Sources, "test/engine_test.c"), "engine_test");

        Assert.Equal("ok\n", NativeBuild.Run(program));
    }

    [Theory]
    [MemberData(nameof(Mixes))]
    public void Library_RandomRequests_GiveTheReportsAndTheStateOfTheManagedEngine(string name)
    {
        CommandMix mix = CommandMixes.All.Single(mix => mix.Name == name);
        AssertSame(Enumerable.Range(1, 2).Select(seed => (PlayOf(mix, seed, 200), $"mix {name}, seed {seed}")));
    }

    [Theory]
    [Trait("Size", "Long")]
    [MemberData(nameof(Mixes))]
    public void Library_ManyRandomRequests_GiveTheReportsAndTheStateOfTheManagedEngine(string name)
    {
        CommandMix mix = CommandMixes.All.Single(mix => mix.Name == name);
        AssertSame(Enumerable.Range(100, 20).Select(seed => (PlayOf(mix, seed, 2_000), $"mix {name}, seed {seed}")));
    }

    [Fact]
    public void Library_LargeBook_GiveTheReportsAndTheStateOfTheManagedEngine() => AssertSame([(PlainPlay(7, 20_000), "plain play, seed 7")]);

    [Fact]
    [Trait("Size", "Long")]
    public void Library_VeryLargeBook_GiveTheReportsAndTheStateOfTheManagedEngine() =>
        AssertSame(Enumerable.Range(20, 3).Select(seed => (PlainPlay(seed, 500_000), $"plain play, seed {seed}")));

    [Fact]
    public void Readme_Example_CompilesAndPrintsWhatItSays()
    {
        string[] blocks = File.ReadAllText(Path.Combine(NativeBuild.Sources, "README.md")).Split("```");
        string example = blocks.Single(block => block.StartsWith("c\n", StringComparison.Ordinal))[2..];
        string printed = blocks[Array.FindIndex(blocks, block => block.StartsWith("c\n", StringComparison.Ordinal)) + 2];
        string source = Path.Combine(NativeBuild.Folder, "readme_example.c");
        File.WriteAllText(source, example);

        string program = NativeBuild.Compile(source, "readme_example");

        Assert.Equal(printed.TrimStart('\n'), NativeBuild.Run(program));
    }

    [Theory]
    [InlineData("c", "-std=c11")]
    [InlineData("c++", "-std=c++11")]
    [InlineData("c++", "-std=c++20")]
    public void Header_InEachLanguage_CompilesByItself(string language, string standard) => _ = NativeBuild.Run("gcc", "-x", language, standard,
        "-Wall", "-Wextra", "-Werror", "-fsyntax-only", Path.Combine(NativeBuild.Sources, "peregrine_engine.h"));

    private static void AssertSame(IEnumerable<(MatchPlay Play, string What)> plays)
    {
        string program = NativeBuild.Compile(Path.Combine(NativeBuild.Sources, "test/play.c"), "play");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("native-play-");
        try
        {
            string requests = Path.Combine(folder.FullName, "requests");
            string reports = Path.Combine(folder.FullName, "reports");
            foreach ((MatchPlay play, string what) in plays)
            {
                RequestFile.Write(requests, play, EngineFlags.OrderDeltas);
                (byte[] expected, string said) = PlayHere(play);
                foreach (string mode in new[] { "single", "7", "1000" })
                {
                    string native = NativeBuild.Run(program, requests, reports, mode);
                    ReadOnlySpan<byte> got = File.ReadAllBytes(reports);
                    int same = expected.AsSpan().CommonPrefixLength(got);

                    Assert.True(same == expected.Length && same == got.Length,
                        $"{what}, mode {mode}: report {same / ReportBytes} of {expected.Length / ReportBytes} is another");
                    Assert.True(said == native, $"{what}, mode {mode}: expected\n{said}and not\n{native}");
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // The same requests in the engine as it is in the link, and what the C program says of it.
    private static (byte[] Reports, string Said) PlayHere(MatchPlay play)
    {
        MatchingEngine engine = new(play.Capacity) { EmitsOrderDeltas = true };
        MatchEventBuffer events = new();
        foreach (InstrumentTerms terms in play.Instruments)
        {
            _ = engine.AddInstrument(terms);
        }

        foreach (MatchCommand command in play.Commands)
        {
            _ = command.Apply(engine, events);
        }

        string said = string.Create(CultureInfo.InvariantCulture,
            $"hash {engine.StateHash:x16}\norders {engine.OrderCount}\ntrades {engine.TradeCount}\n" +
            $"lots {Int128.Min(engine.TradedLots, long.MaxValue)}\nrejects {engine.RejectCount}\nreports {events.Count}\n");
        for (int instrument = 0; instrument < play.Instruments.Count; instrument++)
        {
            foreach (Side side in new[] { Side.Buy, Side.Sell })
            {
                if (engine.TryGetLevel(instrument, side, 0, out BookLevel best))
                {
                    said += string.Create(CultureInfo.InvariantCulture,
                        $"best {instrument} {(int)side} {best.Price.Ticks} {best.Quantity.Lots} {best.OrderCount}\n");
                }
            }
        }

        return (MemoryMarshal.AsBytes(events.Span).ToArray(), said);
    }

    private static MatchPlay PlayOf(CommandMix mix, int seed, int count)
    {
        RandomCommands random = new(mix, seed);
        SlowMatchingEngine slow = new(mix.Capacity);
        MatchEventBuffer events = new();
        foreach (InstrumentTerms terms in random.Instruments)
        {
            _ = slow.AddInstrument(terms);
        }

        List<MatchCommand> commands = [];
        while (commands.Count < count)
        {
            MatchCommand command = random.Next(slow);
            if (command.Kind is not (CommandKind.SetTerms or CommandKind.Cross))
            {
                commands.Add(command);
                events.Clear();
                _ = command.Apply(slow, events);
            }
        }

        return new MatchPlay(mix.Capacity, random.Instruments, commands);
    }

    // Limit orders, moves, cancels: so many that their memory lies in no near cache.
    private static MatchPlay PlainPlay(int seed, int count)
    {
        Random random = new(seed);
        List<ulong> ids = [];
        List<MatchCommand> commands = [];
        for (int index = 0; index < count; index++)
        {
            int what = random.Next(10);
            ulong any = ids.Count == 0 ? 1 : ids[random.Next(ids.Count)];
            if (what >= 5 && what < 7)
            {
                commands.Add(new MatchCommand(CommandKind.Cancel) { OrderId = any });
                continue;
            }

            Side side = (Side)random.Next(1, 3);
            Price price = new(10_000 + random.Next(-400, 401) + (side == Side.Buy ? -150 : 150));
            Quantity quantity = new(random.Next(1, 100));
            if (what >= 7)
            {
                commands.Add(new MatchCommand(CommandKind.Replace)
                {
                    Change = new MatchReplace
                    {
                        OrderId = any, Price = price, Leaves = quantity, Fields = ReplaceFields.Price | ReplaceFields.Leaves,
                    },
                });
                continue;
            }

            ulong id = (ulong)index + 1;
            ids.Add(id);
            commands.Add(new MatchCommand(CommandKind.Submit)
            {
                Order = new MatchOrder
                {
                    OrderId = id, InstrumentId = random.Next(2), Account = -1, Firm = -1, Strategy = -1, Tag = index, Side = side,
                    Type = OrderType.Limit, TimeInForce = random.Next(8) == 0 ? TimeInForce.ImmediateOrCancel : TimeInForce.Day,
                    Price = price, Quantity = quantity,
                },
            });
        }

        return new MatchPlay(1 << 17, [new InstrumentTerms(), new InstrumentTerms()], commands);
    }
}
