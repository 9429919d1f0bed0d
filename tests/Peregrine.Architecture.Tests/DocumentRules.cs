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

    [GeneratedRegex(@"\]\(\s*<?(?<target>[^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(?<target>\S+)", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex(@"^[a-z][a-z+.-]*:", RegexOptions.IgnoreCase)]
    private static partial Regex OtherSite();
}
