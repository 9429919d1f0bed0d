using Peregrine.Mutation;

namespace Peregrine.Architecture.Tests;

/// <summary>The kept mutants stay applicable, whatever changes around them; and lists with faults are told apart.</summary>
public class MutantListTests
{
    private const string One = "suite: Peregrine.Net.Tests A B\nfile: src/Peregrine.Net/A.cs\n\n[one]\n- a < b\n+ a <= b\n";

    [Fact]
    public void Lists_OfTheRepository_FitItsSources()
    {
        List<Mutant> mutants = [.. Tree.Files(MutantList.Folder, ".mutants").SelectMany(list => MutantList.Parse(list, Tree.Read(list).Text))];

        Assert.True(mutants.Count >= 150, $"{mutants.Count} mutants");
        Faults.AssertNone(MutantList.Faults(mutants, name => Tree.Has(name) ? Tree.Read(name).Text : null));
    }

    [Fact]
    public void Parse_AList_GivesMutantsWithDefaultsAndTheirOwn()
    {
        List<Mutant> mutants = MutantList.Parse("l",
            One + "\n# a remark\n[two]\nfile: src/Peregrine.Fix/B.cs\nsuite: Peregrine.Fix.Tests\nequivalent: so it is\n- x\n-\n-     y\n+ z\n");

        Assert.Equal(("one", "src/Peregrine.Net/A.cs", "Peregrine.Net.Tests A B", "a < b", "a <= b", null),
            (mutants[0].Name, mutants[0].File, mutants[0].Suite, mutants[0].Old, mutants[0].New, mutants[0].Equivalent));
        Assert.Equal(("two", "Peregrine.Fix", "Peregrine.Fix.Tests", "x\n\n    y", "z", "so it is"),
            (mutants[1].Name, mutants[1].Assembly, mutants[1].Suite, mutants[1].Old, mutants[1].New, mutants[1].Equivalent));
    }

    [Fact]
    public void Parse_AMutantThatFires_RunsInTheCheckedConfiguration()
    {
        List<Mutant> mutants = MutantList.Parse("l", One + "\n[two]\nfires: a rule\n- a\n+ b\n");

        Assert.Equal([(null, null), ("a rule", "Checked")], mutants.Select(mutant => (mutant.Fires, mutant.Configuration)));
    }

    // Each of them is a small slip at the edge of a slot, a level, a record or a ring: docs/HACKING.md, "Tests that notice".
    [Fact]
    public void Rules_OfInvariants_AreBrokenByTwentyMutantsAndStandInTheirAssembly()
    {
        List<Mutant> firing = [.. Tree.Files(MutantList.Folder, ".mutants").SelectMany(list => MutantList.Parse(list, Tree.Read(list).Text))
            .Where(mutant => mutant.Fires is not null)];

        Assert.True(firing.DistinctBy(mutant => mutant.Fires).Count() >= 20, $"{firing.Count} mutants that fire");
        Faults.AssertNone(firing.Where(mutant => !Tree.Sources.Any(file => file.Assembly == mutant.Assembly
            && file.Text.Contains($"\"{mutant.Fires}\");", StringComparison.Ordinal)))
            .Select(mutant => $"{mutant.List} [{mutant.Name}]: no Invariant.That of {mutant.Assembly} says '{mutant.Fires}'"));
    }

    [Theory]
    [InlineData("Peregrine.Trading")]
    [InlineData("Peregrine.Sequencing")]
    [InlineData("Peregrine.Journal")]
    public void Invariants_OfTheEngineRoom_AreEightToAThousandLines(string assembly)
    {
        TextFile[] files = [.. Tree.Sources.Where(file => file.Assembly == assembly)];
        int lines = files.Sum(file => file.Text.Count(letter => letter == '\n'));
        int invariants = files.Sum(file => file.Text.Split("Invariant.That(").Length - 1);

        Assert.True(invariants * 1000 >= lines * 8, $"{invariants} in {lines} lines of {assembly}, expected {(lines * 8 + 999) / 1000} or more");
    }

