namespace Peregrine.Mutation;

/// <summary>A small change of the product's source that some test has to notice.</summary>
/// <param name="List">The list it stands in, from the root.</param>
/// <param name="Name">One name over all lists: letters, digits and hyphens.</param>
/// <param name="File">What is changed, from the root; a C# file under src/, or a script of the console's page.</param>
/// <param name="Project">The test project nearest to it.</param>
/// <param name="Filters">Parts of names of classes or methods there; none means all.</param>
/// <param name="Old">Text that occurs once in the file.</param>
/// <param name="New">What stands in its place.</param>
/// <param name="Equivalent">Why no test can tell the two apart; null when one can.</param>
/// <param name="Fires">The rule of <c>Invariant.That</c> that it breaks: its suite runs in the Checked configuration,
/// and has to end with that; null where any test that fails will do.</param>
internal sealed record Mutant(string List, string Name, string File, string Project, string[] Filters, string Old, string New, string? Equivalent,
    string? Fires = null)
{
    /// <summary>Where the scripts of the console's page are: browsers run them as they are, so there is nothing to compile.</summary>
    public const string PageFolder = "src/Peregrine.Console/web/src/";

    /// <summary>The assembly that it changes: the folder below src/.</summary>
    public string Assembly => File.Split('/')[1];

    /// <summary>A script of the console's page, no C#.</summary>
    public bool IsOfPage => File.StartsWith(PageFolder, StringComparison.Ordinal) && File.EndsWith(".js", StringComparison.Ordinal);

    /// <summary>What a suite is run for once, before anything is changed.</summary>
    public string Suite => string.Join(' ', [Project, .. Filters]);

    /// <summary>The configuration that its suite runs in; null for that of the whole round.</summary>
    public string? Configuration => Fires is null ? null : "Checked";
}

/// <summary>The kept lists: tests/mutants/*.mutants, in the form that docs/HACKING.md describes.</summary>
internal static class MutantList
{
    public const string Folder = "tests/mutants";

    /// <summary>Reads one list.</summary>
    /// <exception cref="FormatException">A line is not understood, or something is missing; says where.</exception>
    public static List<Mutant> Parse(string list, string text)
    {
        List<Mutant> mutants = [];
        Draft defaults = new();
        Draft? open = null;
        string[] lines = text.Split('\n');
        for (int index = 0; index < lines.Length; index++)
        {
            string line = lines[index];
            string where = $"{list}:{index + 1}";
            if (line.StartsWith('[') && line.EndsWith(']'))
            {
                Close(list, open, mutants);
                open = new Draft { Name = line[1..^1], Where = where, File = defaults.File, Suite = defaults.Suite };
            }
            else if (line is "-" or "+" || line.StartsWith("- ", StringComparison.Ordinal) || line.StartsWith("+ ", StringComparison.Ordinal))
            {
                Draft draft = open ?? throw new FormatException($"{where}: text of a mutant before the first [name]");
                (line[0] == '-' ? draft.Old : draft.New).Add(line.Length > 2 ? line[2..] : "");
            }
            else if (line.Length > 0 && !line.StartsWith('#'))
            {
                ReadKey(open ?? defaults, line, where);
            }
        }

        Close(list, open, mutants);
        return mutants;
    }

    /// <summary>Faults of all lists together, one a line: a name twice, a file or suite that is not there,
    /// an old text that is not there once.</summary>
    /// <param name="mutants">Of all lists.</param>
    /// <param name="read">The text of a file, by its name from the root; null when it is not there.</param>
    public static IEnumerable<string> Faults(IReadOnlyCollection<Mutant> mutants, Func<string, string?> read)
    {
        HashSet<string> names = [];
        foreach (Mutant mutant in mutants)
        {
            string at = $"{mutant.List} [{mutant.Name}]";
            if (!names.Add(mutant.Name))
            {
                yield return $"{at}: the name stands in the lists twice";
            }

            bool isSource = mutant.File.StartsWith("src/", StringComparison.Ordinal) && mutant.File.EndsWith(".cs", StringComparison.Ordinal);
            if (!isSource && !mutant.IsOfPage)
            {
                yield return $"{at}: file {mutant.File}: expected a C# file under src/, or a script under {Mutant.PageFolder}";
            }

            if (read($"tests/{mutant.Project}/{mutant.Project}.csproj") is null)
            {
                yield return $"{at}: suite {mutant.Project}: there is no such project under tests/";
            }

            if (read(mutant.File) is not { } text)
            {
                yield return $"{at}: file {mutant.File}: not there";
            }
            else if (Occurrences(text, mutant.Old) is not 1 and int count)
            {
                yield return $"{at}: the old text stands in {mutant.File} {count} times, expected once: bring the mutant up to date, " +
                    $"or lengthen its old text";
            }
        }
    }

    /// <summary>Some of them, the same ones for the same seed.</summary>
    public static List<Mutant> Sample(IReadOnlyList<Mutant> mutants, int count, ulong seed)
    {
        List<Mutant> left = [.. mutants];
        List<Mutant> picked = [];
        for (ulong state = seed; picked.Count < count && left.Count > 0;)
        {
            // SplitMix64: seeds that lie near each other, as those of commits do not, still pick far apart.
            state += 0x9e3779b97f4a7c15UL;
            ulong word = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9UL;
            word = (word ^ (word >> 27)) * 0x94d049bb133111ebUL;
            int index = (int)((word ^ (word >> 31)) % (ulong)left.Count);
            picked.Add(left[index]);
            left.RemoveAt(index);
        }

        return picked;
    }

    private static int Occurrences(string text, string part)
    {
        int count = 0;
        for (int at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + 1, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }

    private static void ReadKey(Draft draft, string line, string where)
    {
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        string value = colon < 0 ? "" : line[(colon + 2)..].Trim();
        switch (colon < 0 ? "" : line[..colon])
        {
            case "file":
                draft.File = value;
                break;
            case "suite":
                draft.Suite = value;
                break;
            case "equivalent":
                draft.Equivalent = value;
                break;
            case "fires":
                draft.Fires = value;
                break;
            default:
                throw new FormatException($"{where}: '{line}': expected [name], file:, suite:, equivalent:, fires:, '- ' with old text, " +
                    $"'+ ' with new text, # or nothing");
        }
    }

    private static void Close(string list, Draft? draft, List<Mutant> mutants)
    {
        if (draft is null)
        {
            return;
        }

        (string old, string changed) = (string.Join('\n', draft.Old), string.Join('\n', draft.New));
        string missing = draft.File.Length == 0 ? "file:" : draft.Suite.Length == 0
            ? "suite:"
            : old.Length == 0 ? "old text (lines with '- ')" : old == changed ? "new text that differs (lines with '+ ')" : "";
        if (missing.Length > 0)
        {
            throw new FormatException($"{draft.Where}: [{draft.Name}] has no {missing}");
        }

        string[] suite = draft.Suite.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        mutants.Add(new Mutant(list, draft.Name, draft.File, suite[0], suite[1..], old, changed, draft.Equivalent, draft.Fires));
    }

    private sealed class Draft
    {
        public string Name { get; init; } = "";

        public string Where { get; init; } = "";

        public string File { get; set; } = "";

        public string Suite { get; set; } = "";

        public string? Equivalent { get; set; }

        public string? Fires { get; set; }

        public List<string> Old { get; } = [];

        public List<string> New { get; } = [];
    }
}
