using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Views;

namespace Peregrine.Fix.Generator.Tests;

/// <summary>What a view cannot do: outlive its frame, read another frame, or run with a table or a dictionary that it was not made for.</summary>
public class ViewSafetyTests
{
    private const string Own =
        "Span<byte> own = stackalloc byte[9]; Tiny.OrderView.Read(new FixMessage(own, new FixIndex()), out var view); ";

    private static readonly string Tiny = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Tiny.fixd"));

    [Theory]
    [InlineData("static Tiny.OrderView Kept;", "CS8345")]
    [InlineData("static object Box(Tiny.OrderView view) => view;", "CS0029")]
    [InlineData("static Tiny.OrderView Escape() { " + Own + "return view; }", "CS8352")]
    [InlineData("static Tiny.PartyIDsGroup Escape() { " + Own + "return view.PartyIDs; }", "CS8352")]
    [InlineData("static ReadOnlySpan<byte> Escape() { " + Own + "foreach (var party in view.PartyIDs) return party.PartyID; return default; }",
        "CS8352")]
    [InlineData("static Func<int> Capture(Tiny.OrderView view) => () => view.Symbol.Length;", "CS9108")]
    [InlineData("static async System.Threading.Tasks.Task Wait(Tiny.OrderView view) { await System.Threading.Tasks.Task.Yield(); }", "CS4012")]
    [InlineData("static Tiny.OrderView Pass(FixMessage message) { Tiny.OrderView.Read(message, out var view); return view; }", "")]
    public void View_KeptBeyondItsFrame_DoesNotCompile(string member, string error)
    {
        GeneratorRun run = new("using System; using Peregrine.Fix.Messages; using Peregrine.Fix.Views;\n" +
            "[FixMessages(\"Tiny.fixd\", \"D\")] public static partial class Tiny;\nstatic class User { public " + member + " }",
            ("/Tiny.fixd", Tiny));

        string[] errors = [.. run.CompilerFaults.Where(fault => fault.Contains(": error ", StringComparison.Ordinal))];

        Assert.True(error.Length == 0 ? errors.Length == 0 : errors.Any(fault => fault.Contains(error, StringComparison.Ordinal)),
            $"expected {error}, found: {string.Join('\n', errors)}");
    }

