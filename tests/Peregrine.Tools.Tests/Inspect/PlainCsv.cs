using System.Text;

namespace Peregrine.Tools.Tests.Inspect;

/// <summary>RFC 4180 a character at a time: the slow and obvious reader.</summary>
internal static class PlainCsv
{
    public static List<string[]> Parse(string text)
    {
        List<string[]> lines = [];
        List<string> fields = [];
        StringBuilder field = new();
        bool isQuoted = false;
        for (int index = 0; index < text.Length; index++)
        {
            char value = text[index];
            if (isQuoted)
            {
                bool isDoubled = value == '"' && index + 1 < text.Length && text[index + 1] == '"';
                index += isDoubled ? 1 : 0;
                isQuoted = value != '"' || isDoubled;
                _ = isQuoted ? field.Append(value) : field;
                continue;
            }

            switch (value)
            {
                case '"':
                    isQuoted = true;
                    break;
                case ',' or '\n':
                    fields.Add(field.ToString());
                    _ = field.Clear();
                    if (value == '\n')
                    {
                        lines.Add([.. fields]);
                        fields.Clear();
                    }

                    break;
                default:
                    _ = field.Append(value);
                    break;
            }
        }

        Assert.True(!isQuoted && fields.Count == 0 && field.Length == 0, "the text ends with a whole line");
        return lines;
    }
}
