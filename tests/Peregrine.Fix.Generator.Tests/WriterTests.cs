using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Fix.Views;
using Peregrine.Testing;

namespace Peregrine.Fix.Generator.Tests;

public class WriterTests
{
    private const long NowNs = 1_769_860_800_123_456_789;

    private delegate void Change(ref Fix44.NewOrderSingleWriter order);

    [Fact]
    public void End_OfAWholeOrder_IsAValidMessage()
    {
        byte[] target = new byte[1024];

        FixWriteStatus status = Write(target, static (ref order) =>
        {
            Fix44.PartyIDsGroupWriter parties = order.PartyIDs(2);
            parties.Add("A"u8);
            parties.PartyRole(Fix44.PartyRole.ExecutingFirm);
            Fix44.PartySubIDsGroupWriter inner = parties.PartySubIDs(1);
            inner.Add("desk"u8);
            inner.End();
            parties.Add("B"u8);
            parties.End();
            order.Writer.Add(5001, "own"u8);
        }, out int bytes, out int tag);

        Assert.Equal((FixWriteStatus.Ok, 0), (status, tag));
        byte[] frame = target[..bytes];
        _ = Wire.Validated(frame);
        Assert.Equal("35=D|49=CLIENT|56=BROKER|34=7|52=20260131-12:00:00.123|11=C1|55=ACME|54=1|60=20260131-12:00:00.123|38=100|40=2|44=10.25|" +
            "453=2|448=A|452=1|802=1|523=desk|448=B|5001=own|", Wire.Text(frame)[(Wire.Text(frame).IndexOf("35=", StringComparison.Ordinal))..^7]);
    }

