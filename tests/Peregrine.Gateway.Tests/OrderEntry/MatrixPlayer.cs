using System.Globalization;
using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>Plays a scenario of the order state change matrices against a link.</summary>
internal sealed class MatrixPlayer(LinkRig rig, FixClient client, List<string> seen, string version = "FIX.4.4")
{
    private int _others;
    private int _taken;

    private List<string> Taken { get; } = [];

    /// <summary>Each line is "what is sent -> what must come"; what comes is put into the version's words first.</summary>
    public void Play(string name, string script, Func<string, string> inWords)
    {
        foreach (string line in script.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split("->", StringSplitOptions.TrimEntries);
            foreach (string step in parts[0].Split(';', StringSplitOptions.TrimEntries))
            {
                Send(step.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }

            string[] expected = [.. parts[1].Split('|', StringSplitOptions.TrimEntries).Select(inWords)];
            Assert.True(expected.SequenceEqual(Take()),
                $"{version}, {name}, {line}: expected {string.Join(" | ", expected)}, got {string.Join(" | ", Taken)}");
        }
    }

    private void Send(string[] step)
    {
        string more = step.FirstOrDefault(word => word.Contains('=', StringComparison.Ordinal)) ?? "";
        string[] words = [.. step.Where(word => word != more)];
        switch (words[0])
        {
            case "D":
                Send("D", $"11={words[1]}", $"1=A|55=TEST|54=1|38={words[2]}|40=2|44=100", more);
                break;
            case "G":
                Send("G", $"11={words[1]}|41={words[2]}", $"55=TEST|54=1|38={words[3]}|40=2|44=100", more);
                break;
            case "F":
                Send("F", $"11={words[1]}|41={words[2]}", version == "FIX.4.0" ? "125=F|55=TEST|54=1|38=100" : "55=TEST|54=1", more);
                break;
            case "H":
                Send("H", $"11={words[1]}", "55=TEST|54=1", more);
                break;
            default:
                // Somebody else.
                char time = words[0] == "fill" ? '3' : '0';
                Send("D", $"11=other{++_others}", $"1=B|55=TEST|54=2|38={words[1]}|40=2|44=100|59={time}", "");
                break;
        }
    }

    // The next messages about the orders of the scenario.
    private List<string> Take()
    {
        List<string> Mine() =>
            [.. seen.Where(message => Field(message, 35) is "8" or "9" or "j" or "3")
                .Where(message => !Field(message, 11).StartsWith("other", StringComparison.Ordinal))
                .Skip(_taken).Select(Text)];

        // Behind all of it an answer to something else, so that nothing that comes is missed.
        string end = $"other-end{++_others}";
        client.Send("H", $"11={end}|55=TEST|54=1|");
        rig.Pump(client, () => seen.Any(message => Field(message, 11) == end));
        Taken.Clear();
        Taken.AddRange(Mine());
        _taken += Taken.Count;
        return Taken;
    }

    // A field that is given replaces the one that the message has.
    private void Send(string type, string ids, string fields, string more)
    {
        string[] given = more.Split('|', StringSplitOptions.RemoveEmptyEntries);
        HashSet<string> tags = [.. given.Select(field => field.Split('=')[0])];
        IEnumerable<string> kept = fields.Split('|').Where(field => !tags.Contains(field.Split('=')[0]));
        IEnumerable<string> header = given.Where(field => field.StartsWith("97=", StringComparison.Ordinal));
        client.Send(type, string.Join('|', [.. header, ids, .. kept, .. given.Except(header)]));
    }

    private static string Text(string message) => Field(message, 35) switch
    {
        "8" => string.Join(' ', new[] { 35, 11, 41, 150, 39, 38, 14, 151, 32 }.Select(tag => Field(message, tag))),
        "9" => string.Join(' ', new[] { 35, 11, 41, 39, 102 }.Select(tag => Field(message, tag))),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Field(message, 35)} {Field(message, 58)}"),
    };
}
