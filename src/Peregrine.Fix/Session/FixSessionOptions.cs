namespace Peregrine.Fix.Session;

/// <summary>How a session behaves.</summary>
public sealed record FixSessionOptions
{
    /// <summary>Our CompID.</summary>
    public required string CompId { get; init; }

    /// <summary>The peer's CompID.</summary>
    public required string PeerCompId { get; init; }

    /// <summary>FIX.4.4, or FIX.4.2 for old peers; the dictionary is that of 4.4.</summary>
    public string BeginString { get; init; } = "FIX.4.4";

    /// <summary>Longest heartbeat interval that a peer may ask for, in seconds.</summary>
    public int HeartbeatSecondsMax { get; init; } = 300;

    /// <summary>
    /// How long a peer may be silent before it is asked whether it is there, in seconds, whatever heartbeat interval it asked for, 0 (none) included;
    /// after twice as long the connection ends. 1 to 3,600.
    /// </summary>
    public int SilenceSecondsMax { get; init; } = 120;

    /// <summary>How far the peer's SendingTime may be from our clock, in seconds.</summary>
    public int SendingTimeSecondsMax { get; init; } = 120;

    /// <summary>Largest message that we send, in bytes; 1,024 to 524,288.</summary>
    public int MessageBytesMax { get; init; } = 4096;
}
