using System.Buffers;
using System.Buffers.Binary;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests.Orders;

public class CoreStateTests
{
    private const int BoundsAt = 32;
    private const int BoundsBytes = 12;

    // Small, so that orders are refused, forgotten and reused all the time.
    private static CoreOptions Small { get; } = new() { OrdersMax = 12, ClosedOrdersMax = 20, ClientOrderIdsMax = 40 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Load_AtRandomPoints_GoesOnAsTheCoreThatWasSaved(int seed)
    {
        int rounds = ProofSize.Of(4, 200);
        for (int round = 0; round < rounds; round++)
        {
            PlayWithReloads((seed * 1_000_003) + round);
        }
    }

    [Fact]
    public void Load_OfAnEmptyCore_HasNoRules()
    {
        TradingCore core = TradingCore.Load(new Saved(SaveOf(new TradingCore(Small))));

        Assert.Null(core.Rules);
        Assert.Equal(new TradingCore(Small).StateHash, core.StateHash);
    }

    [Fact]
    public void Load_OfCutContent_IsRefused()
    {
        byte[] state = SaveOf(Played(7, 600));
        for (int length = 0; length < state.Length; length++)
        {
            _ = Assert.Throws<InvalidDataException>(() => TradingCore.Load(new Saved(state[..length])));
        }
    }

    [Fact]
    public void Load_OfChangedContent_IsRefusedOrChangesNoOrder()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        TradingCore core = Played(seed, 600);
        byte[] state = SaveOf(core);
        int refused = 0;
        int tries = ProofSize.Of(20_000, 1_000_000);
        for (int i = 0; i < tries; i++)
        {
            byte[] changed = [.. state];
            int at = random.Next(state.Length);

            // Larger bounds are good bounds, and cost their memory.
            at = at is >= BoundsAt and < BoundsAt + BoundsBytes ? 0 : at;
            changed[at] ^= (byte)random.Next(1, 256);
            try
            {
                Assert.True(TradingCore.Load(new Saved(changed)).StateHash == core.StateHash, $"seed {seed}, byte {at}");
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            catch (Exception other) when (other is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}, byte {at} from {state[at]} to {changed[at]}: {other}");
            }
        }

        Assert.True(refused > tries / 2, $"seed {seed}: {refused} of {tries} refused");
    }

    [Theory]
    [InlineData(0, "magic")]
    [InlineData(BoundsAt, "bounds that no core has")]
    [InlineData(BoundsAt + 4, "bounds that no core has")]
    [InlineData(44, "rules of -1 bytes")]
    [InlineData(48, "kinds of reports")]
    public void Load_OfAHeadThatNoCoreHas_SaysWhat(int offset, string expected)
    {
        byte[] state = SaveOf(Played(3, 50));
        BinaryPrimitives.WriteInt32LittleEndian(state.AsSpan(offset), -1);

        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => TradingCore.Load(new Saved(state)));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WithAnotherStateHash_IsRefused()
    {
        byte[] state = SaveOf(Played(3, 50));
        state[8] ^= 1;

        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => TradingCore.Load(new Saved(state)));

