using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Peregrine.Testing;

/// <summary>Holds the examples of a README to the code of a test: what stands in the one is run in the other. That an example compiles as it
/// stands, with its using lines, is the business of ReadmeCompilationTests.</summary>
public static partial class ReadmeExample
{
    /// <summary>Every line of C# in the README stands in the calling test's file, however broken, using lines aside.</summary>
    /// <param name="assembly">Whose README, such as "Peregrine.Net".</param>
    /// <param name="except">Names of variables, with spaces: the test has others of its own, such as a path of a file that goes again.</param>
    public static void AssertStandsInThisFile(string assembly, string except = "", [CallerFilePath] string testFile = "")
    {
        string compiled = Squeeze(File.ReadAllText(testFile));
        string[] own = except.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int lines = 0;
        foreach (string line in Blocks(assembly).SelectMany(block => block).Where(line => line.Length > 0 && !IsUsing(line)))
        {
            lines++;
            bool isOwn = Declaration().Match(line) is { Success: true } declared && own.Contains(declared.Groups[1].Value);
            bool isRun = isOwn || compiled.Contains(Squeeze(line), StringComparison.Ordinal);
            Assert.True(isRun, $"the README of {assembly} has a line that no test runs: {line}");
        }

        Assert.True(lines > 0, $"the README of {assembly} has an example");
    }

    /// <summary>The blocks of C# in a README, line by line.</summary>
    public static List<List<string>> Blocks(string assembly)
    {
        List<List<string>> blocks = [];
        bool isCode = false;
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "src", assembly, "README.md")))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isCode = line == "```csharp";
                if (isCode)
                {
                    blocks.Add([]);
                }
            }
            else if (isCode)
            {
                blocks[^1].Add(line);
            }
        }

        return blocks;
    }

    /// <summary>Whether a line names a namespace.</summary>
    public static bool IsUsing(string line) => Using().IsMatch(line);

    // Where a line is broken is the style of either place.
    private static string Squeeze(string text) => string.Concat(text.Where(character => !char.IsWhiteSpace(character)));

    [GeneratedRegex(@"^using (static )?[\w.]+;$")]
    private static partial Regex Using();

    [GeneratedRegex(@"^(?:using )?[\w<>\[\]]+ (\w+) = ")]
    private static partial Regex Declaration();
}
