using System.Globalization;
using System.Text;
using Peregrine.Cli;

namespace Peregrine.Tools.Match;

/// <summary>A script from a file or standard input.</summary>
internal static class ScriptFile
{
    /// <summary>What stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Reads and parses.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static IReadOnlyList<ScriptError> Read(string path, out ScriptProgram program)
    {
        try
        {
            using TextReader reader = path == StandardInput ? Console.In : new StreamReader(path, Encoding.UTF8);
            return ScriptParser.Parse(reader, out program);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: cannot be read: {fault.Message.TrimEnd('.')}; give a script, or - for standard input");
        }
    }

    /// <summary>Writes every error as file:line: what is wrong.</summary>
    public static void WriteErrors(TextWriter output, string path, IReadOnlyList<ScriptError> errors)
    {
        string name = path == StandardInput ? "standard input" : path;
        foreach (ScriptError error in errors)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}:{error.Line}: {error.Message}"));
        }
    }
}
