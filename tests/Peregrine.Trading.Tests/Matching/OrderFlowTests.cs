using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>The generated stream that other engines are measured on: the traded quantity must be the one its generator prints.</summary>
public class OrderFlowTests(ITestOutputHelper output)
{
    private const int RecordBytes = 24;

    [Theory]
    [InlineData("D")]
    [InlineData("A")]
    [InlineData("B")]
    public void Engine_GeneratedStream_ReachesThePrintedQuantity(string mix)
    {
        string source = SharedData.Require("tools/orderflow.cpp");
        string folder = Directory.CreateTempSubdirectory("peregrine-orderflow").FullName;
        try
        {
            string tool = Path.Combine(folder, "orderflow");
            string stream = Path.Combine(folder, "stream");
            Run("g++", "-O2", "-o", tool, source);
            string printed = Run(tool, stream, ProofSize.Of(300_000, 2_000_000).ToString(CultureInfo.InvariantCulture), "2000", mix, "7");
            string wanted = printed.Split(' ').Single(word => word.StartsWith("traded_qty=", StringComparison.Ordinal))["traded_qty=".Length..];
            byte[] bytes = File.ReadAllBytes(stream);

            Stopwatch watch = Stopwatch.StartNew();
            MatchingEngine engine = Play(bytes);
            output.WriteLine($"{mix}: {bytes.Length / RecordBytes / watch.Elapsed.TotalSeconds / 1e6:F1} M commands/s, cold");

            Assert.Equal(wanted, engine.TradedLots.ToString(CultureInfo.InvariantCulture));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static MatchingEngine Play(ReadOnlySpan<byte> bytes)
    {
        MatchingEngine engine = new(1 << 18);
        MatchEventBuffer events = new();
        engine.AddInstrument(new InstrumentTerms());
        for (bytes = bytes[16..]; bytes.Length >= RecordBytes; bytes = bytes[RecordBytes..])
        {
            events.Clear();
            ulong id = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
            Price price = new(BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));
            MatchOrder order = new()
            {
                OrderId = id,
                Price = price,
                Quantity = new Quantity(BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..])),
                Account = -1,
                Side = bytes[1] == 1 ? Side.Buy : Side.Sell,
                Type = OrderType.Limit,
                TimeInForce = bytes[2] == 1 ? TimeInForce.ImmediateOrCancel : TimeInForce.Day,
            };
            _ = bytes[0] switch
            {
                0 => engine.Submit(in order, events),
                1 => engine.Cancel(id, events),
                _ => engine.TryGetOrder(id, out RestingOrder resting) ? engine.Replace(id, price, resting.Leaves, events) : RejectReason.UnknownOrder,
            };
        }

        return engine;
    }

    private static string Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            string text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return text;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{program} is not installed");
            return "";
        }
    }
}
