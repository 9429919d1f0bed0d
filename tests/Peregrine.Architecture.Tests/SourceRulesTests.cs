namespace Peregrine.Architecture.Tests;

public class SourceRulesTests
{
    private static readonly Dictionary<string, string> LineCallbacks = new()
    {
        ["src/Peregrine.Gateway/LineLogger.cs"] = "is an ILogger that gives its messages to a callback",
        ["src/Peregrine.Gateway/OrderLink.cs"] = "a way to start a link in a program that has no log of .NET; it uses LineLogger",
    };

    [Fact]
    public void NativeCalls_AreInLinuxOnly()
    {
        Assert.NotEmpty(SourceRules.NativeCallsAreAtHome(
            Tree.Sources.Select(file => file with { Name = file.Name.Replace("Peregrine.Linux", "Peregrine.Net") })));
        Faults.AssertNone(SourceRules.NativeCallsAreAtHome(Tree.Sources));
    }

    [Theory]
    [InlineData("[DllImport(\"c\")] static extern int getpid();")]
    [InlineData("[LibraryImport(Library)]")]
    [InlineData("nint handle = NativeLibrary.Load(name);")]
    [InlineData("delegate* unmanaged<int, int> call;")]
    public void NativeCallsAreAtHome_Elsewhere_IsAFault(string line)
    {
        Assert.Single(SourceRules.NativeCallsAreAtHome([new TextFile("src/Peregrine.Net/A.cs", line)]));
        Assert.Empty(SourceRules.NativeCallsAreAtHome([new TextFile("src/Peregrine.Linux/A.cs", line)]));
    }

    [Theory]
    [InlineData("Peregrine.Fix")]
    [InlineData("Peregrine.Trading")]
    public void PureAssemblies_SeeNoOutsideWorld(string assembly)
    {
        Assert.Contains(Tree.Sources, file => file.Assembly == assembly);
        Faults.AssertNone(SourceRules.AssemblyIsPure(Tree.Sources, assembly));
    }

    [Theory]
    [InlineData("using System.Net.Sockets;")]
    [InlineData("Thread thread = new(Run);")]
    [InlineData("using System.Threading;")]
    [InlineData("_ = new Thread(Run);")]
    [InlineData("long now = DateTime.Now.Ticks;")]
    [InlineData("var text = $\"{DateTime.UtcNow}\";")]
    [InlineData("DateTimeOffset.UtcNow")]
    [InlineData("long ticks = Stopwatch.GetTimestamp();")]
    [InlineData("Random random = new(1);")]
    [InlineData("int any = Random.Shared.Next();")]
    [InlineData("Guid id = Guid.NewGuid();")]
    [InlineData("byte[] all = File.ReadAllBytes(path);")]
    [InlineData("using FileStream file = new(path, FileMode.Open);")]
    [InlineData("long now = Clock.MonotonicNs;")]
    [InlineData("long now = Environment.TickCount64;")]
    [InlineData("string url = \"http://x\"; Thread.Sleep(1);")]
    public void AssemblyIsPure_OutsideWorld_IsAFault(string line)
    {
        Assert.Single(SourceRules.AssemblyIsPure([new TextFile("src/Peregrine.Fix/Session/A.cs", line)], "Peregrine.Fix"));
        Assert.Empty(SourceRules.AssemblyIsPure([new TextFile("src/Peregrine.Net/A.cs", line)], "Peregrine.Fix"));
    }

    [Theory]
    [InlineData("/// <remarks>Thread: one owner. Stopwatch.GetTimestamp() is not for here.</remarks>")]
    [InlineData("/* Random.Shared */ int x;")]
    [InlineData("int days = DateTime.DaysInMonth(2024, 2);")]
    [InlineData("long RandomAccessCount, FileCount; // File.Open")]
    public void AssemblyIsPure_CommentsAndOtherWords_AreFine(string line) =>
        Assert.Empty(SourceRules.AssemblyIsPure([new TextFile("src/Peregrine.Fix/A.cs", line)], "Peregrine.Fix"));