    public static TheoryData<string, FixWriteStatus, int> Faults => new()
    {
        { "symbol again", FixWriteStatus.FieldTwice, 55 },
        { "header behind the body", FixWriteStatus.OutOfOrder, 50 },
        { "body behind the trailer", FixWriteStatus.OutOfOrder, 58 },
        { "group left open", FixWriteStatus.GroupOpen, 453 },
        { "field beside an open group", FixWriteStatus.GroupOpen, 453 },
        { "inner group left open", FixWriteStatus.GroupOpen, 802 },
        { "entry too few", FixWriteStatus.GroupCount, 453 },
        { "entry too many", FixWriteStatus.GroupCount, 453 },
        { "field before the first entry", FixWriteStatus.GroupCount, 452 },
        { "field behind the end of a group", FixWriteStatus.GroupCount, 452 },
        { "field twice in an entry", FixWriteStatus.FieldTwice, 452 },
        { "empty text", FixWriteStatus.BadValue, 58 },
        { "separator in a text", FixWriteStatus.BadValue, 58 },
        { "number too long", FixWriteStatus.BadValue, 110 },
        { "decimals too many", FixWriteStatus.BadValue, 110 },
        { "time before 1970", FixWriteStatus.BadValue, 126 },
        { "count below 0", FixWriteStatus.BadValue, 453 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void End_OfAMessageThatIsNone_NamesTheFirstFault(string fault, FixWriteStatus expected, int expectedTag)
    {
        Change change = fault switch
        {
            "symbol again" => static (ref order) => order.Symbol("X"u8),
            "header behind the body" => static (ref order) => order.SenderSubID("X"u8),
            "body behind the trailer" => static (ref order) =>
            {
                order.Signature("sig"u8);
                order.Text("X"u8);
            },
            "group left open" => static (ref order) => order.PartyIDs(1).Add("A"u8),
            "field beside an open group" => static (ref order) =>
            {
                order.PartyIDs(1).Add("A"u8);
                order.Text("X"u8);
            },
            "inner group left open" => static (ref order) =>
            {
                Fix44.PartyIDsGroupWriter parties = order.PartyIDs(1);
                parties.Add("A"u8);
                parties.PartySubIDs(1).Add("x"u8);
                parties.End();
            },
            "entry too few" => static (ref order) =>
            {
                Fix44.PartyIDsGroupWriter parties = order.PartyIDs(2);
                parties.Add("A"u8);
                parties.End();
            },
            "entry too many" => static (ref order) =>
            {
                Fix44.PartyIDsGroupWriter parties = order.PartyIDs(1);
                parties.Add("A"u8);
                parties.Add("B"u8);
            },
            "field before the first entry" => static (ref order) => order.PartyIDs(1).PartyRole(Fix44.PartyRole.ClientId),
            "field behind the end of a group" => static (ref order) =>
            {
                Fix44.PartyIDsGroupWriter parties = order.PartyIDs(1);
                parties.Add("A"u8);
                parties.End();
                parties.PartyRole(Fix44.PartyRole.ClientId);
            },
            "field twice in an entry" => static (ref order) =>
            {
                Fix44.PartyIDsGroupWriter parties = order.PartyIDs(1);
                parties.Add("A"u8);
                parties.PartyRole(Fix44.PartyRole.ClientId);
                parties.PartyRole(Fix44.PartyRole.ClientId);
            },
            _ => OfValues(fault),
        };

        FixWriteStatus status = Write(new byte[1024], change, out int bytes, out int tag);

        Assert.Equal((expected, expectedTag, 0), (status, tag, bytes));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(54)]
    [InlineData(52)]
    public void End_WithoutARequiredField_NamesIt(int left)
    {
        Fix44.NewOrderSingleWriter order = new(new byte[1024]);
        Required(ref order, left);

        Assert.Equal((FixWriteStatus.FieldMissing, left, 0), (order.End(out int bytes, out int tag), tag, bytes));
    }

    [Theory]
    [InlineData(0, FixWriteStatus.Ok, 0)]
    [InlineData(1, FixWriteStatus.FieldMissing, 803)]
    [InlineData(2, FixWriteStatus.FieldMissing, 803)]
    public void End_WithoutARequiredFieldOfAnEntry_NamesIt(int left, FixWriteStatus expected, int expectedTag)
    {
        Tiny.OrderWriter order = new(new byte[1024]);
        order.MsgSeqNum(1);
        order.Symbol("ACME"u8);
        order.Side(Tiny.Side.Buy);
        Tiny.PartyIDsGroupWriter parties = order.PartyIDs(1);
        parties.Add("A"u8);
        Tiny.PartySubIDsGroupWriter inner = parties.PartySubIDs(2);
        for (int entry = 1; entry <= 2; entry++)
        {
            inner.Add("desk"u8);
            if (entry != left)
            {
                inner.PartySubIDType(1);
            }
        }

        inner.End();
        parties.End();

        Assert.Equal((expected, expectedTag), (order.End(out _, out int tag), tag));
    }

    [Fact]
    public void End_OfABufferTooSmall_IsFull()
    {
        byte[] target = new byte[1024];
        Assert.Equal(FixWriteStatus.Ok, Write(target, static (ref _) => { }, out int whole, out _));
        for (int size = 0; size < whole; size++)
        {
            Fix44.NewOrderSingleWriter order = new(target.AsSpan(0, size));
            Required(ref order, 0);

            Assert.Equal((FixWriteStatus.Full, 0), (order.End(out int bytes, out _), bytes));
        }
    }

    [Fact]
    public void Writer_OfAMessageThatASessionBegan_GoesOnBehindItsHeader()
    {
        FixSession session = new(new FixSessionOptions { CompId = "BROKER", PeerCompId = "CLIENT" }, new MemorySessionStore(), new Nobody());
        Fix44.OrderCancelRequestWriter cancel = new(session.BeginMessage(Fix44.OrderCancelRequestWriter.MsgTypeBytes, NowNs));
        Assert.Equal((FixWriteStatus.FieldMissing, 41), (cancel.Check(out int tag), tag));

        cancel = new(session.BeginMessage(Fix44.OrderCancelRequestWriter.MsgTypeBytes, NowNs));
        cancel.OrigClOrdID("C1"u8);
        cancel.ClOrdID("C2"u8);
        cancel.Symbol("ACME"u8);
        cancel.Side(Fix44.Side.Sell);
        cancel.TransactTime(NowNs);
        Assert.Equal((FixWriteStatus.Ok, 0), (cancel.Check(out tag), tag));

        Assert.True(session.TryEndMessage(ref cancel.Writer, 0));
        Assert.Equal(2, session.NextOutgoing);
    }

    [Fact]
    public void Writer_OfAnotherTypeThanBegun_IsRefusedByName()
    {
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() =>
            _ = new Fix44.NewOrderSingleWriter(new FixWriter(new byte[100], "FIX.4.4"u8, "8"u8)).Check(out _));

        Assert.Equal("a message of type 8 was begun, and this writer is for type D", refused.Message);
    }

    [Fact]
    public void Writer_WarmOrder_AllocatesNothing()
    {
        byte[] target = new byte[1024];
        Assert.True(Rounds(target, 2_000));

        Allocation.AssertNone(() => Rounds(target, 20_000));
    }

    private static Change OfValues(string fault) => fault switch
    {
        "empty text" => static (ref order) => order.Text(""u8),
        "separator in a text" => static (ref order) => order.Text("a\u000144=1"u8),
        "number too long" => static (ref order) => order.MinQty(new FixDecimal(1_000_000_000_000_000_000, 0)),
        "decimals too many" => static (ref order) => order.MinQty(new FixDecimal(1, 19)),
        "time before 1970" => static (ref order) => order.ExpireTime(-1),
        "count below 0" => static (ref order) => order.PartyIDs(-1).End(),
        _ => throw new ArgumentException(fault),
    };

    private static FixWriteStatus Write(byte[] target, Change change, out int bytes, out int tag)
    {
        Fix44.NewOrderSingleWriter order = new(target);
        Required(ref order, 0);
        change(ref order);
        return order.End(out bytes, out tag);
    }

    private static bool Rounds(byte[] target, int count)
    {
        bool isRight = true;
        for (int round = 0; round < count; round++)
        {
            Fix44.NewOrderSingleWriter order = new(target);
            Required(ref order, 0);
            Fix44.PartyIDsGroupWriter parties = order.PartyIDs(1);
            parties.Add("A"u8);
            parties.End();
            isRight &= order.End(out _, out _) == FixWriteStatus.Ok;
        }

        return isRight;
    }

    private static void Required(ref Fix44.NewOrderSingleWriter order, int left)
    {
        order.SenderCompID("CLIENT"u8);
        order.TargetCompID("BROKER"u8);
        order.MsgSeqNum(7);
        if (left != 52)
        {
            order.SendingTime(NowNs);
        }

        if (left != 11)
        {
            order.ClOrdID("C1"u8);
        }

        order.Symbol("ACME"u8);
        if (left != 54)
        {
            order.Side(Fix44.Side.Buy);
        }

        order.TransactTime(NowNs);
        order.OrderQty(new FixDecimal(100, 0));
        order.OrdType(Fix44.OrdType.Limit);
        order.Price(new FixDecimal(1025, 2));
    }

    private sealed class Nobody : IFixApplication
    {
        public bool OnMessage(FixSession session, in FixMessage message) => true;

        public void OnLogon(FixSession session)
        {
        }

        public void OnLogoff(FixSession session, string reason)
        {
        }
    }
}
