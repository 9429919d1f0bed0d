using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Generator.Tests;

/// <summary>Messages at random, right by a dictionary; the same for the same seed.</summary>
/// <param name="dictionary">Says what is in a message.</param>
internal sealed class RandomMessages(FixDictionary dictionary, int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>A message of a type: required fields, and of the others some.</summary>
    /// <param name="density">How many of the others, of 100.</param>
    public MessageNode Next(FixMessageType type, int density)
    {
        MessageNode node = new();
        Fill(node, dictionary.Header, density, isEntry: false);
        Fill(node, type.Body, density, isEntry: false);
        return node;
    }

    private void Fill(MessageNode node, FixFieldSet set, int density, bool isEntry)
    {
        // What a group before it could take for its own would not be where it was meant.
        HashSet<int> ofGroups = [];
        for (int place = 0; place < set.Members.Count; place++)
        {
            FixMember member = set.Members[place];
            int tag = member.Field.Tag;
            bool isWanted = member.IsRequired || (isEntry && place == 0) || (_random.Next(100) < density && !ofGroups.Contains(tag));
            if (!isWanted || node.Has(tag) || tag is 8 or 9 or 10 or 35 || (member.Field.Type == FixType.Data && !member.IsRequired))
            {
                continue;
            }

            if (member.Group is { } group)
            {
                int count = _random.Next(member.IsRequired ? 1 : 0, 4);
                List<MessageNode> entries = [.. Enumerable.Range(0, count).Select(_ => Entry(group, density / 2))];
                node.Add(tag, $"{entries.Count}", entries);
                AddTags(group, ofGroups);
            }
            else if (dictionary.DataOf(tag) is > 0 and int data && place + 1 < set.Members.Count && set.Members[place + 1].Field.Tag == data)
            {
                string bytes = Letters(_random.Next(1, 20), "ab|=8,10=1");
                node.Add(tag, $"{bytes.Length}");
                node.Add(data, bytes);
            }
            else if (dictionary.DataOf(tag) == 0)
            {
                node.Add(tag, ValueOf(member.Field));
            }
        }
    }

    private MessageNode Entry(FixFieldSet group, int density)
    {
        MessageNode node = new();
        Fill(node, group, density, isEntry: true);
        return node;
    }

    private static void AddTags(FixFieldSet group, HashSet<int> tags)
    {
        foreach (FixMember member in group.Members)
        {
            _ = tags.Add(member.Field.Tag);
            if (member.Group is { } inner)
            {
                AddTags(inner, tags);
            }
        }
    }

    private string ValueOf(FixField field)
    {
        if (field.Values.Count > 0)
        {
            int count = field.Type == FixType.Multiple ? _random.Next(1, 4) : 1;
            return string.Join(' ', Enumerable.Range(0, count).Select(_ => field.Values[_random.Next(field.Values.Count)].Value));
        }

        string sign = _random.Next(3) == 0 ? "-" : "";
        return field.Type switch
        {
            FixType.Int => sign + Digits(_random.Next(1, 19)),
            FixType.Length or FixType.SeqNum => Digits(_random.Next(1, 19)),
            FixType.Decimal => sign + Digits(_random.Next(1, 10)) + (_random.Next(2) == 0 ? "" : "." + Digits(_random.Next(0, 9))),
            FixType.Boolean => _random.Next(2) == 0 ? "Y" : "N",
            FixType.Character => Letters(1, "abcXYZ019-"),
            FixType.Timestamp => $"{Date()}-{Time()}",
            FixType.Date => Date(),
            FixType.Time => Time(),
            FixType.MonthYear => Date()[..6],
            FixType.DayOfMonth => $"{_random.Next(1, 32)}",
            _ => Letters(_random.Next(1, 12), "abcdefghXYZ 0123456789=-.,"),
        };
    }

    private string Date() => $"{_random.Next(1970, 2200)}{_random.Next(1, 13):00}{_random.Next(1, 29):00}";

    private string Time() => $"{_random.Next(24):00}:{_random.Next(60):00}:{_random.Next(60):00}" +
        _random.Next(4) switch { 0 => "", 1 => "." + Digits(3), 2 => "." + Digits(6), _ => "." + Digits(9) };

    private string Digits(int count) => Letters(count, "0123456789");

    private string Letters(int count, string of) => string.Create(count, (_random, of), static (target, state) =>
    {
        for (int at = 0; at < target.Length; at++)
        {
            target[at] = state.of[state._random.Next(state.of.Length)];
        }
    });
}
