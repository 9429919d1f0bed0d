using Peregrine.Primitives;

namespace Peregrine.Tools.Match;

/// <summary>The tokens of one line, taken from front to back. White space, commas and equal signs separate; @ is a token of its own;
/// # begins a comment.</summary>
internal sealed class ScriptLine
{
    private readonly List<string> _tokens = [];
    private int _at;

    public ScriptLine(int number, string text)
    {
        Number = number;
        int comment = text.IndexOf('#', StringComparison.Ordinal);
        Text = (comment < 0 ? text : text[..comment]).Trim();
        Split(Text);
    }

    /// <summary>From 1.</summary>
    public int Number { get; }

    /// <summary>Without its comment.</summary>
    public string Text { get; }

    /// <summary>Whether every token is taken.</summary>
    public bool IsAtEnd => _at == _tokens.Count;

    /// <summary>The token that is next, as it is written; null at the end.</summary>
    public string? Next => _at < _tokens.Count ? _tokens[_at] : null;

    /// <summary>Takes the next token.</summary>
    /// <param name="expected">What it should be, for the error at the end of the line.</param>
    public string Take(string expected) => _at < _tokens.Count ? _tokens[_at++] : throw new ScriptFault($"the line ends, expected {expected}");

    /// <summary>Takes the next token when it is one of these words, in any case.</summary>
    public bool TryTake(params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
        {
            if (string.Equals(word, Next, StringComparison.OrdinalIgnoreCase))
            {
                _at++;
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes a word that stands for a value.</summary>
    /// <param name="what">"a phase".</param>
    public T TakeWord<T>((string Word, T Value)[] words, string what)
    {
        string token = Take(what);
        return ScriptWords.TryFind(words, token, out T value) ? value : throw Unknown(token, what, words.Select(word => word.Word));
    }

    /// <summary>Nothing may follow.</summary>
    public void End(IEnumerable<string> words)
    {
        if (Next is { } token)
        {
            throw Unknown(token, "the end of the line", words);
        }
    }

    /// <summary>The fault of a token that is not one of some words.</summary>
    public static ScriptFault Unknown(string token, string expected, IEnumerable<string> words)
    {
        string[] all = [.. words];
        string hint = NearName.Find(token, all) is { } near
            ? $"; did you mean '{near}'?"
            : all.Length is > 0 and <= 40 ? $": {ScriptWords.List(all)}" : "";
        return new ScriptFault($"found '{token}', expected {expected}{hint}");
    }

    private void Split(string text)
    {
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool isSeparator = i == text.Length || char.IsWhiteSpace(text[i]) || text[i] is ',' or '=' or '@';
            if (!isSeparator)
            {
                start = start < 0 ? i : start;
                continue;
            }

            if (start >= 0)
            {
                _tokens.Add(text[start..i]);
                start = -1;
            }

            if (i < text.Length && text[i] == '@')
            {
                _tokens.Add("@");
            }
        }
    }
}
