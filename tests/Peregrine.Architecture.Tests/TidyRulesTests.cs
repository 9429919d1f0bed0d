namespace Peregrine.Architecture.Tests;

public class TidyRulesTests
{
    private const string Kept = "tests/Peregrine.Architecture.Tests/Kept/";

    private static readonly TextFile[] All =
        [.. new[] { "src", "tests", "samples", "bench" }.SelectMany(folder => Tree.Files(folder, ".cs")).Select(Tree.Read)];

    [Fact]
    public void Lines_OfAllSources_AreShort() => Faults.AssertNone(TidyRules.LinesAreShort(All, Numbers("long-lines.txt")));

    [Theory]
    [InlineData(TidyRules.LineLettersMax, 0, 0)]
    [InlineData(TidyRules.LineLettersMax + 1, 0, 1)]
    [InlineData(TidyRules.LineLettersMax + 1, 1, 0)]
    [InlineData(TidyRules.LineLettersMax + 1, 2, 1)]
    [InlineData(TidyRules.LineLettersMax, 1, 1)]
    public void LinesAreShort_ByLetters_TheLongOneIsAFaultAndTheListOnlyShrinks(int letters, int kept, int faults)
    {
        TextFile file = new("src/A/A.cs", $"short\n{new string('x', letters)}\nshort\n");
        Dictionary<string, int> list = kept == 0 ? [] : new() { ["A.cs"] = kept };

        Assert.Equal(faults, TidyRules.LinesAreShort([file], list).Count());
    }

    [Fact]
    public void Functions_OfAllSources_FitAScreen() => Faults.AssertNone(TidyRules.FunctionsFitAScreen(All, Numbers("long-functions.txt")));

