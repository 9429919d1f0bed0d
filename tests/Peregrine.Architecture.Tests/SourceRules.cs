using System.Text.RegularExpressions;

namespace Peregrine.Architecture.Tests;

/// <summary>Rules on source text, comments aside. Each gives one line for each fault, and nothing when all is well.</summary>
internal static partial class SourceRules
{
    public const int LinesMax = 500;

    /// <summary>Native calls are in Peregrine.Linux and nowhere else.</summary>
    public static IEnumerable<string> NativeCallsAreAtHome(IEnumerable<TextFile> files) =>
        Find(files.Where(file => file.Assembly != "Peregrine.Linux"), NativeCall(), "a native call outside Peregrine.Linux");

    /// <summary>The assembly sees no socket, thread, clock, file or random source.</summary>
    public static IEnumerable<string> AssemblyIsPure(IEnumerable<TextFile> files, string assembly) =>
        Find(files.Where(file => file.Assembly == assembly), Impurity(), "not pure: take it as an argument");

    /// <summary>Files in one folder of Peregrine.Trading use no names of another one.</summary>
    public static IEnumerable<string> FolderDoesNotUse(IEnumerable<TextFile> files, string folder, string forbidden) =>
        Find(files.Where(file => file.Assembly == "Peregrine.Trading" && file.Folder == folder),
            new Regex($@"\b(Trading\.|using\s+(static\s+)?){forbidden}\b"), $"{folder} may not use {forbidden}");

    /// <summary>What is logged from layer 4 up is a message of an ILogger, made at compile time: no callback takes lines but those that are
    /// listed with their reason. Lines of progress are none: they are what a person at a terminal waits for.</summary>
    public static IEnumerable<string> LogsAreLoggers(IEnumerable<TextFile> files, IReadOnlyList<Project> projects,
        IReadOnlyDictionary<string, string> listed)
    {
        HashSet<string> high = [.. projects.Where(project => project.Layer >= ProjectRules.FirstLayerWithPackages).Select(project => project.Name)];
        List<(string File, string Fault)> found = [.. from file in files
            where high.Contains(file.Assembly)
            from fault in Find([file], LineCallback(), "a callback for lines: log by ILogger and [LoggerMessage], or list it here with its reason")
            select (file.Name, fault)];
        return found.Where(one => !listed.ContainsKey(one.File)).Select(one => one.Fault)
            .Concat(listed.Keys.Except(found.Select(one => one.File)).Select(name => $"{name} is listed and takes no lines"));
    }

    /// <summary>A file has at most 500 lines.</summary>
    public static IEnumerable<string> FilesAreShort(IEnumerable<TextFile> files) =>
        from file in files
        let lines = file.Text.TrimEnd('\n').Split('\n').Length
        where lines > LinesMax
        select $"{file.Name}: {lines} lines, expected {LinesMax} at most; look for a second idea";

    /// <summary>The text with its comments blanked; strings stay, because an interpolated one has code in it.</summary>
    public static string WithoutComments(string text) => StringOrComment().Replace(text, match =>
        match.Value.StartsWith('/') ? new string('\n', match.Value.Count(letter => letter == '\n')) : match.Value);

    /// <summary>The text with comments and the insides of strings blanked, each letter at its place.</summary>
    public static string WithoutText(string text) => StringOrComment().Replace(text, match =>
        string.Create(match.Length, match.Value, static (target, value) =>
        {
            for (int index = 0; index < target.Length; index++)
            {
                target[index] = value[index] == '\n' ? '\n' : ' ';
            }
        }));

    private static IEnumerable<string> Find(IEnumerable<TextFile> files, Regex sought, string fault)
    {
        foreach (TextFile file in files)
        {
            string[] lines = WithoutComments(file.Text).Split('\n');
            for (int index = 0; index < lines.Length; index++)
            {
                if (sought.Match(lines[index]) is { Success: true } match)
                {
                    yield return $"{file.Name}:{index + 1}: {match.Value}: {fault}";
                }
            }
        }
    }

    [GeneratedRegex("\"\"\"[\\s\\S]*?\"\"\"|@\\$?\"(?:[^\"]|\"\")*\"|\\$@\"(?:[^\"]|\"\")*\"|\"(?:\\\\.|[^\"\\\\\\n])*\"" +
        "|'(?:\\\\.|[^'\\\\\\n])+'|//[^\\n]*|/\\*[\\s\\S]*?\\*/")]
    private static partial Regex StringOrComment();

    [GeneratedRegex(@"\bAction<string>(?!\??\s+[pP]rogress\b)")]
    private static partial Regex LineCallback();

    [GeneratedRegex(@"\b(DllImport|LibraryImport|NativeLibrary|GetDelegateForFunctionPointer)\b|\bdelegate\s*\*\s*unmanaged\b|" +
        @"\bextern\s+(?!alias\b)")]
    private static partial Regex NativeCall();

    [GeneratedRegex(@"\bSystem\.(Net|IO|Threading|Timers|Security\.Cryptography)\b|" +
        @"\b(Thread|ThreadPool|Task|Timer|Interlocked|Socket|Stopwatch|TimeProvider|PeriodicTimer|" +
        @"Random|RandomNumberGenerator)\b(?=\s*[.(<?]|\s+_?\w)|" +
        @"\bDateTime(Offset)?\.(Now|UtcNow|Today)\b|\bClock\.(MonotonicNs|UnixNs)\b|\bEnvironment\.TickCount|\bGuid\.(NewGuid|CreateVersion7)\b|" +
        @"\b(File|Directory|FileInfo|DirectoryInfo|FileStream|StreamReader|StreamWriter)\b(?=\s*[.(]|\s+_?\w)")]
    private static partial Regex Impurity();
}
