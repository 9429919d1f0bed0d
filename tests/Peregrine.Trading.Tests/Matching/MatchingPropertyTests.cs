using System.Runtime.InteropServices;
using Peregrine.Oracles.Matching;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>Properties of both engines under the random commands of every mix.</summary>
public class MatchingPropertyTests
{
    private const int CommandsPerPlay = 1_000;

    public static TheoryData<string, bool> MixesAndEngines
    {
        get
        {
            TheoryData<string, bool> data = [];
            foreach (CommandMix mix in CommandMixes.All)
            {
                data.Add(mix.Name, false);
                data.Add(mix.Name, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(MixesAndEngines))]
    public void Engine_RandomCommands_KeepsLotsCashAndPriorityAndShowsNoCrossedBook(string name, bool isSlow)
    {
        CommandMix mix = CommandMixes.All.Single(m => m.Name == name) with { LooksAtSingleTrades = false };
        int pairs = 0;
        for (int seed = 1; seed <= ProofSize.Of(1, 60); seed++)
        {
            IMatchingEngine engine = isSlow ? new SlowMatchingEngine(mix.Capacity) : new MatchingEngine(mix.Capacity);
            MatchingProperties properties = new(engine);
            PriorityWatch priority = new(engine);
            MatchEventBuffer events = new();
            Play(mix, seed, engine, (command, step) =>
            {
                events.Clear();
                command.Apply(engine, events);
                string? broken = properties.Add(command, events) ?? priority.Add(events);
                Assert.True(broken is null, $"mix {mix}, seed {seed}, step {step}, {command}: {broken}");
            });
            pairs += priority.Pairs;
        }

        Assert.True(pairs > 0 || mix.Capacity < 10, "no trade had an order before it");
    }

    [Theory]
    [InlineData("everything")]
    [InlineData("pegs")]
    public void Engine_SameCommandsTwice_GivesTheSameBytes(string name)
    {
        CommandMix mix = CommandMixes.All.Single(m => m.Name == name);
        MatchingEngine first = new(mix.Capacity) { EmitsOrderDeltas = true };
        MatchingEngine second = new(mix.Capacity) { EmitsOrderDeltas = true };
        MatchEventBuffer firstEvents = new();
        MatchEventBuffer secondEvents = new();
        foreach (InstrumentTerms terms in new RandomCommands(mix, seed: 1).Instruments)
        {
            second.AddInstrument(terms);
        }

        Play(mix, seed: 1, first, (command, step) =>
        {
            command.Apply(first, firstEvents);
            command.Apply(second, secondEvents);
        });

        Assert.True(MemoryMarshal.AsBytes(firstEvents.Span).SequenceEqual(MemoryMarshal.AsBytes(secondEvents.Span)), "the events differ");
        Assert.Equal(first.StateHash, second.StateHash);
    }

    [Fact]
    public void Properties_LotsThatCameFromNowhere_AreFound()
    {
        BrokenEngine engine = new(10, EngineFault.TellsWrongLeaves);
        MatchingProperties properties = new(engine);
        engine.AddInstrument(new InstrumentTerms());

        Assert.Null(Add(engine, properties.Add, new MatchEventBuffer(), Limit(1, Side.Sell)));
        Assert.NotNull(Add(engine, properties.Add, new MatchEventBuffer(), Limit(2, Side.Buy)));
    }

    [Fact]
    public void Priority_LaterOrderTradesFirst_IsFound()
    {
        MatchingEngine engine = new(10);
        PriorityWatch priority = new(engine);
        engine.AddInstrument(new InstrumentTerms());
        string? Watch(MatchCommand command, MatchEventBuffer events) => priority.Add(events);
        Assert.Null(Add(engine, Watch, new MatchEventBuffer(), Limit(1, Side.Sell)));
        Assert.Null(Add(engine, Watch, new MatchEventBuffer(), Limit(2, Side.Sell)));

        MatchEventBuffer made = new();
        made.Add() = new MatchEvent { Type = MatchEventType.Trade, OrderId = 3, RestingOrderId = 2, Side = Side.Buy, Quantity = new Quantity(1) };

        Assert.NotNull(priority.Add(made));
    }

    private static string? Add(IMatchingEngine engine, Func<MatchCommand, MatchEventBuffer, string?> look, MatchEventBuffer events,
        MatchCommand command)
    {
        command.Apply(engine, events);
        return look(command, events);
    }

    private static MatchCommand Limit(ulong id, Side side) => new(CommandKind.Submit)
    {
        Order = new MatchOrder { OrderId = id, Side = side, Type = OrderType.Limit, TimeInForce = TimeInForce.Day, Quantity = new Quantity(1),
            Account = (int)id },
    };

    // The slow engine goes along: the stream looks at it.
    private static void Play(CommandMix mix, int seed, IMatchingEngine engine, Action<MatchCommand, int> step)
    {
        RandomCommands random = new(mix, seed);
        SlowMatchingEngine slow = new(mix.Capacity);
        MatchEventBuffer unheard = new();
        foreach (InstrumentTerms terms in random.Instruments)
        {
            engine.AddInstrument(terms);
            slow.AddInstrument(terms);
        }

        for (int i = 0; i < CommandsPerPlay; i++)
        {
            MatchCommand command = random.Next(slow);
            unheard.Clear();
            command.Apply(slow, unheard);
            step(command, i);
        }
    }
}
