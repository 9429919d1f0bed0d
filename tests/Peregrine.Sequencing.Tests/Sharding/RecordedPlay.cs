using Peregrine.Oracles.Matching;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Tests.Matching;

namespace Peregrine.Sequencing.Tests.Sharding;

/// <summary>Random commands, and what one engine does with them: results, events and digests after each.</summary>
internal sealed class RecordedPlay
{
    private readonly List<MatchEvent[]> _events = [];
    private readonly List<int> _results = [];
    private readonly List<ulong> _digests = [];
    private readonly List<MatchCommand> _commands = [];

    public RecordedPlay(CommandMix mix, int seed, int count)
    {
        RandomCommands random = new(mix, seed);
        SlowMatchingEngine slow = new(mix.Capacity);
        MatchEventBuffer events = new();
        Instruments = random.Instruments;
        Engine = new MatchingEngine(mix.Capacity) { EmitsOrderDeltas = true };
        foreach (InstrumentTerms terms in Instruments)
        {
            _ = slow.AddInstrument(terms);
            _ = Engine.AddInstrument(terms);
        }

        for (int i = 0; i < count; i++)
        {
            MatchCommand command = random.Next(slow);
            events.Clear();
            _ = command.Apply(slow, events);
            events.Clear();
            _results.Add(command.Apply(Engine, events));
            _commands.Add(command);
            _events.Add(events.Span.ToArray());
            _digests.Add(Engine.StateHash);
        }
    }

    public IReadOnlyList<InstrumentTerms> Instruments { get; }

    public IReadOnlyList<MatchCommand> Commands => _commands;

    /// <summary>The one engine, as it is at the end.</summary>
    public MatchingEngine Engine { get; }

    public ReadOnlySpan<MatchEvent> EventsOf(int step) => _events[step];

    public int ResultOf(int step) => _results[step];

    public ulong DigestAfter(int step) => _digests[step];
}
