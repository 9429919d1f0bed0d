using System.Text;
using System.Text.RegularExpressions;

namespace Peregrine.Packages.Tests;

/// <summary>An example of a README, as a user would copy it.</summary>
/// <param name="Name">Its library and number, such as Peregrine.Net.1.</param>
internal sealed partial record ReadmeProgram(string Name, string Library, IReadOnlyList<string> Lines)
{
    /// <summary>The program as a file: types stand behind the statements, also those between two blocks.</summary>
    public string Text
    {
        get
        {
            (string usings, string statements, string types) = Split();
            return $"{usings}\n{statements}\n{types}";
        }
    }

    /// <summary>The namespaces that it uses.</summary>
    public IEnumerable<string> Usings => Lines.Where(ReadmeExample.IsUsing).Select(line => line["using ".Length..^1]);

    /// <summary>Whether it brings a .NET host of its own.</summary>
    public bool IsHost => Usings.Contains("Microsoft.Extensions.Hosting");

    /// <summary>The examples in the README of a library: a block that begins with using lines begins one, a block without goes on with it.</summary>
    public static IEnumerable<ReadmeProgram> Of(string library)
    {
        List<List<string>> programs = [];
        foreach (List<string> block in ReadmeExample.Blocks(library))
        {
            if (programs.Count == 0 || ReadmeExample.IsUsing(block[0]))
            {
                programs.Add([]);
            }

            programs[^1].AddRange(block);
        }

        return programs.Select((lines, index) => new ReadmeProgram($"{library}.{index + 1}", library, lines));
    }

    /// <summary>The program as a method of a namespace of its own, so that many fit into one project.</summary>
    /// <param name="space">The namespace; what is to be run is its Example.Run.</param>
    public string AsMethod(string space)
    {
        (string usings, string statements, string types) = Split();
        string kind = statements.Contains("await ", StringComparison.Ordinal) ? "async Task" : "void";
        return $"namespace {space}\n{{\n{usings}\nstatic class Example\n{{\npublic static {kind} Run()\n{{\n{statements}}}\n}}\n\n{types}}}\n";
    }

    private (string Usings, string Statements, string Types) Split()
    {
        StringBuilder usings = new();
        StringBuilder statements = new();
        StringBuilder types = new();
        bool isType = false;
        foreach (string line in Lines)
        {
            isType |= TypeStart().IsMatch(line);
            _ = (ReadmeExample.IsUsing(line) ? usings : isType ? types : statements).AppendLine(line);
            isType &= line != "}" && !(TypeStart().IsMatch(line) && line.EndsWith(';') && !line.StartsWith('['));
        }

        return (usings.ToString(), statements.ToString(), types.ToString());
    }

    [GeneratedRegex(@"^\[\w+\(|^((public|internal|sealed|static|abstract|readonly|partial) )*(class|record|struct|interface|enum) ")]
    private static partial Regex TypeStart();
}
