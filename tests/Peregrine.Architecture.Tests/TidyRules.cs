using System.Globalization;
using System.Text.RegularExpressions;

namespace Peregrine.Architecture.Tests;

/// <summary>Rules that keep the house tidy. Each gives one line for each fault, and nothing when all is well.</summary>
internal static partial class TidyRules
{
    public const int LineLettersMax = 150;
    public const int FunctionLinesMax = 70;

    /// <summary>A line has at most 150 letters. Kept files, by name without folder, may have as many longer ones as the list says,
    /// and not fewer.</summary>
    public static IEnumerable<string> LinesAreShort(IEnumerable<TextFile> files, IReadOnlyDictionary<string, int> kept)
    {
        Dictionary<string, int> found = [];
        foreach (TextFile file in files)
        {
            string[] lines = file.Text.Split('\n');
            int[] faults = [.. Enumerable.Range(0, lines.Length).Where(index => lines[index].Length > LineLettersMax)];
            string name = file.Name.Split('/')[^1];
            found[name] = found.GetValueOrDefault(name) + faults.Length;
            foreach (int index in kept.ContainsKey(name) ? [] : faults)
            {
                yield return $"{file.Name}:{index + 1}: {lines[index].Length} letters, expected {LineLettersMax} at most; break it at a seam";
            }
        }

        foreach ((string name, int count) in kept)
        {
            if (found.GetValueOrDefault(name) != count)
            {
                yield return Ratchet($"{name} has {found.GetValueOrDefault(name)} lines over {LineLettersMax} letters", count,
                    found.GetValueOrDefault(name));
            }
        }
    }

    /// <summary>A function has at most 70 lines. Kept ones, as File.cs:Name, may be as long as the list says, and not shorter.</summary>
    public static IEnumerable<string> FunctionsFitAScreen(IEnumerable<TextFile> files, IReadOnlyDictionary<string, int> kept)
    {
        Dictionary<string, int> longest = [];
        foreach (TextFile file in files)
        {
            foreach (OutlinedFunction function in file.Outline.Functions.Where(function => function.Lines > FunctionLinesMax))
            {
                string key = $"{file.Name.Split('/')[^1]}:{function.Name}";
                longest[key] = Math.Max(longest.GetValueOrDefault(key), function.Lines);
                if (!kept.ContainsKey(key))
                {
                    yield return $"{file.Name}:{function.Line}: {function.Name} has {function.Lines} lines, expected {FunctionLinesMax} at most";
                }
            }
        }

        foreach ((string key, int lines) in kept)
        {
            if (longest.GetValueOrDefault(key) != lines)
            {
                yield return Ratchet($"{key} has {longest.GetValueOrDefault(key)} lines", lines, longest.GetValueOrDefault(key));
            }
        }
    }

    /// <summary>A member that only its own assembly sees is named somewhere else, too; kept ones are listed with their reason.</summary>
    /// <param name="files">Where members are looked for.</param>
    /// <param name="all">Where they may be named.</param>
    public static IEnumerable<string> MembersAreCalled(
        IEnumerable<TextFile> files, IEnumerable<TextFile> all, IReadOnlyDictionary<string, string> kept)
    {
        Dictionary<string, int> uses = [];
        foreach (Match word in all.SelectMany(file => Word().Matches(SourceRules.WithoutComments(file.Text))))
        {
            uses[word.Value] = uses.GetValueOrDefault(word.Value) + 1;
        }

        HashSet<string> dead = [];
        foreach (TextFile file in files)
        {
            Outline outline = file.Outline;
            foreach (OutlinedMember member in outline.Members.Where(member => !member.IsSeenByOthers && uses.GetValueOrDefault(member.Name) <= 1
                && !member.Declaration.Contains("override", StringComparison.Ordinal)))
            {
                _ = dead.Add(member.Name);
                if (!kept.ContainsKey(member.Name))
                {
                    yield return $"{file.Name}: nobody names {member.Name}: delete it, or list it with its reason";
                }
            }
        }

        foreach (string name in kept.Keys.Where(name => !dead.Contains(name)))
        {
            yield return $"{name} is listed as a member that nobody names, and is none";
        }
    }