    [Fact]
    public void View_WhoseIndexWentOn_IsRefusedByName()
    {
        byte[] first = Wire.Message(Wire.Order + "453=1|448=A|");
        byte[] second = Wire.Message(Wire.Order.Replace("ACME", "LONGER-NAME", StringComparison.Ordinal));
        FixIndex index = Wire.Validated(first);
        Assert.Equal(FixViewStatus.Ok, Fix44.NewOrderSingleView.Read(new FixMessage(first, index), out Fix44.NewOrderSingleView order));
        Fix44.PartyIDsGroup parties = order.PartyIDs;
        Assert.Equal("ACME", Wire.Text(order.Symbol));

        Assert.True(index.TryParse(second));

        foreach (string access in new[] { "field", "group", "entry", "message" })
        {
            string said = "";
            try
            {
                _ = access switch
                {
                    "field" => order.Symbol.Length,
                    "group" => order.PartyIDs.Count,
                    "entry" => parties.GetEnumerator().MoveNext() ? 1 : 0,
                    _ => order.Message.Count,
                };
            }
            catch (InvalidOperationException gone)
            {
                said = gone.Message;
            }

            Assert.Contains("this FixMessage is gone: its index went on by 1 since", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_OfAFrameThatIsNotTheIndexedOne_IsAMismatch()
    {
        byte[] frame = Wire.Message(Wire.Order);
        FixIndex index = Wire.Validated(frame);
        byte[] longer = [.. frame, 1];
        byte[] wrongLength = Wire.Bytes(Wire.Text(frame).Replace("|9=1", "|9=2", StringComparison.Ordinal));
        FixIndex another = new();
        Assert.True(another.TryParse(wrongLength));

        Assert.Equal(FixViewStatus.Ok, Fix44.NewOrderSingleView.Read(new FixMessage(frame, index), out _));
        Assert.Equal(FixViewStatus.FrameMismatch, Fix44.NewOrderSingleView.Read(new FixMessage(longer, index), out _));
        Assert.Equal(FixViewStatus.FrameMismatch, Fix44.NewOrderSingleView.Read(new FixMessage(frame.AsSpan(0, frame.Length - 1), index), out _));
        Assert.Equal(FixViewStatus.FrameMismatch, Fix44.NewOrderSingleView.Read(new FixMessage(wrongLength, another), out _));
    }

    [Fact]
    public void Shape_ThatDoesNotFit_IsRefusedByName()
    {
        FixShapeField symbol = new(55, "Symbol", FixType.Text, true);
        FixShape entry = new(FixShape.Layout, "Entry", "", 1, symbol);

        AssertRefused("generated for layout 2, and this Peregrine.Fix has layout 1", () => _ = new FixShape(2, "V", "D", 1, symbol));
        AssertRefused("view has 2 slots, and its fields take 1", () => _ = new FixShape(1, "V", "D", 2, symbol));
        AssertRefused("tag 55 Symbol is there twice", () => _ = new FixShape(1, "V", "D", 2, symbol, symbol));
        AssertRefused("field Bad has tag 0", () => _ = new FixShape(1, "V", "D", 1, new FixShapeField(0, "Bad", FixType.Text, true)));
        AssertRefused("its fields take 0 slots", () => _ = new FixShape(1, "V", "D", 0));
        AssertRefused("view has 3 slots, and its table 1", () => entry.ReadEntry(default, 0, 0, stackalloc ushort[3]));
        AssertRefused("groups are 17 deep, and 16 is the most", () =>
        {
            FixShape shape = entry;
            for (int depth = 0; depth <= FixShape.GroupsMax; depth++)
            {
                shape = new FixShape(1, "V", "D", 2, new FixShapeField(453, "NoPartyIDs", FixType.NumInGroup, false, shape));
            }
        });
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("f 38 OrderQty QTY", "f 38 OrderQty INT", "field OrderQty (38) is of type Int, and Decimal here")]
    [InlineData("55! 54! 38", "55! 54 38", "field Side (54) is optional, and required here")]
    [InlineData("55! 54! 38", "55! 38", "field Side (54) is not there, and required here")]
    [InlineData("m D Order", "m E Order", "message D is not there")]
    [InlineData("448! 802(523! 803!)", "802(523! 803) 448!", "an entry of field NoPartyIDs (453) begins with 802, and with 448 here")]
    [InlineData("448! 802(523! 803!)", "448! 802(523! 803!) 18", "entry of field NoPartyIDs (453) has field ExecInst (18), which is not known")]
    [InlineData("448! 802(523! 803!)", "448! 802", "field NoPartySubIDs (802) is no group")]
    [InlineData("55! 54! 38 18 103", "55! 54! 38 103", "")]
    [InlineData("55! 54! 38", "55! 54! 38!", "")]
    public void RequireFits_OfAnotherDictionary_NamesWhatDiffers(string old, string now, string difference)
    {
        string text = old.Length == 0 ? Tiny : Tiny.Replace(old, now, StringComparison.Ordinal);
        FixDictionary dictionary = FixDictionary.Read(new StringReader(text), "Tiny");

        string said = Refused(() => Generator.Tests.Tiny.RequireFits(dictionary));

        Assert.Equal(difference.Length == 0 ? "" : "generated view", said[..Math.Min(said.Length, 14)]);
        Assert.Contains(difference, said, StringComparison.Ordinal);
    }

    [Fact]
    public void RequireFits_OfItsOwnDictionary_Passes() => Fix44.RequireFits(FixDictionaries.Fix44);

    [Fact]
    public void Layout_OfGeneratorAndLibrary_IsTheSame() => Assert.Equal(1, FixShape.Layout);

    private static void AssertRefused(string expected, Action work) => Assert.Contains(expected, Refused(work), StringComparison.Ordinal);

    private static string Refused(Action work)
    {
        try
        {
            work();
            return "";
        }
        catch (InvalidOperationException refused)
        {
            return refused.Message;
        }
    }
}