    [Theory]
    [InlineData("[one]\n- a\n+ b\n", "l:1: [one] has no file:")]
    [InlineData("file: src/A/A.cs\n[one]\n- a\n+ b\n", "l:2: [one] has no suite:")]
    [InlineData("file: src/A/A.cs\nsuite: T\n[one]\n+ b\n", "l:3: [one] has no old text (lines with '- ')")]
    [InlineData("file: src/A/A.cs\nsuite: T\n[one]\n- a\n+ a\n", "l:3: [one] has no new text that differs")]
    [InlineData("- a\n", "l:1: text of a mutant before the first [name]")]
    [InlineData("[one]\nwhat: x\n", "l:2: 'what: x': expected")]
    public void Parse_AListWithAFault_SaysWhere(string text, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<FormatException>(() => MutantList.Parse("l", text)).Message);

    [Theory]
    [InlineData("if (a < b)", "")]
    [InlineData("if (a > b)", "the old text stands in src/Peregrine.Net/A.cs 0 times")]
    [InlineData("if (a < b || a < b)", "the old text stands in src/Peregrine.Net/A.cs 2 times")]
    [InlineData(null, "file src/Peregrine.Net/A.cs: not there")]
    public void Faults_OfAnOldText_AreAllButOnce(string? source, string expected)
    {
        string[] faults = [.. MutantList.Faults(MutantList.Parse("l", One),
            name => name.EndsWith(".csproj", StringComparison.Ordinal) ? "" : source)];

        Assert.Equal(expected.Length == 0 ? 0 : 1, faults.Length);
        Assert.All(faults, fault => Assert.StartsWith($"l [one]: {expected}", fault));
    }

    [Fact]
    public void Faults_OfNamesFilesAndSuites_AreTold()
    {
        List<Mutant> mutants = MutantList.Parse("l", One + "\n[one]\nfile: docs/A.md\n- a\n+ b\n");

        string[] faults = [.. MutantList.Faults(mutants, name => name.EndsWith(".csproj", StringComparison.Ordinal) ? null : "a < b")];

        Assert.Contains("l [one]: the name stands in the lists twice", faults);
        Assert.Contains("l [one]: file docs/A.md: expected a C# file under src/, or a script under src/Peregrine.Console/web/src/", faults);
        Assert.Contains("l [one]: suite Peregrine.Net.Tests: there is no such project under tests/", faults);
    }

    [Theory]
    [InlineData("src/Peregrine.Console/web/src/a.js", true)]
    [InlineData("src/Peregrine.Console/web/src/lib/a.js", true)]
    [InlineData("src/Peregrine.Console/web/build.js", false)]
    [InlineData("src/Peregrine.Console/web/src/a.css", false)]
    public void Faults_OfAFileThatIsNoSource_AreToldButForScriptsOfThePage(string file, bool isGood)
    {
        List<Mutant> mutants = MutantList.Parse("l", $"suite: T\nfile: {file}\n[one]\n- a < b\n+ a <= b\n");

        Assert.Equal(isGood ? 0 : 1, MutantList.Faults(mutants, _ => "a < b").Count());
    }

    [Fact]
    public void Sample_OfSeeds_IsTheSameForOneAndReachesAllOverMany()
    {
        List<Mutant> mutants = MutantList.Parse("l",
            One + string.Concat(Enumerable.Range(2, 39).Select(number => $"\n[number-{number}]\n- a\n+ b\n")));

        List<Mutant> first = MutantList.Sample(mutants, 5, 7);
        IEnumerable<string> all = Enumerable.Range(0, 200).SelectMany(seed => MutantList.Sample(mutants, 5, (ulong)seed))
            .Select(mutant => mutant.Name).Distinct();

        Assert.Equal(first, MutantList.Sample(mutants, 5, 7));
        Assert.Equal(5, first.Distinct().Count());
        Assert.Equal(40, all.Count());
        Assert.Equal(40, MutantList.Sample(mutants, 100, 7).Distinct().Count());
    }
}