    /// <summary>A file is named for a type in it: Type.cs, or Type.Part.cs.</summary>
    /// <param name="kept">Others, as folder/file, with their reason.</param>
    public static IEnumerable<string> FilesAreNamedForTypes(IEnumerable<TextFile> files, IReadOnlyDictionary<string, string> kept)
    {
        HashSet<string> found = [];
        foreach (TextFile file in files)
        {
            string[] parts = file.Name.Split('/');
            string expected = parts[^1].Split('.')[0];
            List<OutlinedType> types = file.Outline.Types;
            if (parts[^1] is "Program.cs" or "Usings.cs" or "AssemblyInfo.cs" || types.Any(type => type.Name == expected))
            {
                continue;
            }

            string key = $"{parts[^2]}/{parts[^1]}";
            _ = found.Add(key);
            if (!kept.ContainsKey(key))
            {
                yield return $"{file.Name}: there is no type {expected} in it, but {string.Join(", ", types.Take(4).Select(type => type.Name))}";
            }
        }

        foreach (string key in kept.Keys.Where(key => !found.Contains(key)))
        {
            yield return $"{key} is listed as a file without its type, and is none";
        }
    }

    /// <summary>
    /// The last member of an enumeration is a bound in the file of the enumeration only, where its table says so once: elsewhere a range or a length
    /// made of it would stay behind when a member is added.
    /// </summary>
    public static IEnumerable<string> LastMembersStayAtHome(IReadOnlyList<TextFile> files)
    {
        Dictionary<string, string> lastOf = [];
        Dictionary<string, HashSet<string>> homes = [];
        foreach (TextFile file in files)
        {
            foreach (Match word in Enumeration().Matches(SourceRules.WithoutText(file.Text)))
            {
                lastOf[word.Groups["name"].Value] = word.Groups["last"].Value;
                _ = homes.TryAdd(word.Groups["name"].Value, []);
                _ = homes[word.Groups["name"].Value].Add(file.Name);
            }
        }

        return
            from file in files
            from bound in Bound().Matches(SourceRules.WithoutText(file.Text))
            let name = bound.Groups["name"].Value
            where lastOf.GetValueOrDefault(name) == bound.Groups["member"].Value && !homes[name].Contains(file.Name)
            select $"{file.Name}: {bound.Value.Trim()}: the last member of {name} is a bound; name it in the file of {name}, and use that";
    }

    /// <summary>A list of names with numbers, one a line, as "name number"; lines that begin with # are remarks.</summary>
    public static IReadOnlyDictionary<string, int> Numbers(string text) => Lines(text)
        .ToDictionary(line => line[..line.LastIndexOf(' ')].Trim(),
            line => int.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    /// <summary>A list of names with reasons, one a line, as "name: reason"; lines that begin with # are remarks.</summary>
    public static IReadOnlyDictionary<string, string> Reasons(string text) => Lines(text)
        .ToDictionary(line => line.Split(": ")[0], line => line.Split(": ", 2)[1]);

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Where(line => line.Trim().Length > 0 && !line.StartsWith('#'));

    private static string Ratchet(string found, int kept, int now) => now > kept
        ? $"{found}, the kept list has {kept}: it may only shrink"
        : $"{found}, the kept list has {kept}: write {(now == 0 ? "it out of the list" : now.ToString(CultureInfo.InvariantCulture))}";

    [GeneratedRegex(@"\benum\s+(?<name>\w+)[^{;]*\{(?:[^{}]*?[,\s])??(?<last>\w+)(?:\s*=[^,{}]*)?,?\s*\}")]
    private static partial Regex Enumeration();

    [GeneratedRegex(@"(?<![=<])[<>]=?\s*(?:\(\w+\)\s*)?(?<name>\w+)\.(?<member>\w+)\b|(?:\(\w+\)\s*)(?<name>\w+)\.(?<member>\w+)\s*[+]")]
    private static partial Regex Bound();

    [GeneratedRegex(@"\b[A-Za-z_]\w*\b")]
    private static partial Regex Word();
}