        Assert.Contains("state hash", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TellOrders_TellsWhatStatusRequestsTell()
    {
        TradingCore core = Played(11, 900);
        List<OrderReport> told = [];
        core.TellOrders((in ReportView report) => told.Add(report.ToReport()));

        Assert.Equal(core.WorkingOrderCount, told.Count(report => report.LeavesQuantity.Lots > 0));
        Assert.Equal(Small.ClosedOrdersMax, told.Count(report => report.LeavesQuantity.Lots == 0));
        ReportBuffer reports = new();
        foreach (OrderReport expected in told)
        {
            OrderCommand ask = new() { Type = CommandType.Status, Sequence = core.LastSequence + 1, TimeNs = core.Books.TimeNs,
                OrderId = expected.OrderId, SessionId = expected.SessionId };
            reports.Clear();
            core.Execute(in ask, reports);
            Assert.Equal(reports[0].ToReport(), expected with { ExecId = reports[0].ExecId, Sequence = reports[0].Sequence });
        }
    }

    /// <summary>Before the first trade prices are held against the best that the other side shows, whichever level comes and goes.</summary>
    [Fact]
    public void Load_BeforeTheFirstTrade_HoldsPricesAgainstTheBestShown()
    {
        TradingCore core = new(Small);
        core.Configure(new TradingRules([new Instrument(0, "AAA", 2, 1, 1, true)], [new Account(0, "collared", new AccountLimits(0, 0, 500))]));
        OrderCommand sell = new() { Type = CommandType.New, Side = Side.Sell, OrderType = OrderType.Limit, TimeInForce = TimeInForce.Day,
            Price = new Price(1_000), Quantity = new Quantity(1), SessionId = 1 };
        OrderCommand buy = sell with { Side = Side.Buy };
        ReportBuffer reports = new();
        RejectReason Run(OrderCommand command)
        {
            command.Sequence = core.LastSequence + 1;
            command.OrderId = command.Type == CommandType.New ? (ulong)command.Sequence : command.OrderId;
            reports.Clear();
            core.Execute(in command, reports);
            return reports[0].Reason;
        }

        // With nothing to hold it against, an account with a collar sends nothing; rules with a reference let it begin.
        Assert.Equal(RejectReason.NoReferencePrice, Run(sell));
        core.Configure(new TradingRules([new Instrument(0, "AAA", 2, 1, 1, true) { ReferencePrice = new Price(1_000) }], core.Rules!.Accounts));
        Assert.Equal(RejectReason.None, Run(sell with { Price = new Price(1_040) }));
        ulong best = (ulong)core.LastSequence;
        Assert.Equal(RejectReason.None, Run(sell with { Price = new Price(1_045) }));
        for (int round = 0; round < 2; round++)
        {
            // 1,092 is 5 % above 1,040; 1,097 above 1,045.
            Assert.Equal(RejectReason.PriceCollar, Run(buy with { Price = new Price(1_093) }));
            Assert.Equal((500L, 510L), (reports[0].LimitValue, reports[0].ObservedValue));
            core = TradingCore.Load(new Saved(SaveOf(core)));
        }

        Assert.Equal(RejectReason.None, Run(new OrderCommand { Type = CommandType.Cancel, OrderId = best, SessionId = 1 }));
        Assert.Equal(RejectReason.PriceCollar, Run(buy with { Price = new Price(1_098) }));
        Assert.Equal(508, reports[0].ObservedValue);
    }

    private static void PlayWithReloads(int seed)
    {
        Random random = new(seed);
        CoreCommands commands = new(seed);
        TradingCore core = new(Small);
        TradingCore other = new(Small);
        core.Configure(commands.Rules);
        other.Configure(commands.Rules);
        List<ulong> orderIds = [];
        (ReportBuffer first, ReportBuffer second) = (new(), new());
        for (int step = 0; step < 1_500; step++)
        {
            string at = $"seed {seed}, step {step}";
            if (step % 400 == 399)
            {
                core.Configure(commands.ChangeRules());
                other.Configure(commands.Rules);
            }

            if (random.Next(60) == 0)
            {
                byte[] state = SaveOf(other);
                other = TradingCore.Load(new Saved(state));
                Assert.True(state.AsSpan().SequenceEqual(SaveOf(other)), $"{at}: what was loaded saves other bytes");
                Assert.True(state.AsSpan().SequenceEqual(SaveOf(core)), $"{at}: equal cores save other bytes");
                Assert.Equal(core.CountOf(RejectReason.UnknownOrder), other.CountOf(RejectReason.UnknownOrder));
            }

            OrderCommand command = commands.Next(orderIds);
            if (command.Type == CommandType.New)
            {
                orderIds.Add(command.OrderId);
            }

            first.Clear();
            second.Clear();
            core.Execute(in command, first);
            other.Execute(in command, second);
            Assert.True(first.Count == second.Count, $"{at}: {first.Count} reports, {second.Count} after loading");
            for (int i = 0; i < first.Count; i++)
            {
                Assert.True(first[i].Bytes.SequenceEqual(second[i].Bytes), $"{at}: report {i} differs after loading");
            }

            Assert.True(core.StateHash == other.StateHash, $"{at}: the state differs after loading");
        }
    }

    private static TradingCore Played(int seed, int count)
    {
        CoreCommands commands = new(seed);
        TradingCore core = new(Small);
        core.Configure(commands.Rules);
        List<ulong> orderIds = [];
        ReportBuffer reports = new();
        for (int step = 0; step < count; step++)
        {
            OrderCommand command = commands.Next(orderIds);
            if (command.Type == CommandType.New)
            {
                orderIds.Add(command.OrderId);
            }

            core.Execute(in command, reports);
            reports.Clear();
        }

        return core;
    }

    private static byte[] SaveOf(TradingCore core)
    {
        ArrayBufferWriter<byte> target = new();
        core.Save(target);
        return target.WrittenSpan.ToArray();
    }

    private sealed class Saved(byte[] bytes) : IStateSource
    {
        private int _at;

        public void ReadExactly(Span<byte> target)
        {
            if (target.Length > bytes.Length - _at)
            {
                throw new InvalidDataException("the content ends");
            }

            bytes.AsSpan(_at, target.Length).CopyTo(target);
            _at += target.Length;
        }
    }
}
