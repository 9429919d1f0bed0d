using Peregrine.Primitives;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests.Orders;

/// <summary>Commands and reports as bytes: whatever parts they have, a view tells what the value was.</summary>
public class ViewTests
{
    private const int CommandParts = 8;
    private const int ReportParts = 17;

    [Fact]
    public void Command_WithEveryCombinationOfParts_ComesBackAsItWas()
    {
        byte[] bytes = new byte[CommandCodec.BytesMax];
        for (int parts = 0; parts < 1 << CommandParts; parts++)
        {
            OrderCommand command = CommandOf(parts);
            int length = CommandCodec.Encode(in command, bytes);

            Assert.Equal(CodecStatus.Ok, CommandCodec.TryView(bytes.AsSpan(0, length), 7, 8, out CommandView view));
            Assert.Equal(command, view.ToCommand());
            Assert.Equal((length, length), (view.Length, view.Bytes.Length));
            Assert.Equal(((parts & 64) != 0, (parts & 128) != 0, (parts & 62) != 0),
                (view.HasClientOrderId, view.HasOriginalClientOrderId, view.HasAttributes));
            for (int cut = 0; cut < length; cut++)
            {
                Assert.NotEqual(CodecStatus.Ok, CommandCodec.Check(bytes.AsSpan(0, cut)));
            }
        }
    }

    [Fact]
    public void Report_WithEveryCombinationOfParts_ComesBackAsItWas()
    {
        byte[] bytes = new byte[ReportCodec.BytesMax];
        for (int parts = 0; parts < 1 << ReportParts; parts++)
        {
            OrderReport report = ReportOf(parts);
            bytes.AsSpan().Fill(0xa5);

            int length = ReportCodec.Encode(in report, bytes);

            ReportView view = ReportCodec.View(bytes.AsSpan(0, length));
            if (!report.Equals(view.ToReport()) || view.Length != length || view.Bytes.Length != length)
            {
                Assert.Fail($"parts {parts:x}: {length} bytes do not come back as they were");
            }
        }
    }

    [Fact]
    public void Report_OfALimitOrderAndOfItsTrade_AreAsShortAsTheirComments()
    {
        byte[] bytes = new byte[ReportCodec.BytesMax];
        OrderReport accepted = new() { Type = ReportType.Accepted, ClientOrderId = ClientOrderId.From("ORDER-1234567") };
        OrderReport trade = accepted with { Type = ReportType.Trade, ContraOrderId = 1, LastPrice = new Price(1), LastQuantity = new Quantity(1),
            CumulativeNotional = 5 };

        Assert.Equal((110, 142), (ReportCodec.Encode(in accepted, bytes), ReportCodec.Encode(in trade, bytes)));
    }

    // The key of an id is the same from the padded value, and from bytes behind which others stand.
    [Fact]
    public void Keys_OfIdsOfEveryLength_DependOnTheIdAlone()
    {
        byte[] bytes = new byte[CommandCodec.BytesMax];
        for (int length = 1; length <= ClientOrderId.LengthMax; length++)
        {
            OrderCommand command = new() { Type = CommandType.New, SessionId = 3, ClientOrderId = ClientOrderId.From(new string('x', length)) };
            OrderCommand other = command with { OriginalClientOrderId = ClientOrderId.From(new string('y', 60 - Math.Max(length, 13))) };
            bytes.AsSpan().Fill((byte)length);
            CommandKeys alone = CommandKeys.Of(CommandCodec.View(bytes.AsSpan(0, CommandCodec.Encode(in command, bytes)), 1, 1));
            CommandKeys followed = CommandKeys.Of(CommandCodec.View(bytes.AsSpan(0, CommandCodec.Encode(in other, bytes)), 1, 1));

            Assert.Equal(Digest.KeyOf(3, in command.ClientOrderId), alone.Own);
            Assert.Equal(alone.Own, followed.Own);
            Assert.Equal(Digest.KeyOf(3, in other.OriginalClientOrderId), followed.Original);
        }
    }

    private static OrderCommand CommandOf(int parts)
    {
        OrderCommand command = new()
        {
            Sequence = 7,
            TimeNs = 8,
            OrderId = ulong.MaxValue - 1,
            Price = new Price(-9),
            Quantity = new Quantity(long.MaxValue),
            InstrumentId = -1,
            AccountId = 11,
            SessionId = int.MinValue,
            StrategyId = 13,
            Type = CommandType.Replace,
            Side = Side.Sell,
            OrderType = OrderTypes.Last,
            TimeInForce = TimesInForce.Last,
            Flags = OrderFlagSets.All,
            Peg = PegReferences.Last,
            SelfTrade = SelfTradePreventions.Last,
            Fields = ReplaceFieldSets.All,
            Scope = MassCancelScopes.Everything,
            Phase = TradingPhases.Last,
            CancelsForbidden = true,
            SessionSequence = parts & 1,
        };
        command.Attributes = new OrderAttributes
        {
            StopPrice = new Price(parts & 2),
            OffsetTicks = -(parts & 4),
            DisplayQuantity = new Quantity(parts & 8),
            MinimumQuantity = new Quantity(parts & 16),
            ExpireTimeNs = parts & 32,
        };
        command.ClientOrderId = (parts & 64) != 0 ? ClientOrderId.From("own") : default;
        command.OriginalClientOrderId = (parts & 128) != 0 ? ClientOrderId.From(new string('o', ClientOrderId.LengthMax)) : default;
        return command;
    }

    private static OrderReport ReportOf(int parts)
    {
        OrderReport report = new()
        {
            ExecId = 1,
            Sequence = 2,
            TimeNs = 3,
            OrderId = ulong.MaxValue,
            Price = new Price(-5),
            Quantity = new Quantity(6),
            CumulativeQuantity = new Quantity(7),
            LeavesQuantity = new Quantity(8),
            InstrumentId = -1,
            AccountId = 10,
            SessionId = -11,
            Type = ReportTypes.Last,
            Status = OrderStatuses.Last,
            Reason = RejectReason.Trailed,
            RequestType = CommandTypes.Last,
            Side = Side.Sell,
            OrderType = OrderTypes.Last,
            TimeInForce = TimesInForce.Last,
            Flags = OrderFlagSets.All,
            Peg = PegReferences.Last,
            SelfTrade = SelfTradePreventions.Last,
            Phase = TradingPhases.Last,
            CancelsForbidden = true,
            Scope = MassCancelScopes.Everything,
            IsAggressor = true,
            ContraOrderId = (ulong)(parts & 1),
            LastPrice = new Price(-(parts & 2)),
            LastQuantity = new Quantity(parts & 4),
            CumulativeNotional = new Int128((ulong)(parts & 16), (ulong)(parts & 8)),
            LimitValue = -(parts & 32),
            ObservedValue = parts & 64,
            StrategyId = -(parts & 128),
            PeggedPrice = new Price(parts & 8192),
            CancelledCount = parts & 16384,
        };
        report.Attributes = new OrderAttributes
        {
            StopPrice = new Price(parts & 256),
            OffsetTicks = -(parts & 512),
            DisplayQuantity = new Quantity(parts & 1024),
            MinimumQuantity = new Quantity(parts & 2048),
            ExpireTimeNs = parts & 4096,
        };
        report.ClientOrderId = (parts & 32768) != 0 ? ClientOrderId.From("c") : default;
        report.OriginalClientOrderId = (parts & 65536) != 0 ? ClientOrderId.From("the one before") : default;
        return report;
    }
}
