using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Session;

/// <summary>How a session behaves. Values out of range are refused when the session is made.</summary>
public sealed record FixSessionOptions
{
    /// <summary>Our CompID.</summary>
    public required string CompId { get; init; }

    /// <summary>The peer's CompID.</summary>
    public required string PeerCompId { get; init; }

    /// <summary>Our SenderSubID (50); null for none.</summary>
    public string? SubId { get; init; }

    /// <summary>Our SenderLocationID (142); null for none.</summary>
    public string? LocationId { get; init; }

    /// <summary>The peer's TargetSubID (57); null for none.</summary>
    public string? PeerSubId { get; init; }

    /// <summary>The peer's TargetLocationID (143); null for none.</summary>
    public string? PeerLocationId { get; init; }

    /// <summary>FIX.4.0 to FIX.4.4, or FIXT.1.1. Default FIX.4.4.</summary>
    public string BeginString { get; init; } = "FIX.4.4";

    /// <summary>For FIXT.1.1: the version of application messages that say none, as in DefaultApplVerID (1137). Default 9, FIX 5.0 SP2.</summary>
    public string DefaultApplVerId { get; init; } = "9";

    /// <summary>The dictionary; null for the standard's own of <see cref="BeginString"/> and <see cref="DefaultApplVerId"/>.</summary>
    public FixDictionary? Dictionary { get; init; }

    /// <summary>For FIXT.1.1: dictionaries of other versions by ApplVerID (1128), where they are not the standard's own; null for none.</summary>
    public Func<string, FixDictionary?>? Dictionaries { get; init; }

    /// <summary>What of the dictionary messages need not keep to.</summary>
    public FixValidation Validation { get; init; } = FixValidation.Default;

    /// <summary>Application messages that are taken, by MsgType (35); others are answered as unsupported. Null for all of the dictionary.</summary>
    public IReadOnlyList<string>? MessageTypes { get; init; }

    /// <summary>We log on, and not the peer. Default false.</summary>
    public bool IsInitiator { get; init; }

    /// <summary>The heartbeat interval that an initiator asks for, in seconds; 0 to 3,600, 0 for none. Default 30.</summary>
    public int HeartbeatSeconds { get; init; } = 30;

    /// <summary>Every logon begins with number 1 both ways; an initiator says so (141=Y). Default false.</summary>
    public bool ResetOnLogon { get; init; }

    /// <summary>When the session may be on; with each of its periods both numbers begin with 1. Null, the default, for always.</summary>
    /// <remarks>Both sides go by the same hours, so that an initiator does not say it (141=Y). Kept with the ticks: some tenths of a second late.
    /// A message for a peer that is away has a number of the period of that moment: at the next start it is gone, unless the application takes it
    /// back (<see cref="IFixApplication.OnReset"/>).</remarks>
    public FixSchedule? Schedule { get; init; }

    /// <summary>How many bytes of messages behind a gap are kept until it is filled; 0 to 16 MiB, 0 to have them sent again. Default 0.</summary>
    public int EarlyBytesMax { get; init; }

    /// <summary>Most numbers that one ResendRequest asks for; the next part of a gap is asked for when the one before is there. 0 to 1,000,000;
    /// 0, the default, asks for all at once.</summary>
    public int ResendNumbersMax { get; init; }

    /// <summary>Digits of a second in SendingTime: 0, 3, 6 or 9; -1, the default, for what the version has: 0 before FIX.4.2, else 3.</summary>
    public int TimeDigits { get; init; } = -1;

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

    internal void Check()
    {
        Within(MessageBytesMax, 1024, 1 << 19, nameof(MessageBytesMax));
        Within(SilenceSecondsMax, 1, 3600, nameof(SilenceSecondsMax));
        Within(HeartbeatSeconds, 0, 3600, nameof(HeartbeatSeconds));
        Within(EarlyBytesMax, 0, 16 << 20, nameof(EarlyBytesMax));
        Within(ResendNumbersMax, 0, 1_000_000, nameof(ResendNumbersMax));
        if (TimeDigits is not (-1 or 0 or 3 or 6 or 9))
        {
            throw new ArgumentOutOfRangeException(nameof(TimeDigits), TimeDigits, "expected 0, 3, 6 or 9, or -1 for what the version has");
        }
    }

    private static void Within(int value, int least, int most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
    }
}