    [Theory]
    [InlineData("Matching", "Instruments")]
    [InlineData("Instruments", "Risk")]
    [InlineData("Instruments", "Orders")]
    [InlineData("Instruments", "MarketData")]
    [InlineData("Matching", "Risk")]
    [InlineData("Matching", "Orders")]
    [InlineData("Matching", "MarketData")]
    [InlineData("Risk", "MarketData")]
    [InlineData("Orders", "MarketData")]
    public void TradingFolders_KeepTheirOrder(string folder, string forbidden)
    {
        Assert.Contains(Tree.Sources, file => file.Assembly == "Peregrine.Trading" && file.Folder == folder);
        Faults.AssertNone(SourceRules.FolderDoesNotUse(Tree.Sources, folder, forbidden));
    }

    [Theory]
    [InlineData("using Peregrine.Trading.Risk;", 1)]
    [InlineData("using static Peregrine.Trading.Risk.PreTradeRisk;", 1)]
    [InlineData("using Risk;", 1)]
    [InlineData("Trading.Risk.PreTradeRisk risk;", 1)]
    [InlineData("// see Peregrine.Trading.Risk", 0)]
    [InlineData("using Peregrine.Trading.RiskFree;", 0)]
    [InlineData("using Peregrine.Trading.Instruments;", 0)]
    public void FolderDoesNotUse_ByName_IsAFault(string line, int faults)
    {
        Assert.Equal(faults, SourceRules.FolderDoesNotUse([new TextFile("src/Peregrine.Trading/Matching/A.cs", line)], "Matching", "Risk").Count());
        Assert.Empty(SourceRules.FolderDoesNotUse([new TextFile("src/Peregrine.Trading/Orders/A.cs", line)], "Matching", "Risk"));
    }

    [Fact]
    public void Logs_FromLayer4Up_AreLoggers() => Faults.AssertNone(SourceRules.LogsAreLoggers(Tree.Sources, Tree.Assemblies, LineCallbacks));

    [Theory]
    [InlineData("public Action<string>? Log { get; init; }", 4, 1)]
    [InlineData("private readonly Action<string> _log;", 6, 1)]
    [InlineData("internal sealed class Watch(Action<string> log)", 5, 1)]
    [InlineData("internal sealed class Watch(Action<string> log)", 3, 0)]
    [InlineData("public FeedStatus Run(Action<string> progress)", 4, 0)]
    [InlineData("public Action<string> Progress { get; init; } = _ => { };", 6, 0)]
    [InlineData("public Action<string, int>? Found { get; set; }", 6, 0)]
    [InlineData("// takes an Action<string> log", 6, 0)]
    public void LogsAreLoggers_ByLayerAndName_ACallbackForLinesIsAFault(string line, int layer, int faults)
    {
        TextFile file = new("src/A/A.cs", line);
        Project project = new("A", layer, [], [], false);

        Assert.Equal(faults, SourceRules.LogsAreLoggers([file], [project], new Dictionary<string, string>()).Count());
        Assert.Equal(faults == 0 ? ["src/A/A.cs is listed and takes no lines"] : [],
            SourceRules.LogsAreLoggers([file], [project], new Dictionary<string, string> { [file.Name] = "why" }));
    }

    [Fact]
    public void Files_AreShort() =>
        Faults.AssertNone(SourceRules.FilesAreShort(
            Tree.Sources.Concat(Tree.Files("tests", ".cs").Concat(Tree.Files("bench", ".cs")).Select(Tree.Read))));

    [Theory]
    [InlineData(SourceRules.LinesMax, 0)]
    [InlineData(SourceRules.LinesMax + 1, 1)]
    public void FilesAreShort_ByLines_TheLongOneIsAFault(int lines, int faults) =>
        Assert.Equal(faults, SourceRules.FilesAreShort([new TextFile("src/A/A.cs", string.Concat(Enumerable.Repeat("x\n", lines)))]).Count());

    [Theory]
    [InlineData("a // b", "a ")]
    [InlineData("a /* b\n c */ d", "a \n d")]
    [InlineData("\"// no\" // b", "\"// no\" ")]
    [InlineData("@\"\\\" // b", "@\"\\\" ")]
    [InlineData("'\"' // b", "'\"' ")]
    [InlineData("\"\"\"\n // no \"\n\"\"\" // b", "\"\"\"\n // no \"\n\"\"\" ")]
    public void WithoutComments_LeavesCodeAndStrings(string text, string expected) => Assert.Equal(expected, SourceRules.WithoutComments(text));
}
