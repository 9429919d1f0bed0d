using System.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Views;
using Peregrine.Testing;

namespace Peregrine.Fix.Generator.Tests;

/// <summary>The README's example compiles and runs.</summary>
public partial class ReadmeTests
{
    [Fact]
    public void Readme_Example_PrintsOrderAndPartiesAndWhatIsMissing()
    {
        StringWriter said = new();
        Run(said);

        Assert.Equal("ACME: 100 at 10.25\nA is ExecutingFirm\nB is ClientId\nFieldMissing 41\n", said.ToString());
        ReadmeExample.AssertStandsInThisFile("Peregrine.Fix.Generator");
    }

    private static void Run(StringWriter Console)
    {
        Fix44.RequireFits(FixDictionaries.Fix44); // once, at start: views and validator are of one dictionary
        string text = "8=FIX.4.4|9=154|35=D|49=CLIENT|56=BROKER|34=2|52=20260131-12:00:00|11=C1|55=ACME|54=1|38=100|40=2|44=10.25|"
            + "60=20260131-12:00:00|453=2|448=A|447=D|452=1|448=B|447=D|452=3|10=177|";
        byte[] frame = Encoding.ASCII.GetBytes(text.Replace('|', '\u0001'));
        FixIndex index = new(FixDictionaries.Fix44);
        if (index.TryParse(frame)
            && Fix44.NewOrderSingleView.Read(new FixMessage(frame, index), out Fix44.NewOrderSingleView order) == FixViewStatus.Ok)
        {
            if (order.Side == Fix44.Side.Buy && order.HasPrice)
            {
                Console.WriteLine($"{Encoding.ASCII.GetString(order.Symbol)}: {order.OrderQty} at {order.Price}");
            }

            foreach (Fix44.PartyIDsEntry party in order.PartyIDs)
            {
                Console.WriteLine($"{Encoding.ASCII.GetString(party.PartyID)} is {(party.HasPartyRole ? party.PartyRole : 0)}");
            }

            Fix44.OrderCancelRejectWriter reject = new(new byte[512]);
            reject.SenderCompID(order.TargetCompID);
            reject.TargetCompID(order.SenderCompID);
            reject.MsgSeqNum(1);
            reject.SendingTime(order.SendingTime);
            reject.OrderID("NONE"u8);
            reject.ClOrdID(order.ClOrdID);
            reject.OrdStatus(Fix44.OrdStatus.Rejected);
            FixWriteStatus status = reject.End(out int bytes, out int tag);
            Console.WriteLine($"{status} {tag}"); // FieldMissing 41: OrigClOrdID
            Assert.Equal(0, bytes);
        }
    }

    [FixMessages("FIX.4.4", "D", "OrderCancelReject")]
    private static partial class Fix44;
}
