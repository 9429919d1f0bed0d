using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Tests.Messages;

public class FixValidatorTests
{
    private const string Header = "49=CLIENT|56=BROKER|34=2|52=20260131-12:00:00.000|";
    private const string Order = "11=C1|55=ACME|54=1|38=100|40=2|44=10.25|60=20260131-12:00:00.000|";

    [Theory]
    [InlineData("35=D|" + Header + Order)]
    [InlineData("35=D|" + Header + Order + "453=2|448=A|447=D|452=1|448=B|447=D|452=3|")]
    [InlineData("35=D|" + Header + Order + "78=2|79=A|80=50|79=B|80=50|386=1|336=PRE|")]
    [InlineData("35=D|" + Header + Order + "5001=private|9999=x|")]
    [InlineData("35=D|" + Header + "453=0|" + Order)]
    [InlineData("35=F|" + Header + "11=C2|41=C1|55=ACME|54=1|60=20260131-12:00:00|")]
    [InlineData("35=G|" + Header + Order + "41=C0|")]
    [InlineData("35=H|" + Header + "11=C1|55=ACME|54=1|")]
    [InlineData("35=A|" + Header + "98=0|108=30|141=Y|553=user|554=secret|")]
    [InlineData("35=0|" + Header)]
    [InlineData("35=1|" + Header + "112=hello|")]
    [InlineData("35=2|" + Header + "7=1|16=0|")]
    [InlineData("35=3|" + Header + "45=2|58=no|371=55|372=D|373=1|")]
    [InlineData("35=4|" + Header + "36=10|123=Y|")]
    [InlineData("35=5|" + Header + "58=bye|")]
    public void Validate_RightMessage_HasNoFault(string body) => Assert.Equal((FixFault.None, 0), Wire.Validate(body));

    [Theory]
    [InlineData("35=D|" + Header + "11=C1|55=ACME|38=100|40=2|60=20260131-12:00:00|", FixFault.RequiredTagMissing, 54)]
    [InlineData("35=D|49=CLIENT|56=BROKER|34=2|" + Order, FixFault.RequiredTagMissing, 52)]
    [InlineData("35=D|49=CLIENT|34=2|52=20260131-12:00:00|" + Order, FixFault.RequiredTagMissing, 56)]
    [InlineData("35=0|" + Header + "55=ACME|", FixFault.TagNotDefinedForMessage, 55)]
    [InlineData("35=0|" + Header + "999=HI|", FixFault.InvalidTagNumber, 999)]
    [InlineData("35=0|" + Header + "4999=HI|", FixFault.InvalidTagNumber, 4999)]
    [InlineData("35=0|" + Header + "101=HI|", FixFault.InvalidTagNumber, 101)]
    [InlineData("35=D|" + Header + Order + "1=|", FixFault.TagWithoutValue, 1)]
    [InlineData("35=D|" + Header + Order + "59=8|", FixFault.ValueIncorrect, 59)]
    [InlineData("35=D|" + Header + "11=C1|55=ACME|54=@|38=100|40=2|60=20260131-12:00:00|", FixFault.ValueIncorrect, 54)]
    [InlineData("35=D|" + Header + Order + "99=1x|", FixFault.IncorrectDataFormat, 99)]
    [InlineData("35=D|" + Header + Order + "126=20040415|", FixFault.IncorrectDataFormat, 126)]
    [InlineData("35=D|" + Header + Order + "64=2004-415|", FixFault.IncorrectDataFormat, 64)]
    [InlineData("35=D|" + Header + Order + "64=-2004415|", FixFault.IncorrectDataFormat, 64)]
    [InlineData("35=2|" + Header + "7=1|16=-1|", FixFault.IncorrectDataFormat, 16)]
    [InlineData("35=4|" + Header + "36=10|123=J|", FixFault.IncorrectDataFormat, 123)]
    [InlineData("35=D|" + Header + Order + "11=C1|", FixFault.TagAppearsMoreThanOnce, 11)]
    [InlineData("35=D|" + Header + "34=2|" + Order, FixFault.TagAppearsMoreThanOnce, 34)]
    [InlineData("35=D|" + Header + Order + "115=OTHER|", FixFault.TagOutOfOrder, 115)]
    [InlineData("35=D|" + Header + "93=1|89=x|" + Order, FixFault.TagOutOfOrder, 11)]
    [InlineData("35=D|" + Header + Order + "453=2|448=A|447=D|452=1|", FixFault.IncorrectGroupCount, 453)]
    [InlineData("35=D|" + Header + Order + "386=3|336=PRE|336=AFTER|", FixFault.IncorrectGroupCount, 386)]
    [InlineData("35=D|" + Header + Order + "78=1|79=A|80=50|79=B|80=50|", FixFault.IncorrectGroupCount, 78)]
    public void Validate_Fault_IsNamedWithItsTag(string body, FixFault fault, int tag) => Assert.Equal((fault, tag), Wire.Validate(body));

