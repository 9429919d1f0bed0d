using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Documents;

/// <summary>What a user does first: an example out of a README into a fresh console project that references our assemblies.</summary>
public sealed partial class ReadmeCompilationTests : IDisposable
{
    private const int TimeoutMs = 300_000;

    // Everything as `dotnet new console` has it, with its warnings as errors: they would be the user's.
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
          </PropertyGroup>
          <ItemGroup>
            <Reference Include="ASSEMBLIES/Peregrine.*.dll" />
            <Reference Include="ASSEMBLIES/System.CommandLine.dll" />
          </ItemGroup>
        </Project>
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryExample_OfEveryReadme_CompilesAsItStands_WithoutAWarning()
    {
        string[] assemblies = [.. Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder))
            .Order(StringComparer.Ordinal)];
        int programs = 0;
        foreach (string assembly in assemblies.Where(assembly => ReadmeExample.Blocks(assembly).Count > 0))
        {
            foreach (List<string> program in Programs(ReadmeExample.Blocks(assembly)))
            {
                programs++;
                _ = _folder.Write(Wrap(program, $"Example{programs}"), $"{assembly}.{programs}.cs");
            }
        }

        _ = _folder.Write("Console.WriteLine();\n", "Program.cs");
        string project = _folder.Write(Project.Replace("ASSEMBLIES", Path.GetDirectoryName(CommandProcess.Dll), StringComparison.Ordinal),
            "Fresh.csproj");

        (int exitCode, string output) = Build(project);

        Assert.True(programs >= 18, $"{programs} examples were found");
        Assert.True(exitCode == 0, string.Join('\n', output.Split('\n').Where(line => line.Contains(": error", StringComparison.Ordinal))
            .Distinct()));
    }

    // A block that begins with using lines begins a program; one without goes on with the one before.
    private static List<List<string>> Programs(List<List<string>> blocks)
    {
        List<List<string>> programs = [];
        foreach (List<string> block in blocks)
        {
            if (programs.Count == 0 || ReadmeExample.IsUsing(block[0]))
            {
                programs.Add([]);
            }

            programs[^1].AddRange(block);
        }

        return programs;
    }

    // One build for all: each program is a method in a namespace of its own.
    private static string Wrap(List<string> program, string name)
    {
        StringBuilder usings = new();
        StringBuilder statements = new();
        StringBuilder types = new();
        bool isType = false;
        foreach (string line in program)
        {
            isType |= TypeStart().IsMatch(line);
            _ = (ReadmeExample.IsUsing(line) ? usings : isType ? types : statements).AppendLine(line);
            isType &= line != "}";
        }

        string method = statements.ToString().Contains("await ", StringComparison.Ordinal) ? "static async Task Run()" : "static void Run()";
        return $"namespace {name}\n{{\n{usings}\nstatic class Example\n{{\n{method}\n{{\n{statements}}}\n}}\n\n{types}}}\n";
    }

    private static (int ExitCode, string Output) Build(string project)
    {
        ProcessStartInfo info = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(project)! };
        foreach (string argument in (string[])["build", project, "--nologo", "-v", "quiet", "-nodeReuse:false", "-p:NuGetAudit=false"])
        {
            info.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(info)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeoutMs), "the build ends");
        return (process.ExitCode, output + error.Result);
    }

    [GeneratedRegex(@"^((public|internal|sealed|static|abstract|readonly) )*(class|record|struct|interface|enum) ")]
    private static partial Regex TypeStart();
}
