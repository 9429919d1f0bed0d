using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Tests.Messages;

/// <summary>What is fast beside what is plain: the same answers.</summary>
public class FastPathTests
{
    public static TheoryData<string> Versions => ["FIX.4.0", "FIX.4.4", "FIXT.1.1"];

    [Theory]
    [MemberData(nameof(Versions))]
    public void Find_OfEverySetAndTag_IsThePlaceInItsMembers(string version)
    {
        FixDictionary dictionary = FixDictionaries.Find(version, "9")!;
        HashSet<FixFieldSet> sets = [];
        foreach (FixFieldSet set in dictionary.Messages.Select(message => message.Body).Append(dictionary.Header).Append(dictionary.Trailer))
        {
            Add(set, sets);
        }

        int[] tags = [.. dictionary.Fields.Select(field => field.Tag), .. new[] { 0, -1, int.MinValue, int.MaxValue, 5001, 99_999 }];
        foreach (FixFieldSet set in sets)
        {
            Dictionary<int, int> places = set.Members.Index().ToDictionary(member => member.Item.Field.Tag, member => member.Index);
            foreach (int tag in tags)
            {
                Assert.True(set.Find(tag) == places.GetValueOrDefault(tag, -1), $"tag {tag} of the set that begins with {set.Members[0].Field.Name}");
            }

            foreach (int place in places.Values)
            {
                Assert.Equal(set[place].Field.Allows("1"u8), set.Cells[place].Allows("1"u8));
                Assert.Equal(set[place].Field.Allows("~"u8), set.Cells[place].Allows("~"u8));
                Assert.Equal(set[place].Field.Allows("\u00E9"u8[..1]), set.Cells[place].Allows("\u00E9"u8[..1]));
                Assert.Equal(set[place].Field.Allows("1 2"u8), set.Cells[place].Allows("1 2"u8));
            }
        }

        Assert.True(sets.Count > 20, $"{sets.Count} sets");
    }

    [Fact]
    public void MessageOf_EveryType_IsItself()
    {
        FixDictionary dictionary = FixDictionaries.Fix50Sp2;

        Assert.All(dictionary.Messages, message => Assert.Same(message, dictionary.MessageOf(Encoding.ASCII.GetBytes(message.MsgType))));
        Assert.Null(dictionary.MessageOf("~"u8));
        Assert.Null(dictionary.MessageOf([0xFF]));
        Assert.Null(dictionary.MessageOf([]));
    }

    [Fact]
    public void TryTimestamp_OfDamagedOnes_IsWhatDotNetReads()
    {
        const string Letters = "0123456789-:.x";
        string[] good =
            ["20260131-23:59:60", "20240229-00:00:00.123", "20230228-12:30:30.123456", "19700101-00:00:00.123456789", "22001231-23:59:59"];
        int read = 0;
        for (int seed = 0; seed < 40_000; seed++)
        {
            Random random = new(seed);
            byte[] text = Encoding.ASCII.GetBytes(good[seed % good.Length]);
            for (int change = random.Next(3); change > 0; change--)
            {
                text[random.Next(text.Length)] = (byte)Letters[random.Next(Letters.Length)];
            }

            byte[] cut = text[..^random.Next(2)];
            bool isRead = FixText.TryTimestamp(cut, out long unixNs);
            Assert.True((isRead ? unixNs : -1) == SlowTimestamp(Encoding.ASCII.GetString(cut)), $"seed {seed}: {Encoding.ASCII.GetString(cut)}");
            read += isRead ? 1 : 0;
        }

        Assert.InRange(read, 10_000, 39_000);
    }

    // -1 for what is none.
    private static long SlowTimestamp(string text)
    {
        bool isLeap = text.Length >= 17 && text[14..17] == ":60";
        string second = isLeap ? $"{text[..14]}:59" : text[..Math.Min(17, text.Length)];
        bool hasForm = Regex.IsMatch(text, @"^\d{8}-\d\d:\d\d:\d\d(\.(\d{3}|\d{6}|\d{9}))?$");
        return hasForm && DateTime.TryParseExact(second, "yyyyMMdd-HH:mm:ss", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time) && time.Year is >= 1970 and <= 2200
            ? ((time - DateTime.UnixEpoch).Ticks * 100) + (isLeap ? 1_000_000_000 : 0)
                + (text.Length > 18 ? long.Parse(text[18..].PadRight(9, '0'), CultureInfo.InvariantCulture) : 0)
            : -1;
    }

    [Fact]
    public void WriteNumber_AroundEveryLength_IsWhatDotNetWrites()
    {
        byte[] target = new byte[20];
        List<long> numbers = [0, long.MinValue, long.MaxValue, uint.MaxValue, uint.MaxValue + 1L];
        for (long power = 1; power < long.MaxValue / 10; power *= 10)
        {
            numbers.AddRange([power, power - 1, power + 1, -power, power * 7]);
        }

        numbers.AddRange(Enumerable.Range(0, 10_001).Select(number => (long)number));

        Assert.All(numbers, number => Assert.Equal(number.ToString(CultureInfo.InvariantCulture),
            Encoding.ASCII.GetString(target, 0, FixText.WriteNumber(target, number))));
    }

    [Fact]
    public void WriteTimestamp_OfEveryDay_IsWhatDotNetWrites()
    {
        byte[] target = new byte[FixText.TimestampBytesMax];
        const long DayNs = 86_400_000_000_000;

        // Up to where a time in nanoseconds ends.
        for (int day = 0; day < 106_751; day++)
        {
            long ns = (day * DayNs) + (day * 812_345_678_912L % DayNs);
            int bytes = FixText.WriteTimestamp(target, ns, 3);
            string expected = DateTime.UnixEpoch.AddTicks(ns / 100).ToString("yyyyMMdd-HH:mm:ss.fff", CultureInfo.InvariantCulture);
            Assert.True(Encoding.ASCII.GetString(target, 0, bytes) == expected, $"day {day}: expected {expected}");
        }
    }

    [Fact]
    public void Separators_OfRandomBytes_AreWhereASearchFindsThem()
    {
        for (int seed = 0; seed < 3_000; seed++)
        {
            Random random = new(seed);
            byte[] frame = new byte[random.Next(0, 200)];
            for (int at = 0; at < frame.Length; at++)
            {
                frame[at] = (byte)random.Next(random.Next(2, 20));
            }

            Separators separators = new(frame);
            for (int at = 0; at <= frame.Length; at += random.Next(0, 40))
            {
                int found = frame.AsSpan(at).IndexOf((byte)1);
                Assert.True(separators.Next(at) == at + found, $"seed {seed}, place {at}");
            }
        }
    }

    private static void Add(FixFieldSet set, HashSet<FixFieldSet> sets)
    {
        if (set.Members.Count == 0 || !sets.Add(set))
        {
            return;
        }

        foreach (FixMember member in set.Members)
        {
            if (member.Group is { } group)
            {
                Add(group, sets);
            }
        }
    }
}
