using System.Text.RegularExpressions;

namespace Peregrine.Architecture.Tests;

/// <summary>A type of a source file: its words before the body, and whether the assembly alone sees it.</summary>
internal sealed record OutlinedType(string Name, bool IsInternal);

/// <summary>A member with a body in braces or behind an arrow.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Lines">How many lines it takes, its closing brace included.</param>
internal sealed record OutlinedFunction(string Name, int Line, int Lines);

/// <summary>A member as it is declared.</summary>
/// <param name="IsSeenByOthers">Whether an assembly that does not test this one may use it.</param>
internal sealed record OutlinedMember(string Name, bool IsSeenByOthers, string Declaration);

/// <summary>
/// What a source file is made of, by its braces: types and their members. It knows only as much of the language as the house style leaves;
/// what it cannot tell it leaves out.
/// </summary>
internal sealed partial class Outline
{
    private readonly string _text;

    private Outline(string text) => _text = text;

    public List<OutlinedType> Types { get; } = [];

    public List<OutlinedFunction> Functions { get; } = [];

    public List<OutlinedMember> Members { get; } = [];

    public static Outline Of(string source)
    {
        string blank = SourceRules.WithoutText(source);
        foreach (string line in blank.Split('\n').Where(line => line.StartsWith('#')))
        {
            blank = blank.Replace(line, new string(' ', line.Length), StringComparison.Ordinal);
        }

        Outline outline = new(blank);
        outline.Read(0, blank.Length, isInternal: false, isType: false);
        return outline;
    }

    // Walks the declarations between two places; the bodies of types are walked in turn, those of members are only measured.
    private void Read(int at, int end, bool isInternal, bool isType)
    {
        int start = at;
        while (at < end)
        {
            char letter = _text[at];
            if (letter is '(' or '[')
            {
                at = Behind(at, end);
            }
            else if (letter is ';')
            {
                Declare(start, at, isInternal, isType);
                start = ++at;
            }
            else if (letter is '{')
            {
                at = Body(start, at, end, isInternal, isType);
                start = at;
            }
            else
            {
                at++;
            }
        }
    }

    // A body in braces. What follows it on the way to a semicolon, as of an initializer, belongs to it.
    private int Body(int start, int open, int end, bool isInternal, bool isType)
    {
        string header = Brackets().Replace(Brackets().Replace(Brackets().Replace(_text[start..open], ""), ""), "");
        int behind = Behind(open, end);
        if (TypeHeader().Match(header) is { Success: true } type)
        {
            bool isHidden = isInternal || !Regex.IsMatch(header[..type.Index], @"\b(public|protected)\b");
            Types.Add(new OutlinedType(type.Groups["name"].Value, isHidden));
            if (type.Groups["kind"].Value != "enum")
            {
                Read(open + 1, behind - 1, isHidden, isType: true);
            }

            return behind;
        }

        if (Regex.IsMatch(header, @"^\s*namespace\b"))
        {
            Read(open + 1, behind - 1, isInternal, isType: false);
            return behind;
        }

        int last = behind;
        if (Regex.IsMatch(header, @"=>|(?<![=!<>])=(?!=)") || Regex.IsMatch(_text[behind..Math.Min(end, behind + 40)], @"^\s*(=(?!=)|;|\.)"))
        {
            while (last < end && _text[last] != ';')
            {
                last = _text[last] is '(' or '[' or '{' ? Behind(last, end) : last + 1;
            }

            last = Math.Min(end, last + 1);
        }

        Declare(start, last, isInternal, isType);
        return last;
    }

    private void Declare(int start, int stop, bool isInternal, bool isType)
    {
        string all = _text[start..stop];
        if (!isType)
        {
            if (TypeHeader().Match(all) is { Success: true } type && !all.Contains('{'))
            {
                Types.Add(new OutlinedType(type.Groups["name"].Value, !Regex.IsMatch(all[..type.Index], @"\b(public|protected)\b")));
            }

            return;
        }

        if (Member().Match(all) is not { Success: true } member)
        {
            if (TypeHeader().Match(all) is { Success: true } inner && !all.Contains('{'))
            {
                Types.Add(new OutlinedType(inner.Groups["name"].Value, true));
            }

            return;
        }

        string words = member.Groups["words"].Value;
        bool isSeen = !isInternal && Regex.IsMatch(words, @"\b(public|protected)\b");
        Members.Add(new OutlinedMember(member.Groups["name"].Value, isSeen, words.Trim()));
        if (member.Groups["after"].Value is "(" && Regex.IsMatch(all, @"\{|=>"))
        {
            int first = start + member.Groups["words"].Index;
            int line = _text.AsSpan(0, first).Count('\n') + 1;
            Functions.Add(new OutlinedFunction(member.Groups["name"].Value, line, _text.AsSpan(first, stop - first).Count('\n') + 1));
        }
    }

    // The place behind the bracket that closes the one here.
    private int Behind(int at, int end)
    {
        int depth = 0;
        for (; at < end; at++)
        {
            depth += _text[at] switch { '(' or '[' or '{' => 1, ')' or ']' or '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return at + 1;
            }
        }

        return end;
    }

    [GeneratedRegex(@"\b(?<kind>class|struct|interface|enum|record\s+struct|record\s+class|record|delegate\s+[\w.<>\[\]?, ]+?)" +
        @"\s+(?<name>[A-Z]\w*)\s*(?=[<({:;]|$|\s)")]
    private static partial Regex TypeHeader();

    [GeneratedRegex(@"\([^()\[\]]*\)|\[[^()\[\]]*\]")]
    private static partial Regex Brackets();

    // Attributes, modifiers, a type and a name; a constructor has no type.
    [GeneratedRegex(@"^\s*(?:\[[^\]]*\]\s*)*(?<words>(?:(?:public|private|protected|internal|static|readonly|const|sealed|override|virtual|" +
        @"abstract|partial|unsafe|async|new|ref|required|volatile|extern|event|fixed)\s+)+" +
        @"(?:[\w.:]+(?:<[^;={}()]*>)?[?\[\],*]*\s+|\([^()]*\)[?\[\]]*\s+)?)" +
        @"(?:[\w.<>]+\.)?(?<name>\w+)\s*(?:<[^()]*>)?\s*(?<after>\(|=>|=|\{|$)", RegexOptions.Singleline)]
    private static partial Regex Member();
}
