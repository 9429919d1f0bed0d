using Peregrine.Sequencing.Sessions;

namespace Peregrine.Hosting.Configuration;

/// <summary>What of a configuration that was read again cannot be taken while the link runs.</summary>
internal static class RestartKeys
{
    // Taken without a stop; what of sessions is not, is told by their names.
    private static readonly HashSet<string> Taken = new(StringComparer.OrdinalIgnoreCase) { "$schema", "instruments", "accounts", "holidays",
        "sessions" };

    /// <summary>Finds the keys that need a restart and differ.</summary>
    /// <param name="running">What the link was started with; without errors.</param>
    /// <param name="next">The other; without errors.</param>
    /// <returns>Their paths; of sessions, what is different.</returns>
    public static List<string> FindChanged(ConfigurationResult running, ConfigurationResult next)
    {
        List<string> keys = [];
        foreach ((string key, ConfigurationSchema property) in ConfigurationSchema.Root.Properties.Where(property => !Taken.Contains(property.Key)))
        {
            Compare(running.Effective.Child(key), next.Effective.Child(key), property, key, keys);
        }

        Dictionary<string, ClientSession> before = running.Options!.Sessions.ToDictionary(session => session.CompId);
        Dictionary<string, ClientSession> after = next.Options!.Sessions.ToDictionary(session => session.CompId);
        keys.AddRange(after.Keys.Where(name => !before.ContainsKey(name)).Select(name => $"session {name} (new)"));
        keys.AddRange(before.Keys.Where(name => !after.ContainsKey(name)).Select(name => $"session {name} (gone)"));
        foreach ((string name, ClientSession old) in before.Where(entry => after.ContainsKey(entry.Key)))
        {
            AddWhere(old.CancelOnDisconnect != after[name].CancelOnDisconnect, $"cancelOnDisconnect of session {name}");
            AddWhere(CertificatesOf(running, name) != CertificatesOf(next, name), $"certificates of session {name}");
            AddWhere(running.Options.SessionVersions[name] != next.Options.SessionVersions[name], $"version of session {name}");
            AddWhere(HoursOf(running, name) != HoursOf(next, name), $"schedule of session {name}");
            AddWhere((old.ThrottleBurst, old.ThrottleQueueMax) != (after[name].ThrottleBurst, after[name].ThrottleQueueMax),
                $"throttle of session {name}");
            AddWhere(old.RequestsPerSecondMax != after[name].RequestsPerSecondMax, $"requestsPerSecondMax of session {name}");
        }

        return keys;

        void AddWhere(bool isOther, string key)
        {
            if (isOther)
            {
                keys.Add(key);
            }
        }
    }

    private static string? HoursOf(ConfigurationResult result, string session) =>
        result.Options!.SessionSchedules.GetValueOrDefault(session)?.ToString();

    // Of a list of texts, all of them.
    private static string TextOf(ConfigurationNode? node) =>
        node is null ? "" : $"{node.Value} {string.Join(' ', node.Items.Select(item => item.Value.Value))}";

    private static string CertificatesOf(ConfigurationResult result, string session) =>
        string.Join(' ', result.Options!.SessionCertificates.GetValueOrDefault(session) ?? []);

    private static void Compare(ConfigurationNode? before, ConfigurationNode? after, ConfigurationSchema schema, string path, List<string> keys)
    {
        foreach ((string key, ConfigurationSchema property) in schema.Properties)
        {
            Compare(before?.Child(key), after?.Child(key), property, $"{path}.{key}", keys);
        }

        if (schema.Properties.Count == 0 && TextOf(before) != TextOf(after))
        {
            keys.Add(path);
        }
    }
}
