using Peregrine.Testing;

namespace Peregrine.Tools.Tests.Match;

/// <summary>What documents show of scripts is what they give; the samples expect what comes of them.</summary>
public sealed class MatchDocumentTests
{
    [Theory]
    [InlineData("docs/match-script.md", 5)]
    [InlineData("README.md", 1)]
    public void Document_EveryExample_GivesTheOutputBelowIt(string document, int count)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, document));
        int examples = 0;
        for (int at = Array.IndexOf(lines, "```match"); at >= 0; at = Array.IndexOf(lines, "```match", at + 1))
        {
            string script = Block(lines, at, out int end);
            string shown = Block(lines, end + 1, out _);
            Assert.True(lines[end + 1] is "```text" or "```json", $"{document}:{end + 2}: an example is followed by its output");

            string output = Played.Run(script, lines[end + 1] == "```json").Output;

            Assert.Equal(shown, output);
            examples++;
        }

        Assert.Equal(count, examples);
    }

    [Fact]
    public void Document_NamesEveryWordOfTheLanguage()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "docs/match-script.md"));
        string[] words =
        [
            .. Peregrine.Tools.Match.ScriptWords.Phases[..7].Select(word => word.Word),
                .. Peregrine.Tools.Match.ScriptWords.SelfTrades[..5].Select(word => word.Word),
            .. Peregrine.Tools.Match.ScriptWords.Times.Select(word => word.Word),
                .. Peregrine.Tools.Match.ScriptWords.Types.Select(word => word.Word),
            .. Peregrine.Tools.Match.ScriptWords.Owners.Select(word => word.Word), .. Peregrine.Tools.Match.MatchFact.Kinds.Select(word => word.Word),
        ];

        Assert.All(words, word => Assert.True(text.Contains($"`{word}", StringComparison.Ordinal)
            || text.Contains($"{word}`", StringComparison.Ordinal)
            || text.Contains($"\\|{word}", StringComparison.Ordinal), $"the document names {word}"));
    }

    [Fact]
    public void Samples_MeetWhatTheyExpect()
    {
        string[] samples = Directory.GetFiles(Path.Combine(Repository.Root, "samples/match"), "*.txt");
        Assert.True(samples.Length >= 4, "there are samples");
        Assert.All(samples, sample =>
        {
            (string output, int failures) = Played.Run(File.ReadAllText(sample));

            Assert.True(failures == 0, $"{sample}:\n{output}");
            Assert.Contains("expectations: ", output, StringComparison.Ordinal);
        });
    }

    private static string Block(string[] lines, int start, out int end)
    {
        end = Array.IndexOf(lines, "```", start + 1);
        return string.Concat(lines[(start + 1)..end].Select(line => line + "\n"));
    }
}
