using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Peregrine.Bench.Core;
using Peregrine.Oracles.Matching;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Integration.Tests.Bench;

/// <summary>Streams of every shape, played on the slow model beside the engine, and what they are said to be.</summary>
public sealed class OrderFlowTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("static")]
    [InlineData("normal")]
    [InlineData("swing")]
    [InlineData("trend")]
    [InlineData("crash")]
    [InlineData("hostile")]
    public void Stream_OfAShape_IsTheSameOnTheSlowModel(string name)
    {
        Assert.True(FlowShapes.TryParse(name, out FlowShape shape));
        OrderStream stream = OrderFlow.Make(shape, ProofSize.Of(3_000, 500_000), resting: 100, seed: 11);
        MatchingEngine fast = new(1_000);
        SlowMatchingEngine slow = new(1_000);
        _ = fast.AddInstrument(new InstrumentTerms());
        _ = slow.AddInstrument(new InstrumentTerms());
        MatchEventBuffer events = new();
        MatchEventBuffer slowEvents = new();
        for (int at = 0; at < stream.Commands.Length; at++)
        {
            RejectReason reason = Play(fast, in stream.Commands[at], events);
            Assert.True(reason == RejectReason.None, $"command {at} of {name}: {reason}");
            Assert.Equal(reason, Play(slow, in stream.Commands[at], slowEvents));
            Assert.True(fast.StateHash == slow.StateHash, $"command {at} of {name}: digest {fast.StateHash:x16}, slow {slow.StateHash:x16}");
        }

        Assert.True(shape == FlowShape.Hostile || fast.TradedLots > stream.Commands.Length / 10, $"{fast.TradedLots} lots traded");
    }

    /// <summary>What a seed gives is the same on every machine, and in every later build: figures of streams can be compared.</summary>
    [Theory]
    [InlineData("static", "363756eb89fdba3d")]
    [InlineData("normal", "25ef4fd52698debd")]
    [InlineData("swing", "64e9fcf332cf9914")]
    [InlineData("trend", "799b5dc3dd6825da")]
    [InlineData("crash", "fcb6a663d06ff082")]
    [InlineData("hostile", "91bd341e152caa55")]
    public void Stream_OfASeed_HasTheBytesThatItAlwaysHad(string name, string expected)
    {
        Assert.True(FlowShapes.TryParse(name, out FlowShape shape));
        OrderStream stream = OrderFlow.Make(shape, 20_000, resting: 200, seed: 7);

        byte[] hash = SHA256.HashData(MemoryMarshal.AsBytes(stream.Commands.AsSpan()));

        Assert.Equal(expected, Convert.ToHexStringLower(hash.AsSpan(0, 8)));
    }

    /// <summary>The price goes where the shape says, and about as many orders rest all the time.</summary>
    [Theory]
    [InlineData("static", 1_000, 19_000, 21_000)]
    [InlineData("swing", 1_000, 14_000, 21_000)]
    [InlineData("trend", 1_000, 19_000, 31_000)]
    [InlineData("crash", 1_000, 11_000, 21_000)]
    public void Stream_OfAShape_GoesWhereItSays(string name, int resting, long low, long high)
    {
        Assert.True(FlowShapes.TryParse(name, out FlowShape shape));
        OrderStream stream = OrderFlow.Make(shape, 500_000, resting, seed: 3);

        long lowest = stream.Commands.Min(command => command.Ticks);
        long highest = stream.Commands.Max(command => command.Ticks);

        Assert.InRange(lowest, low, low + 2_000);
        Assert.InRange(highest, high - 2_000, high);
        Assert.InRange(stream.Prefill, resting, resting);
        Assert.Equal(500_000, stream.Measured);
    }

    [Fact]
    public void Flow_WrittenAndMeasured_TradesTheSameAsItsShape()
    {
        string path = _folder.File("normal.stream");

        CommandResult made = CommandProcess.Run("bench", "flow", path, "--shape", "normal", "--commands", "5000", "--resting", "50", "--seed", "9");
        CommandResult measured = CommandProcess.Run("bench", "core", "--commands", path, "--stage", "book,core", "--rounds", "1", "--json");

        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Contains("50 commands that fill the book and 5000 to be measured", made.Output, StringComparison.Ordinal);
        Assert.True(measured.ExitCode == 0, measured.Error);
        JsonElement[] figures = [.. JsonDocument.Parse(measured.Output).RootElement.EnumerateArray()];
        Assert.All(figures, figure => Assert.Equal(0, figure.GetProperty("refused").GetInt64()));
        Assert.Equal(figures[0].GetProperty("tradedQuantity").GetString(), figures[1].GetProperty("tradedQuantity").GetString());
        Assert.Equal("normal.stream", figures[0].GetProperty("flow").GetString());
    }

    [Theory]
    [InlineData("--shape", "wavy", "--shape: 'wavy', expected static, normal, swing, trend, crash, hostile")]
    [InlineData("--shape", "2", "--shape: '2', expected static, normal, swing, trend, crash, hostile")]
    [InlineData("--commands", "0", "--commands: expected 1 to 100000000")]
    [InlineData("--resting", "9", "--resting: 9, expected 10 to 1000000")]
    public void Option_ThatIsWrong_IsNamed(string option, string value, string expected)
    {
        CommandResult result = CommandProcess.Run("bench", "flow", _folder.File("x.stream"), option, value);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private static RejectReason Play(IMatchingEngine engine, in StreamCommand command, MatchEventBuffer events)
    {
        events.Clear();
        MatchOrder order = command.ToOrder();
        MatchReplace move = new() { OrderId = command.OrderId, Price = new Price(command.Ticks), Fields = ReplaceFields.Price };
        return command.Type switch
        {
            StreamCommandType.Add => engine.Submit(in order, events),
            StreamCommandType.Cancel => engine.Cancel(command.OrderId, events),
            _ => engine.Replace(in move, events),
        };
    }
}
