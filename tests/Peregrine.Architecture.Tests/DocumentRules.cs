using System.Text.RegularExpressions;

namespace Peregrine.Architecture.Tests;

/// <summary>Rules on documents. Each gives one line for each fault, and nothing when all is well.</summary>
internal static partial class DocumentRules
{
    /// <summary>A link to a file of the repository points at one that is there; links to other sites are not looked at.</summary>
    /// <param name="has">Whether a file or folder of this name, from the root, is there.</param>
    public static IEnumerable<string> LinksLead(IEnumerable<TextFile> documents, Func<string, bool> has) =>
        from document in documents
        from link in Link().Matches(Code().Replace(document.Text, "")).Select(match => match.Groups["target"].Value)
        where !OtherSite().IsMatch(link) && !link.StartsWith('#')
        let target = Resolve(document.Name, Uri.UnescapeDataString(link.Split('#')[0]))
        where target is null || !has(target)
        select $"{document.Name}: the link {link} leads nowhere";

    /// <summary>
    /// What a document names in code marks is there: a path of the repository, a file by its name, an assembly or namespace, a type or member of
    /// two words or more. Names of the world outside are listed with their reason.
    /// </summary>
    /// <param name="has">Whether a file or folder of this name, from the root, is there.</param>
    /// <param name="fileNames">Names of all files, without folders.</param>
    /// <param name="words">Every word and every dotted name of the sources.</param>
    public static IEnumerable<string> NamesAreThere(IEnumerable<TextFile> documents, Func<string, bool> has, IReadOnlySet<string> fileNames,
        IReadOnlySet<string> words, IReadOnlyDictionary<string, string> outside)
    {
        foreach (TextFile document in documents)
        {
            foreach (string name in Inline().Matches(Fenced().Replace(document.Text, "")).Select(match => match.Groups["name"].Value))
            {
                bool isThere = OwnPath().IsMatch(name) ? has(name.TrimEnd('/'))
                    : OwnFile().IsMatch(name) ? fileNames.Contains(name)
                    : OwnSpace().IsMatch(name) ? words.Contains(name)
                    : !TypeOrMember().IsMatch(name) || Word().Matches(name.Split('(')[0]).All(word => words.Contains(word.Value));
                if (!isThere && !outside.ContainsKey(name))
                {
                    yield return $"{document.Name}: `{name}` is nowhere in the repository; name what is there now";
                }
            }
        }
    }

    /// <summary>Every word and every dotted name of a text.</summary>
    public static IEnumerable<string> Words(string text) => Word().Matches(text).Concat(Dotted().Matches(text)).Select(match => match.Value);

    // The name from the root; null when it leaves the repository.
    private static string? Resolve(string document, string link)
    {
        List<string> parts = [.. document.Split('/')[..^1]];
        if (link.StartsWith('/'))
        {
            return null;
        }

        foreach (string part in link.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count == 0)
            {
                return null;
            }
            else
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }

        return string.Join('/', parts);
    }

    [GeneratedRegex(@"^```[\s\S]*?^```|`[^`\n]*`(?!\])", RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(@"^```[\s\S]*?^```", RegexOptions.Multiline)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"`(?<name>[^`\n]+)`")]
    private static partial Regex Inline();

    [GeneratedRegex(@"^(src|tests|docs|bench|samples|schemas|eng|native|deploy)/[\w./-]*$")]
    private static partial Regex OwnPath();

    [GeneratedRegex(@"^[\w.-]+\.(cs|mutants|proto|csproj|slnx|props)$")]
    private static partial Regex OwnFile();

    [GeneratedRegex(@"^Peregrine(\.[A-Z]\w*)+$")]
    private static partial Regex OwnSpace();

    [GeneratedRegex(@"^[A-Z][a-z0-9]+[A-Z]\w*(\.[A-Z]\w*|\(.*\))*$|^I[A-Z][a-z]\w*$")]
    private static partial Regex TypeOrMember();

    [GeneratedRegex(@"[A-Za-z_]\w*")]
    private static partial Regex Word();

    [GeneratedRegex(@"Peregrine(\.[A-Z]\w*)+")]
    private static partial Regex Dotted();

    [GeneratedRegex(@"\]\(\s*<?(?<target>[^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(?<target>\S+)", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex(@"^[a-z][a-z+.-]*:", RegexOptions.IgnoreCase)]
    private static partial Regex OtherSite();
}
