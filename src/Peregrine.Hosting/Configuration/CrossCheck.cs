using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Peregrine.Primitives;
using Peregrine.Sequencing.Sessions;

namespace Peregrine.Hosting.Configuration;

/// <summary>What a schema cannot say: duplicates, references, values that must fit each other.
/// Values that are missing or broken are left to <see cref="SchemaCheck"/>.</summary>
internal static class CrossCheck
{
    /// <summary>How the names of simulated participants begin.</summary>
    public const string SimulatedPrefix = "SIM-";

    /// <summary>Adds every error that there is.</summary>
    public static void Check(ConfigurationNode root, List<ConfigurationError> errors)
    {
        foreach (string section in (string[])["fix", "marketData", "console"])
        {
            CheckAddress(root.Child(section)?.Child("address"), $"{section}.address", errors);
        }

        FixTlsCheck.Check(root, errors);
        CheckIds(root.Child("ids"), errors);
        CheckPowerOfTwo(root.Child("capacity")?.Child("inFlightCommands"), "capacity.inFlightCommands", "16384", errors);
        CheckPowerOfTwo(root.Child("marketData")?.Child("ringChunks"), "marketData.ringChunks", "16", errors);
        foreach ((string key, ConfigurationNode instrument) in root.Child("instruments")?.Items ?? [])
        {
            InstrumentCheck.Check(instrument, $"instruments[{key}]", errors);
        }

        foreach ((string key, ConfigurationNode date) in root.Child("holidays")?.Items ?? [])
        {
            if (date.Value is string text && text.Length == 10
                && !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            {
                errors.Add(new ConfigurationError($"holidays[{key}]", text, "a date that exists", "write it as 2026-10-01", date.Origin));
            }
        }

        CheckUnique(root, "instruments", "symbol", errors);
        CheckUnique(root, "accounts", "name", errors);
        CheckUnique(root, "sessions", "targetCompId", errors);
        CheckSessions(root, errors);
    }

    private static void CheckAddress(ConfigurationNode? address, string path, List<ConfigurationError> errors)
    {
        // The parser takes 1.2.3 for 1.2.0.3, and 1 for 0.0.0.1: nobody means that.
        if (address?.Value is string text
            && (!IPAddress.TryParse(text, out IPAddress? parsed)
                || (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != text)))
        {
            errors.Add(new ConfigurationError(path, text, "an IP address such as 127.0.0.1 or ::1", "write the address, not a host name",
                address.Origin));
        }
    }

    private static void CheckIds(ConfigurationNode? ids, List<ConfigurationError> errors)
    {
        if (ids?.Child("countMax") is ConfigurationNode max && Number(ids, "countMin") is long least && Number(ids, "countMax") is long most
            && most < least)
        {
            errors.Add(new ConfigurationError("ids.countMax", max.Value, $"at least ids.countMin ({least})", "raise it or lower ids.countMin",
                max.Origin));
        }
    }

    private static void CheckPowerOfTwo(ConfigurationNode? count, string path, string example, List<ConfigurationError> errors)
    {
        if (count is not null && long.TryParse(count.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0
            && !long.IsPow2(number))
        {
            errors.Add(new ConfigurationError(path, count.Value, "a power of two", $"use the next one, such as {example}", count.Origin));
        }
    }

    private static void CheckUnique(ConfigurationNode root, string list, string name, List<ConfigurationError> errors)
    {
        Dictionary<string, string> first = [];
        foreach ((string key, ConfigurationNode item) in root.Child(list)?.Items ?? [])
        {
            string path = $"{list}[{key}].{name}";
            if (item.Child(name) is { Value: string value } node && !first.TryAdd(value, path))
            {
                errors.Add(new ConfigurationError(path, value, $"a {name} that is not used yet", $"{first[value]} has the same: rename or remove one",
                    node.Origin));
            }
        }
    }

    private static void CheckSessions(ConfigurationNode root, List<ConfigurationError> errors)
    {
        string? console = root.Child("console")?.Child("session")?.Value;
        HashSet<string> accounts = [.. (root.Child("accounts")?.Items ?? []).Select(account => account.Value.Child("name")?.Value).OfType<string>()];
        Dictionary<int, string> numbers = [];
        foreach ((string key, ConfigurationNode session) in root.Child("sessions")?.Items ?? [])
        {
            string path = $"sessions[{key}]";
            if (session.Child("targetCompId") is { Value: string compId } peer)
            {
                if (!numbers.TryAdd(SessionId.Of(compId), compId) && numbers[SessionId.Of(compId)] is string other && other != compId)
                {
                    errors.Add(new ConfigurationError($"{path}.targetCompId", compId, $"a CompID whose number differs from that of '{other}'",
                        "give one of the two another CompID", peer.Origin));
                }

                if (compId == console)
                {
                    errors.Add(new ConfigurationError($"{path}.targetCompId", compId, "a CompID other than the console's (console.session)",
                        "rename one of the two", peer.Origin));
                }

                if (compId.StartsWith(SimulatedPrefix, StringComparison.Ordinal))
                {
                    errors.Add(new ConfigurationError($"{path}.targetCompId", compId, $"a CompID that does not begin with {SimulatedPrefix}",
                        "those are the simulator's: rename it", peer.Origin));
                }

                if (compId == root.Child("fix")?.Child("senderCompId")?.Value)
                {
                    errors.Add(new ConfigurationError($"{path}.targetCompId", compId, "a CompID other than our own (fix.senderCompId)",
                        "write the client's CompID", peer.Origin));
                }
            }

            CheckAccounts(session.Child("accounts"), $"{path}.accounts", accounts, errors);
            SessionHours.Check(session.Child("schedule"), $"{path}.schedule", errors);
            CheckThrottle(session, path, errors);
        }
    }

    // A burst or a queue is one of a rate.
    private static void CheckThrottle(ConfigurationNode session, string path, List<ConfigurationError> errors)
    {
        if (session.Child("throttle") is not { } throttle || Number(session, "requestsPerSecondMax") is > 0)
        {
            return;
        }

        string? set = throttle.Child("mode")?.Value == "queue" ? "throttle.mode is queue"
            : Number(throttle, "burst") is > 0 ? "throttle.burst is set" : null;
        if (set is not null)
        {
            errors.Add(new ConfigurationError($"{path}.requestsPerSecondMax", session.Child("requestsPerSecondMax")?.Value ?? "0",
                $"1 or more, as {set}", "set the rate, or remove throttle", throttle.Child("mode")?.Origin ?? throttle.Origin));
        }
    }

    private static void CheckAccounts(ConfigurationNode? list, string path, HashSet<string> accounts, List<ConfigurationError> errors)
    {
        HashSet<string> seen = [];
        foreach ((string key, ConfigurationNode item) in list?.Items ?? [])
        {
            if (item.Value is not string name)
            {
                continue;
            }

            if (!accounts.Contains(name))
            {
                string? near = NearName.Find(name, accounts);
                string remedy = near is null ? "add the account to accounts, or name one that is there" : $"did you mean '{near}'?";
                errors.Add(new ConfigurationError($"{path}[{key}]", name, "the name of an account in accounts", remedy, item.Origin));
            }
            else if (!seen.Add(name))
            {
                errors.Add(new ConfigurationError($"{path}[{key}]", name, "each account once", "remove the second one", item.Origin));
            }
        }
    }

    private static long? Number(ConfigurationNode node, string key) =>
        long.TryParse(node.Child(key)?.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
}
