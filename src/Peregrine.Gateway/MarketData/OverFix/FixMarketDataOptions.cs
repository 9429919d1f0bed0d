using System.Net;
using Microsoft.Extensions.Logging;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Linux.Tls;

namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>Where market data over FIX is to be had, and by whom.</summary>
public sealed record FixMarketDataOptions
{
    private const int FrameBytesLeast = 1_024;
    private const int FrameBytesMost = 1 << 19;

    /// <summary>Where its sessions connect; port 0 picks a free one.</summary>
    public IPEndPoint EndPoint { get; init; } = new(IPAddress.Loopback, 9884);

    /// <summary>Our CompID.</summary>
    public string CompId { get; init; } = "PEREGRINE";

    /// <summary>CompIDs that may log on, each once; 1 to 64 printable ASCII characters without blanks and /.</summary>
    public required IReadOnlyList<string> Sessions { get; init; }

    /// <summary>The version of FIX that all of them speak: FIX.4.2, FIX.4.3, FIX.4.4, FIX.5.0, FIX.5.0SP1 or FIX.5.0SP2.</summary>
    public string Version { get; init; } = OrderDialect.Usual;

    /// <summary>Longest heartbeat interval that a session may ask for, in seconds; 1 or more.</summary>
    public int HeartbeatSecondsMax { get; init; } = 300;

    /// <summary>Largest message that is taken, in bytes; 1,024 to 524,288.</summary>
    public int FrameBytesMax { get; init; } = 8192;

    /// <summary>A session that has not taken so many bytes of what it was sent is told no more changes, but a snapshot when it has;
    /// 4,096 to 16,777,216.</summary>
    public int BacklogBytesMax { get; init; } = 256 << 10;

    /// <summary>TLS; null for connections in clear. Where it asks for a certificate, a session's is the one whose common name is its CompID.
    /// </summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>Where messages that breach a boundary of safety are written down; null for nowhere.</summary>
    public string? AuditFolder { get; init; }

    /// <summary>Told of logons, refusals and sessions that are too slow; null for nobody.</summary>
    public ILogger? Log { get; init; }

    /// <summary>Every fault: name, value, what was expected. Empty when there is none.</summary>
    public IReadOnlyList<string> FindFaults()
    {
        List<string> faults = [];
        Expect(Sessions.Count > 0 && Sessions.All(LinkOptions.IsCompId) && Sessions.Distinct().Count() == Sessions.Count, nameof(Sessions),
            string.Join(' ', Sessions), "CompIDs, each once, 1 to 64 printable ASCII characters without / and blanks");
        if (MarketDataDialect.Find(Version) is null)
        {
            // Which versions have market data is in their dictionaries: they are read only to say so.
            Expect(false, nameof(Version), Version, $"one of {string.Join(", ", MarketDataDialect.Names)}");
        }

        Expect(CompId.Length > 0, nameof(CompId), "''", "a CompID");
        Expect(HeartbeatSecondsMax >= 1, nameof(HeartbeatSecondsMax), HeartbeatSecondsMax, "1 or more");
        Expect(FrameBytesMax is >= FrameBytesLeast and <= FrameBytesMost, nameof(FrameBytesMax), FrameBytesMax,
            $"{FrameBytesLeast} to {FrameBytesMost}");
        Expect(BacklogBytesMax is >= 4_096 and <= 16 << 20, nameof(BacklogBytesMax), BacklogBytesMax, "4096 to 16777216 bytes");
        return faults;

        void Expect(bool holds, string name, object value, string expected)
        {
            if (!holds)
            {
                faults.Add($"{name}: {value}, expected {expected}");
            }
        }
    }
}