    [Theory]
    [InlineData("453=1|448=A|447=D|452=1|802=2|523=x|803=1|523=y|803=2|", FixFault.None, 0)]
    [InlineData("453=2|448=A|802=1|523=x|448=B|447=D|", FixFault.None, 0)]
    [InlineData("453=1|447=D|448=A|", FixFault.GroupOutOfOrder, 447)]
    [InlineData("453=1|448=A|447=D|447=D|", FixFault.TagAppearsMoreThanOnce, 447)]
    [InlineData("453=1|448=A|802=2|523=x|803=1|452=1|", FixFault.IncorrectGroupCount, 802)]
    [InlineData("453=1|448=A|802=1|803=1|", FixFault.GroupOutOfOrder, 803)]
    [InlineData("453=3|448=A|448=B|", FixFault.IncorrectGroupCount, 453)]
    [InlineData("453=1|448=A|448=B|", FixFault.IncorrectGroupCount, 453)]
    [InlineData("453=1|448=A|5001=x|447=D|", FixFault.None, 0)]
    [InlineData("453=-1|448=A|", FixFault.IncorrectDataFormat, 453)]
    [InlineData("448=A|", FixFault.TagNotDefinedForMessage, 448)]
    [InlineData("18=6 G|", FixFault.None, 0)]
    [InlineData("18=6G|", FixFault.ValueIncorrect, 18)]
    [InlineData("18=6  G|", FixFault.ValueIncorrect, 18)]
    [InlineData("64=20230431|", FixFault.IncorrectDataFormat, 64)]
    [InlineData("64=20240229|", FixFault.None, 0)]
    [InlineData("200=202413|", FixFault.IncorrectDataFormat, 200)]
    [InlineData("200=202412w5|", FixFault.None, 0)]
    [InlineData("200=202412w6|", FixFault.IncorrectDataFormat, 200)]
    public void Validate_GroupsAndForms_AreHeldToTheDictionary(string fields, FixFault fault, int tag) =>
        Assert.Equal((fault, tag), Wire.Validate($"35=D|{Header}{Order}{fields}"));

    [Theory]
    [InlineData("FIX.4.0", "35=0|" + Header, FixFault.None, 0)]
    [InlineData("FIX.4.0", "35=D|" + Header + "11=C1|21=1|55=ACME|54=1|38=100|40=2|44=10.25|", FixFault.None, 0)]
    [InlineData("FIX.4.0", "35=D|" + Header + "11=C1|21=1|55=ACME|54=1|38=100|40=2|60=20260131-12:00:00|", FixFault.TagNotDefinedForMessage, 60)]
    [InlineData("FIX.4.2", "35=D|" + Header + "11=C1|55=ACME|54=1|40=2|60=20260131-12:00:00|", FixFault.RequiredTagMissing, 21)]
    [InlineData("FIX.4.2", "35=D|" + Header + "11=C1|21=1|55=ACME|54=1|40=2|60=20260131-12:00:00|453=0|", FixFault.InvalidTagNumber, 453)]
    [InlineData("FIX.4.3", "35=D|" + Header + "11=C1|21=1|55=ACME|54=1|40=2|60=20260131-12:00:00|453=0|", FixFault.None, 0)]
    public void Validate_OfAnotherVersion_FollowsItsDictionary(string version, string body, FixFault fault, int tag) =>
        Assert.Equal((fault, tag), Wire.Validate(body, version));

    [Fact]
    public void Validate_WithSwitches_LetsThroughWhatTheyName()
    {
        string order = "35=D|" + Header + Order;

        Assert.Equal(FixFault.None, Wire.Validate(order + "999=x|112=x|", options: new FixValidation { AllowUnknownTags = true }).Fault);
        Assert.Equal(FixFault.InvalidTagNumber, Wire.Validate(order + "5001=x|", options: new FixValidation { AllowUserDefinedTags = false }).Fault);
        Assert.Equal(FixFault.None, Wire.Validate(order + "115=x|", options: new FixValidation { AllowAnyOrder = true }).Fault);
        Assert.Equal(FixFault.None, Wire.Validate(order + "1=|", options: new FixValidation { AllowEmptyFields = true }).Fault);
        Assert.Equal(FixFault.None, Wire.Validate(order + "59=Z|", options: new FixValidation { AllowOtherValues = true }).Fault);
        Assert.Equal(FixFault.None, Wire.Validate("35=D|" + Header, options: new FixValidation { AllowMissingFields = true }).Fault);
    }

    [Fact]
    public void ParseAndValidate_WarmOrder_AllocatesNothing()
    {
        byte[] frame = Wire.Message(Wire.NewOrder);
        FixIndex index = new();
        FixValidator validator = new(FixDictionaries.Fix44);
        int good = Rounds(frame, index, validator, 2_000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        good += Rounds(frame, index, validator, 20_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(22_000, good);
        Assert.Equal(0, allocated);
    }

    private static int Rounds(byte[] frame, FixIndex index, FixValidator validator, int count)
    {
        int good = 0;
        for (int round = 0; round < count; round++)
        {
            if (FixFramer.TryFrame(frame, 8192, out int bytes) == FrameStatus.Ok && index.TryParse(frame.AsSpan(0, bytes)))
            {
                FixMessage message = new(frame, index);
                good += validator.Validate(message, FixDictionaries.Fix44.MessageOf(message.MsgType)!, out _) == FixFault.None ? 1 : 0;
            }
        }

        return good;
    }
}
