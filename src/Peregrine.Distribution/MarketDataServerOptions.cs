using System.Net;
using Microsoft.Extensions.Logging;
using Peregrine.Distribution.Transports;

namespace Peregrine.Distribution;

/// <summary>Where a market data server listens, and its bounds.</summary>
public sealed record MarketDataServerOptions
{
    /// <summary>Where subscribers connect; port 0 picks a free one.</summary>
    public IPEndPoint EndPoint { get; init; } = new(IPAddress.Loopback, 9881);

    /// <summary>What the welcome calls the books' source; at most 64 characters.</summary>
    public string Source { get; init; } = "core";

    /// <summary>A connection without other output gets a heartbeat this often, in milliseconds; 100 to 60,000.</summary>
    public int HeartbeatMs { get; init; } = 1_000;

    /// <summary>Most connections at a time; 1 to 100,000. One more is told so and closed.</summary>
    public int ConnectionsMax { get; init; } = 1_024;

    /// <summary>Most subscriptions of one connection; 1 to 1,000,000. A request beyond is refused.</summary>
    public int SubscriptionsMax { get; init; } = 1_024;

    /// <summary>Ring of frames kept for each instrument and depth that somebody subscribes to, in 64 KiB chunks; a power of two, 2 to 1,024. A
    /// subscriber that is further behind is conflated.</summary>
    public int RingChunks { get; init; } = 16;

    /// <summary>Chunks of all rings together; 16 to 1,048,576. When all are used, a new instrument and depth is refused.</summary>
    public int ChunksMax { get; init; } = 4_096;

    /// <summary>A subscriber that takes nothing for so long while something waits for it is disconnected; 100 to 600,000 ms.</summary>
    public int StallMs { get; init; } = 5_000;

    /// <summary>A subscription that is conflated more often than this in a minute ends the connection; 1 to 10,000.</summary>
    public int ConflationsMax { get; init; } = 60;

    /// <summary>How long a connection may be without a subscription, or in the middle of a request; 100 to 600,000 ms.</summary>
    public int RequestMs { get; init; } = 10_000;

    /// <summary>Refused requests that end the connection; 1 to 10,000.</summary>
    public int RefusalsMax { get; init; } = 16;

    /// <summary>Updates that may wait for the server's thread; a power of two, 16 to 16,777,216. Above it the publisher waits.</summary>
    public int UpdatesMax { get; init; } = 1 << 16;

    /// <summary>What the kernel keeps for one subscriber that does not read, in bytes; 4,096 to 16 MiB.</summary>
    public int KernelBytes { get; init; } = 256 << 10;

    /// <summary>The thread never sleeps: the lowest latency, one core fully used.</summary>
    public bool Spins { get; init; }

    /// <summary>Other ways for the books to leave, each for one server.</summary>
    public IReadOnlyList<IBookTransport> Transports { get; init; } = [];

    /// <summary>Told what somebody should know, on the server's thread; null for nobody.</summary>
    public ILogger? Log { get; init; }

    /// <summary>Finds every error at once.</summary>
    /// <exception cref="ArgumentException">One line for each value out of range.</exception>
    public void Validate()
    {
        List<string> errors = [];
        Expect(Source.Length is > 0 and <= 64, nameof(Source), Source, "1 to 64 characters");
        Expect(HeartbeatMs is >= 100 and <= 60_000, nameof(HeartbeatMs), HeartbeatMs, "100 to 60000 ms");
        Expect(ConnectionsMax is >= 1 and <= 100_000, nameof(ConnectionsMax), ConnectionsMax, "1 to 100000");
        Expect(SubscriptionsMax is >= 1 and <= 1_000_000, nameof(SubscriptionsMax), SubscriptionsMax, "1 to 1000000");
        Expect(RingChunks is >= 2 and <= 1_024 && int.IsPow2(RingChunks), nameof(RingChunks), RingChunks, "a power of two from 2 to 1024");
        Expect(ChunksMax is >= 16 and <= 1_048_576, nameof(ChunksMax), ChunksMax, "16 to 1048576");
        Expect(StallMs is >= 100 and <= 600_000, nameof(StallMs), StallMs, "100 to 600000 ms");
        Expect(ConflationsMax is >= 1 and <= 10_000, nameof(ConflationsMax), ConflationsMax, "1 to 10000");
        Expect(RequestMs is >= 100 and <= 600_000, nameof(RequestMs), RequestMs, "100 to 600000 ms");
        Expect(RefusalsMax is >= 1 and <= 10_000, nameof(RefusalsMax), RefusalsMax, "1 to 10000");
        Expect(UpdatesMax is >= 16 and <= 1 << 24 && int.IsPow2(UpdatesMax), nameof(UpdatesMax), UpdatesMax, "a power of two from 16 to 16777216");
        Expect(KernelBytes is >= 4_096 and <= 16 << 20, nameof(KernelBytes), KernelBytes, "4096 to 16777216 bytes");
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        }

        void Expect(bool holds, string name, object value, string expected)
        {
            if (!holds)
            {
                errors.Add($"{name}: {value}, expected {expected}");
            }
        }
    }
}
