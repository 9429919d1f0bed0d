using System.Net;
using Microsoft.Extensions.Logging;
using Peregrine.Primitives;

namespace Peregrine.Api;

/// <summary>
/// Slows down whoever guesses the access token: after some wrong ones an address waits, and the log says so.
/// Requests without any token are no guesses.
/// </summary>
/// <remarks>Thread: any, under a lock. Bound: so many addresses; the one that guessed longest ago makes room.</remarks>
internal sealed class TokenGuesses(ILogger log)
{
    /// <summary>Wrong tokens of one address in a row before it waits.</summary>
    public const int GuessesMax = 10;

    private const int AddressesMax = 1_024;
    private const long WaitNs = 60_000_000_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Entry> _entries = [];
    private readonly SummedLog _told = new(log.WrongToken);

    /// <summary>How many seconds an address has to wait before it is listened to again.</summary>
    /// <returns>0: not at all.</returns>
    public int SecondsToWait(IPAddress? address, long nowNs)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(KeyOf(address), out Entry entry) && entry.Count >= GuessesMax && nowNs < entry.LastNs + WaitNs
                ? (int)((entry.LastNs + WaitNs - nowNs + 999_999_999) / 1_000_000_000)
                : 0;
        }
    }

    /// <summary>A wrong token came.</summary>
    public void OnWrong(IPAddress? address, long nowNs)
    {
        IPAddress key = KeyOf(address);
        int count;
        lock (_lock)
        {
            count = _entries.TryGetValue(key, out Entry entry) && nowNs < entry.LastNs + WaitNs ? entry.Count + 1 : 1;
            if (!_entries.ContainsKey(key) && _entries.Count == AddressesMax)
            {
                _ = _entries.Remove(_entries.MinBy(other => other.Value.LastNs).Key);
            }

            _entries[key] = new Entry(count, nowNs);
        }

        _told.Add(nowNs, $"console: a wrong access token from {key}, {count} in a " +
            $"row{(count >= GuessesMax ? $"; it has to wait for {WaitNs / 1_000_000_000} s" : "")}");
    }

    /// <summary>The right token came: what was wrong before were slips.</summary>
    public void OnRight(IPAddress? address)
    {
        lock (_lock)
        {
            _ = _entries.Remove(KeyOf(address));
        }
    }

    // IPv6 hands whole networks of /64 to one host.
    private static IPAddress KeyOf(IPAddress? address)
    {
        address = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address ?? IPAddress.None;
        if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
        {
            byte[] bytes = address.GetAddressBytes();
            bytes.AsSpan(8).Clear();
            return new IPAddress(bytes);
        }

        return address;
    }

    private readonly record struct Entry(int Count, long LastNs);
}
