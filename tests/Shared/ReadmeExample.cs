using System.Runtime.CompilerServices;

namespace Peregrine.Testing;

/// <summary>Holds the examples of a README to the code of a test: what stands in the one is compiled and run in the other.</summary>
public static class ReadmeExample
{
    /// <summary>Every line of C# in the README stands in the calling test's file.</summary>
    /// <param name="assembly">Whose README, such as "Peregrine.Net".</param>
    public static void AssertStandsInThisFile(string assembly, [CallerFilePath] string testFile = "")
    {
        HashSet<string> compiled = [.. File.ReadLines(testFile).Select(Bare)];
        bool isCode = false;
        int lines = 0;
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "src", assembly, "README.md")))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isCode = line == "```csharp";
            }
            else if (isCode && line.Length > 0)
            {
                lines++;
                Assert.True(compiled.Contains(Bare(line)), $"the README of {assembly} has a line that no test compiles: {line}");
            }
        }

        Assert.True(lines > 0, $"the README of {assembly} has an example");
    }

    // In a test, the types of an example are nested, and private.
    private static string Bare(string line)
    {
        string trimmed = line.Trim();
        return trimmed.StartsWith("private sealed ", StringComparison.Ordinal) ? trimmed["private ".Length..] : trimmed;
    }
}
