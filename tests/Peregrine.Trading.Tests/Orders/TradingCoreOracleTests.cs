using System.Reflection;
using System.Runtime.InteropServices;
using Peregrine.Oracles.Orders;
using Peregrine.Testing;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests.Orders;

public class TradingCoreOracleTests
{
    private static readonly FieldInfo[] Fields = typeof(OrderReport).GetFields(BindingFlags.Public | BindingFlags.Instance);

    // Small, so that orders are refused, forgotten and reused all the time.
    private static CoreOptions Small { get; } = new() { OrdersMax = 12, ClosedOrdersMax = 20, ClientOrderIdsMax = 40 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Execute_RandomCommandsOfAllKinds_AgreesWithTheSlowCoreAndReplays(int seed)
    {
        int rounds = ProofSize.Of(9, 300);
        Dictionary<string, int> seen = [];
        for (int round = 0; round < rounds; round++)
        {
            Play((seed * 1_000_003) + round, 1_500, seen);
        }

        Assert.All(
            Enum.GetValues<ReportType>(),
            type => Assert.True(seen.Keys.Any(key => key.StartsWith($"{type} ", StringComparison.Ordinal)),
                $"seed {seed}: no report of type {type}"));
        Assert.All(
            [
                "Reduced SelfTrade", "Reduced None", "Restated Refreshed", "Restated Repriced", "Restated Trailed", "Restated Converted",
                    "Restated Entered", "Restated Parked",
                "Expired Expired", "Cancelled MassCancel", "CancelRejected CancelForbidden", "CancelRejected QuantityBelowFilled",
                    "CancelRejected NotReplaceable", "CancelRejected InstrumentMismatch", "CancelRejected SideMismatch",
                    "CancelRejected AccountMismatch", "CancelRejected TimeInForceMismatch", "CancelRejected PriceNotOnTick",
                    "Status SideMismatch", "Rejected DuplicateClientOrderId", "Rejected OutsideSpread", "Status UnknownOrder",
                "CancelRejected OrderClosed", "CancelRejected UnknownOrder", "CancelRejected DuplicateClientOrderId", "Rejected OrderCapacity",
                    "Rejected DuplicateOrderId",
                "Rejected MaxNotional", "Rejected MaxQuantity", "Rejected PriceCollar", "Rejected NoReferencePrice", "Rejected PriceLimit",
                    "Rejected PriceNotOnTick",
                "Rejected ExpiryPassed", "Rejected NotInPhase", "PhaseChanged PriceBand",
            ],
            (string wanted) => Assert.True(seen.ContainsKey(wanted), $"seed {seed}: the stream never made '{wanted}'"));
    }

    private static void Play(int seed, int count, Dictionary<string, int> seen)
    {
        CoreCommands random = new(seed);
        SlowCore slow = new(Small);
        TradingCore core = new(Small);
        TradingCore replayed = new(Small, emitsOrderDeltas: true);
        ReportBuffer reports = new(8);
        ReportBuffer again = Soiled();
        byte[] bytes = new byte[CommandCodec.BytesMax];
        Configure(random.Rules, slow, core, replayed);
        for (int step = 0; step < count; step++)
        {
            if (step % 400 == 399)
            {
                Configure(random.ChangeRules(), slow, core, replayed);
            }

            OrderCommand command = random.Next(slow.OrderIds);
            string at = $"seed {seed}, step {step}, {command.Type} of order {command.OrderId} '{command.OriginalClientOrderId}'";
            IReadOnlyList<OrderReport> expected = slow.Execute(in command);
            reports.Clear();
            core.Execute(in command, reports);
            AssertSame(expected, reports, at);
            foreach (OrderReport report in expected)
            {
                string what = $"{report.Type} {report.Reason}";
                seen[what] = seen.GetValueOrDefault(what) + 1;
            }

            Assert.True(core.Books.StateHash == slow.Engine.StateHash, $"{at}: the books differ");
            Assert.True(core.StateHash == slow.StateHash, $"{at}: the state hash is not that of the slow core");
            int length = CommandCodec.Encode(in command, bytes);
            Assert.Equal(CodecStatus.Ok, CommandCodec.TryDecode(bytes.AsSpan(0, length), command.Sequence, command.TimeNs, out OrderCommand decoded));
            again.Clear();
            replayed.Execute(in decoded, again);
            AssertSame(expected, again, $"{at}, replayed");
            Assert.True(core.StateHash == replayed.StateHash, $"{at}: a replay gives another state hash");
        }
    }

    private static void Configure(TradingRules rules, SlowCore slow, TradingCore core, TradingCore replayed)
    {
        slow.Configure(rules);
        core.Configure(rules);
        Assert.Equal(CodecStatus.Ok, RulesCodec.TryDecode(RulesCodec.Encode(rules), out TradingRules? decoded));
        replayed.Configure(decoded!);
    }

    private static void AssertSame(IReadOnlyList<OrderReport> expected, ReportBuffer reports, string at)
    {
        string Kinds(IEnumerable<OrderReport> of) => string.Join(", ", of.Select(report => $"{report.Type} {report.Reason} of {report.OrderId}"));
        OrderReport[] actual = [.. Enumerable.Range(0, reports.Count).Select(index => reports[index].ToReport())];
        Assert.True(expected.Count == actual.Length, $"{at}: expected {Kinds(expected)}; got {Kinds(actual)}");
        for (int index = 0; index < actual.Length; index++)
        {
            if (expected[index].Equals(actual[index]))
            {
                continue;
            }

            // Boxed once: reflection reads the fields of both.
            (object want, object got) = (expected[index], actual[index]);
            IEnumerable<string> differences = Fields.Where(field => !field.GetValue(want)!.Equals(field.GetValue(got)))
                .Select(field => $"{field.Name} {field.GetValue(got)}, expected {field.GetValue(want)}");
            Assert.Fail($"{at}: report {index} ({expected[index].Type} of {expected[index].OrderId}): " +
                $"{string.Join("; ", differences)}\nall: {Kinds(expected)}");
        }
    }

    // A report must not depend on what its place held before.
    private static ReportBuffer Soiled()
    {
        ReportBuffer buffer = new(64);
        while (buffer.Count < buffer.Capacity)
        {
            OrderReport report = default;
            MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref report, 1)).Fill(0x01);
            buffer.Add(report);
        }

        return buffer;
    }
}
