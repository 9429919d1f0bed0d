using System.Globalization;
using Peregrine.Fix.Session;

namespace Peregrine.Hosting.Configuration;

/// <summary>The hours of a session: checked, and read. Values that are missing or broken are left to <see cref="SchemaCheck"/>.</summary>
internal static class SessionHours
{
    private static readonly string[] TimeFormats = ["HH:mm", "HH:mm:ss"];

    /// <summary>Adds every error that there is.</summary>
    /// <param name="schedule">The section; null where nobody set it.</param>
    public static void Check(ConfigurationNode? schedule, string path, List<ConfigurationError> errors)
    {
        if (schedule is null)
        {
            return;
        }

        (string start, string end) = (TextOf(schedule, "start"), TextOf(schedule, "end"));
        (string startDay, string endDay) = (TextOf(schedule, "startDay"), TextOf(schedule, "endDay"));
        CheckPair("start", start, "end", end);
        CheckPair("startDay", startDay, "endDay", endDay);
        bool hasDays = schedule.Child("days")?.Items.Any() ?? false;
        if (startDay.Length > 0 && hasDays)
        {
            Add("days", "a list", "none, where startDay makes it one period a week", "remove days, or startDay and endDay");
        }

        if (start.Length + end.Length == 0 && (startDay.Length + endDay.Length > 0 || hasDays))
        {
            Add("start", start, "a local time, as days are given", "set start and end, or remove the days");
        }

        HashSet<string> seen = [];
        foreach ((string key, ConfigurationNode day) in schedule.Child("days")?.Items ?? [])
        {
            if (day.Value is { } name && !seen.Add(name))
            {
                errors.Add(new ConfigurationError($"{path}.days[{key}]", name, "each day once", "remove the second one", day.Origin));
            }
        }

        if (TextOf(schedule, "timeZone") is { Length: > 0 } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            Add("timeZone", zone, "a time zone of IANA that this machine knows",
                "write it as Europe/Berlin or UTC; where the machine has no time zones, install its package tzdata");
        }

        void CheckPair(string first, string firstText, string second, string secondText)
        {
            if (firstText.Length == 0 != (secondText.Length == 0))
            {
                (string missing, string given) = firstText.Length == 0 ? (first, second) : (second, first);
                Add(missing, "", $"one where {given} is given", $"set it, or remove {given}");
            }
        }

        void Add(string key, string value, string expected, string remedy) =>
            errors.Add(new ConfigurationError($"{path}.{key}", value, expected, remedy, OriginOf(schedule, key)));
    }

    // What is wrong with a key that nobody set is due to one that somebody did.
    private static string OriginOf(ConfigurationNode schedule, string key) =>
        FirstOrigin(schedule.Child(key) ?? schedule) is var own && own != ConfigurationNode.DefaultOrigin ? own : FirstOrigin(schedule);

    private static string FirstOrigin(ConfigurationNode node) => node.Origin != ConfigurationNode.DefaultOrigin
        ? node.Origin
        : node.Children.Values.Select(FirstOrigin).FirstOrDefault(origin => origin != ConfigurationNode.DefaultOrigin, node.Origin);

    /// <summary>Reads; null for a session that may be on at any time.</summary>
    public static FixSchedule? Read(OptionsSection section)
    {
        (string start, string end) = (section.Text("start"), section.Text("end"));
        (string startDay, string endDay) = (section.Text("startDay"), section.Text("endDay"));
        DayOfWeek[] days = [.. section.Texts("days").Select(DayOf)];
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(section.Text("timeZone"));
        return start.Length == 0 ? null
            : startDay.Length == 0 ? FixSchedule.Daily(TimeOf(start), TimeOf(end), zone, days)
            : FixSchedule.Weekly(DayOf(startDay), TimeOf(start), DayOf(endDay), TimeOf(end), zone);
    }

    private static string TextOf(ConfigurationNode node, string key) => node.Child(key)?.Value ?? "";

    private static DayOfWeek DayOf(string day) => Enum.Parse<DayOfWeek>(day, ignoreCase: true);

    private static TimeOnly TimeOf(string text) => TimeOnly.ParseExact(text, TimeFormats, CultureInfo.InvariantCulture);
}
