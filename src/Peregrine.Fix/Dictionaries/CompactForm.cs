using System.Globalization;

namespace Peregrine.Fix.Dictionaries;

/// <summary>Reads our own form: a line for each field, component and message. docs/fix-dictionaries.md describes it.</summary>
internal static class CompactForm
{
    /// <summary>First line of a dictionary of this form.</summary>
    public const string FirstLine = "peregrine-fix-dictionary 1";

    private const char Separator = ' ';

    /// <summary>Reads a dictionary; what is wrong is in its faults.</summary>
    public static DictionarySource Read(TextReader reader)
    {
        DictionarySource source = new();
        int number = 1;
        if (reader.ReadLine() != FirstLine)
        {
            source.Blame($"line 1: expected \"{FirstLine}\"", 1);
            return source;
        }

        while (reader.ReadLine() is { } line)
        {
            number++;
            if (line.Length > 0 && line[0] != '#' && !TryLine(source, line, number))
            {
                source.Blame(string.Create(CultureInfo.InvariantCulture, $"line {number}: \"{Short(line)}\" is no line of a dictionary"), number);
            }
        }

        return source;
    }

    private static bool TryLine(DictionarySource source, string line, int number)
    {
        string[] words = line.Split(Separator, StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "version" when words.Length == 2:
                source.Version = words[1];
                return true;
            case "f" when words.Length >= 4 && TryTag(words[1], out int tag):
                source.Fields.Add(new SourceField(tag, words[2], words[3], [.. words.Skip(4).Select(ToValue)], number));
                return true;
            case "c" when words.Length >= 2:
                return source.Components.TryAdd(words[1], []) && TryMembers(line, 2, source.Components[words[1]], number);
            case "h":
                return TryMembers(line, 1, source.Header, number);
            case "t":
                return TryMembers(line, 1, source.Trailer, number);
            case "m" when words.Length >= 4 && words[3] is "session" or "application":
                List<SourceMember> members = [];
                source.Messages.Add(new SourceMessage(words[1], words[2], words[3] == "session", members, number));
                return TryMembers(line, 4, members, number);
            default:
                return false;
        }
    }

    // 1=Buy; a space in a value is written as ~.
    private static FixValue ToValue(string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        string value = (equals <= 0 ? word : word[..equals]).Replace('~', Separator);
        return new FixValue(value, equals <= 0 ? "" : word[(equals + 1)..]);
    }

    // 11! 453!(448 447 @Other) @Parties!
    private static bool TryMembers(string line, int skippedWords, List<SourceMember> members, int number)
    {
        int at = 0;
        for (int word = 0; word < skippedWords; word++)
        {
            int end = line.IndexOf(Separator, at);
            at = end < 0 ? line.Length : end + 1;
        }

        return TryMembers(line, ref at, members, number, isGroup: false);
    }

    private static bool TryMembers(string line, ref int at, List<SourceMember> members, int number, bool isGroup)
    {
        while (at < line.Length)
        {
            if (line[at] == Separator)
            {
                at++;
                continue;
            }

            if (line[at] == ')')
            {
                at++;
                return isGroup;
            }

            int end = line.AsSpan(at).IndexOfAny(" ()!");
            end = end < 0 ? line.Length : at + end;
            string name = line[at..end];
            at = end;
            bool isRequired = at < line.Length && line[at] == '!';
            at += isRequired ? 1 : 0;
            bool isComponent = name.StartsWith('@');
            int tag = 0;
            if (!isComponent && !TryTag(name, out tag))
            {
                return false;
            }

            List<SourceMember>? group = null;
            if (at < line.Length && line[at] == '(')
            {
                at++;
                group = [];
                if (isComponent || !TryMembers(line, ref at, group, number, isGroup: true))
                {
                    return false;
                }
            }

            members.Add(new SourceMember(tag, isComponent ? name[1..] : null, isRequired, group, number));
        }

        return !isGroup;
    }

    private static bool TryTag(string text, out int tag) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out tag) && tag > 0;

    private static string Short(string line) => line.Length <= 60 ? line : line[..60] + "...";
}