    [Theory]
    [InlineData(TidyRules.FunctionLinesMax, 0, 0)]
    [InlineData(TidyRules.FunctionLinesMax + 1, 0, 1)]
    [InlineData(TidyRules.FunctionLinesMax + 1, TidyRules.FunctionLinesMax + 1, 0)]
    [InlineData(TidyRules.FunctionLinesMax + 1, TidyRules.FunctionLinesMax + 2, 1)]
    [InlineData(TidyRules.FunctionLinesMax + 2, TidyRules.FunctionLinesMax + 1, 1)]
    [InlineData(TidyRules.FunctionLinesMax, TidyRules.FunctionLinesMax + 1, 1)]
    public void FunctionsFitAScreen_ByLines_TheLongOneIsAFaultAndTheListOnlyShrinks(int lines, int kept, int faults)
    {
        string function = $"    private static int Long<T>(int a = 1)\n    " +
            $"{{\n{string.Concat(Enumerable.Repeat("        F(\"}\");\n", lines - 3))}    }}\n";
        TextFile file = new("src/A/A.cs",
            $"namespace A;\n\npublic class A\n{{\n    private int _a = 1;\n\n{function}\n    private void B() {{ }}\n}}\n");
        Dictionary<string, int> list = kept == 0 ? [] : new() { ["A.cs:Long"] = kept };

        Assert.Equal(faults, TidyRules.FunctionsFitAScreen([file], list).Count());
    }

    [Fact]
    public void Members_OfAllAssemblies_AreCalled()
    {
        TextFile[] sources = [.. All.Where(file => file.Name.StartsWith("src/", StringComparison.Ordinal))];

        Assert.True(sources.Sum(file => file.Outline.Members.Count) > 4_000, "the outline sees most members");
        Faults.AssertNone(TidyRules.MembersAreCalled(sources, All, Reasons("uncalled-members.txt")));
    }

    [Theory]
    [InlineData("public class A { private void Gone() { } }", 1)]
    [InlineData("public class A { internal const int Gone = 1; }", 1)]
    [InlineData("internal sealed class A { public int Gone => 1; }", 1)]
    [InlineData("internal static class A { [X(1)] public static (int, int)? Gone<T>(T a) where T : class { return null; } }", 1)]
    [InlineData("public class A { private sealed class B { public int Gone { get; } } }", 1)]
    [InlineData("public class A { private void Gone() { } /* Gone */ }", 1)]
    [InlineData("public class A { public void Gone() { } }", 0)]
    [InlineData("internal class A { public override int Gone() => 1; }", 0)]
    [InlineData("internal enum A { Gone }", 0)]
    [InlineData("public class A { private void Gone() { Gone(); } }", 0)]
    [InlineData("public class A { private void Gone() { } private string B => $\"{Gone}\"; }", 0)]
    [InlineData("internal class A { private void Kept() { } }", -1)]
    public void MembersAreCalled_ByNaming_TheUnnamedIsAFault(string text, int faults)
    {
        TextFile[] files = [new TextFile("src/A/A.cs", text), new TextFile("tests/A/B.cs", "A B")];
        Dictionary<string, string> kept = new() { ["Kept"] = "why" };

        // Where nothing unnamed is called so, the list itself is at fault.
        Assert.Equal(faults + 1, TidyRules.MembersAreCalled(files, files, kept).Count());
    }

    [Fact]
    public void Files_OfAllSources_AreNamedForTypes() =>
        Faults.AssertNone(TidyRules.FilesAreNamedForTypes(All, Reasons("files-without-their-type.txt")));

    [Theory]
    [InlineData("src/P/Order.cs", "public sealed record Order(int A);", 0)]
    [InlineData("src/P/Order.Checks.cs", "namespace P;\n[X]\npublic readonly partial struct Order<T> : IX where T : class { }", 0)]
    [InlineData("src/P/Order.cs", "namespace P { internal class A { private enum Order : byte { B } } }", 0)]
    [InlineData("src/P/OrderVisitor.cs", "namespace P;\npublic delegate void OrderVisitor<T>(in T a);", 0)]
    [InlineData("src/P/Program.cs", "Run();", 0)]
    [InlineData("src/P/Contracts.cs", "namespace P;\npublic interface IOrder { }", 1)]
    [InlineData("src/P/Words.cs", "namespace P;\n/// <summary>class Words</summary>\npublic enum Side { }", 1)]
    [InlineData("src/P/Order.Checks.cs", "namespace P;\npublic class OrderChecks { }", 1)]
    [InlineData("src/Q/Kept.cs", "namespace P;\npublic class Other { }", -1)]
    public void FilesAreNamedForTypes_ByName_TheOtherIsAFault(string name, string text, int faults)
    {
        Dictionary<string, string> kept = new() { ["Q/Kept.cs"] = "why" };

        Assert.Equal(faults + 1, TidyRules.FilesAreNamedForTypes([new TextFile(name, text)], kept).Count());
    }

    [Fact]
    public void LastMembers_OfAllSources_StayAtHome() =>
        Faults.AssertNone(TidyRules.LastMembersStayAtHome([.. All.Where(file => file.Name.StartsWith("src/", StringComparison.Ordinal))]));

    [Theory]
    [InlineData("if (side > Side.Sell) { }", 1)]
    [InlineData("if (side is >= Side.Buy and <= Side.Sell) { }", 1)]
    [InlineData("if (source[4] <= (byte)Side.Sell) { }", 1)]
    [InlineData("int[] counts = new int[(int)Side.Sell + 1];", 1)]
    [InlineData("if (side == Side.Sell || side is Side.Buy or Side.Sell) { }", 0)]
    [InlineData("if (side <= Sides.Last && side > Side.Buy) { }", 0)]
    [InlineData("Func<Side> other = () => Side.Sell;", 0)]
    [InlineData("// a range <= Side.Sell", 0)]
    public void LastMembersStayAtHome_ByUse_TheBoundElsewhereIsAFault(string text, int faults)
    {
        TextFile home = new("src/A/Side.cs", "public enum Side : byte\n{\n    /// <summary>One.</summary>\n    Buy = 1,\n\n    Sell = 2,\n}\n" +
            "public static class Sides { public const Side Last = Side.Sell; public static bool IsKnown(Side side) => side <= Side.Sell; }");

        Assert.Equal(faults, TidyRules.LastMembersStayAtHome([home, new TextFile("src/A/B.cs", text)]).Count());
    }

    [Fact]
    public void KeptLists_AreReadWithRemarks()
    {
        Assert.Equal(new Dictionary<string, int> { ["A.cs:B"] = 71 }, TidyRules.Numbers("# why\n\nA.cs:B 71\n"));
        Assert.Equal(new Dictionary<string, string> { ["A"] = "so: it is" }, TidyRules.Reasons("# why\nA: so: it is\n"));
    }

    private static IReadOnlyDictionary<string, int> Numbers(string list) => TidyRules.Numbers(Tree.Read(Kept + list).Text);

    private static IReadOnlyDictionary<string, string> Reasons(string list) => TidyRules.Reasons(Tree.Read(Kept + list).Text);
}
