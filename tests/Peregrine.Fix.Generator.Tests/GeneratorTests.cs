extern alias generator;

using Microsoft.CodeAnalysis;
using Peregrine.Testing;
using FixMessagesGenerator = generator::Peregrine.Fix.Generator.FixMessagesGenerator;

namespace Peregrine.Fix.Generator.Tests;

public class GeneratorTests
{
    private const string Usings = "using Peregrine.Fix.Views;\nnamespace My;\n";

    private static string Tiny { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Tiny.fixd"));

    [Fact]
    public void Source_OfATinyDictionary_IsTheOneThatIsKept()
    {
        GeneratorRun run = new(Usings + "[FixMessages(\"Tiny.fixd\", \"D\")] public static partial class Tiny;", ("/project/Tiny.fixd", Tiny));

        string source = Assert.Single(run.Sources);

        Assert.Empty(run.CompilerFaults);
        string kept = Path.Combine(Repository.Root, "tests/Peregrine.Fix.Generator.Tests/Tiny.g.cs.txt");
        if (Environment.GetEnvironmentVariable("PEREGRINE_WRITE_SNAPSHOT") == "1")
        {
            File.WriteAllText(kept, source);
        }

        Assert.True(File.ReadAllText(kept) == source,
            "the generated source of Tiny.fixd differs from Tiny.g.cs.txt: look at the difference, and keep it with PEREGRINE_WRITE_SNAPSHOT=1");
    }

    [Theory]
    [InlineData("[FixMessages(\"FIX.4.5\", \"D\")] partial class A;", "PGFIX001", "dictionary \"FIX.4.5\": expected FIX.4.0, FIX.4.1")]
    [InlineData("[FixMessages(\"x.fixd\", \"D\")] partial class A;", "PGFIX001", "several files of AdditionalFiles end with it (/a/x.fixd")]
    [InlineData("[FixMessages(\"FIX.4.4\", \"D\", \"NewOrder\")] partial class A;", "PGFIX003", "FIX.4.4 has no message \"NewOrder\"")]
    [InlineData("[FixMessages(\"FIX.4.4\")] partial class A;", "PGFIX003", "A names no message of FIX.4.4")]
    [InlineData("[FixMessages(\"FIX.4.4\", \"D\")] class A;", "PGFIX004", "A is not partial")]
    [InlineData("[FixMessages(\"FIX.4.4\", \"D\")] partial class A<T>;", "PGFIX004", "A is not partial, or is generic")]
    public void Fault_OfARequest_IsAnErrorAtTheAttribute(string source, string id, string text)
    {
        GeneratorRun run = new(Usings + source, ("/a/x.fixd", Tiny), ("/b/x.fixd", Tiny));

        Diagnostic fault = Assert.Single(run.Faults);

        Assert.Equal((id, DiagnosticSeverity.Error), (fault.Id, fault.Severity));
        Assert.Contains(text, fault.GetMessage(), StringComparison.Ordinal);
        FileLinePositionSpan place = fault.Location.GetLineSpan();
        Assert.Equal(("User.cs", 2, 1), (place.Path, place.StartLinePosition.Line, place.StartLinePosition.Character));
    }

    [Theory]
    [InlineData("f 55 Symbol STRING", "f 55 Symbol WORD", "type \"WORD\" is not known", 8)]
    [InlineData("f 55 Symbol STRING", "g 55 Symbol STRING", "is no line of a dictionary", 8)]
    [InlineData("55! 54! 38", "55! 54! 39", "field 39 is not there", 22)]
    [InlineData("60 @Parties", "60 @Partys", "component Partys is not there", 22)]
    public void Fault_OfADictionary_IsAnErrorInItsLine(string old, string now, string text, int line)
    {
        GeneratorRun run = new(Usings + "[FixMessages(\"Tiny.fixd\", \"D\")] partial class A;",
            ("/project/Tiny.fixd", Tiny.Replace(old, now, StringComparison.Ordinal)));

        Diagnostic fault = run.Faults.First(fault => fault.GetMessage().Contains(text, StringComparison.Ordinal));

        Assert.Equal("PGFIX002", fault.Id);
        Assert.Equal(("/project/Tiny.fixd", line), (fault.Location.GetLineSpan().Path, fault.Location.GetLineSpan().StartLinePosition.Line + 1));
        Assert.Empty(run.Sources);
    }

    [Fact]
    public void Fault_OfAQuickFixDictionary_IsAnErrorInItsLine()
    {
        const string Xml = """
            <fix major="4" minor="4">
              <header><field name="BeginString" required="Y"/></header>
              <trailer/>
              <messages>
                <message name="Order" msgtype="D" msgcat="app">
                  <field name="Gone" required="Y"/>
                </message>
              </messages>
              <fields><field number="8" name="BeginString" type="STRING"/></fields>
            </fix>
            """;

        GeneratorRun run = new(Usings + "[FixMessages(\"VENUE.xml\", \"D\")] partial class A;", ("/project/VENUE.xml", Xml));

        Diagnostic fault = Assert.Single(run.Faults);
        Assert.Equal(("PGFIX002", 6), (fault.Id, fault.Location.GetLineSpan().StartLinePosition.Line + 1));
        Assert.Contains("field \"Gone\" is not under fields", fault.GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public void Fault_OfGroupsTooDeep_IsAnError()
    {
        const int Depth = 17;
        string fields = string.Concat(Enumerable.Range(1, Depth)
            .Select(level => $"f {9000 + level} NoDeep{level} NUMINGROUP\nf {9100 + level} At{level} STRING\n"));
        string member = string.Concat(Enumerable.Range(1, Depth).Select(level => $"{9000 + level}({9100 + level} ")) + new string(')', Depth);
        string text = Tiny.Replace("m D Order application 55!", $"{fields}m D Order application 55! {member}", StringComparison.Ordinal);

        GeneratorRun run = new(Usings + "[FixMessages(\"Tiny.fixd\", \"D\")] partial class A;", ("/project/Tiny.fixd", text));

        Diagnostic fault = Assert.Single(run.Faults);
        Assert.Equal("PGFIX005", fault.Id);
        Assert.Contains("groups are 17 deep, expected 16 at most", fault.GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public void Step_WhereNothingChanged_IsCached()
    {
        GeneratorRun run = new(Usings + "[FixMessages(\"Tiny.fixd\", \"D\")] public static partial class Tiny;", ("/project/Tiny.fixd", Tiny));
        Assert.Equal(["New"], run.ReasonsOf(FixMessagesGenerator.AnswerStep));

        run.AddSource("class Other { int A => 1; }");
        string[] behindSource = run.ReasonsOf(FixMessagesGenerator.AnswerStep);
        run.AddFile("/project/Other.xml", "<nothing/>");
        string[] jobsBehindFile = run.ReasonsOf(FixMessagesGenerator.JobStep);
        string[] behindFile = run.ReasonsOf(FixMessagesGenerator.AnswerStep);

        Assert.Equal(["Cached"], behindSource);
        Assert.Equal(["Unchanged"], jobsBehindFile);
        Assert.Equal(["Cached"], behindFile);
        Assert.Empty(run.CompilerFaults);
    }

    [Theory]
    [InlineData("namespace Outer.In; public partial class Host { partial record Deep { [FixMessages(\"Tiny.fixd\", \"Order\")] partial class T; } }")]
    [InlineData("[FixMessages(\"sub/Tiny.fixd\", \"D\")] internal static partial class T;")]
    [InlineData("namespace A; [FixMessages(\"sub\\\\Tiny.fixd\", \"D\", \"Order\")] sealed partial class T { int Own => 1; }")]
    public void Request_WhereverItsClassIs_IsAnswered(string source)
    {
        GeneratorRun run = new("using Peregrine.Fix.Views;\n" + source, ("/project/sub/Tiny.fixd", Tiny));

        Assert.Empty(run.Faults);
        Assert.Empty(run.CompilerFaults);
        _ = Assert.Single(run.Sources);
    }

    [Fact]
    public void Names_ThatAreNoneOfCSharp_CompileNevertheless()
    {
        string text = Tiny.Replace("f 38 OrderQty QTY", "f 38 2nd-Qty.é CHAR \"=quote \\=back 3=3 4=3 5= 6=class A=a~b\"c", StringComparison.Ordinal)
            .Replace("f 103 Reason INT 0=Broker 99=Other", "f 103 Shape INT 0=Equals 99=ToString", StringComparison.Ordinal)
            .Replace("f 18 ExecInst", "f 18 Message", StringComparison.Ordinal)
            .Replace("f 60 TransactTime", "f 60 HasMessage_18", StringComparison.Ordinal);

        GeneratorRun run = new(Usings + "[FixMessages(\"Tiny.fixd\", \"D\")] public static partial class Tiny;", ("/project/Tiny.fixd", text));

        Assert.Empty(run.Faults);
        Assert.Empty(run.CompilerFaults);
    }
}
