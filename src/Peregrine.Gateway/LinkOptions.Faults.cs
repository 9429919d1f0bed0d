using System.Globalization;
using Peregrine.Fix.Net;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Journal;
using Peregrine.Sequencing.Doors;
using Peregrine.Sequencing.Rules;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway;

/// <summary>What is wrong with options, all at once.</summary>
public sealed partial record LinkOptions
{
    private const int ShardsMost = 64;

    // How many commands may be under way: enough for a shard to have work while the next commands are checked.
    private const int ShardsWindow = 32;

    private const int SilenceSecondsMost = 3_600;
    private const int ResendNumbersMost = 1_000_000;
    private const int FrameBytesLeast = 1_024;
    private const int FrameBytesMost = 1 << 19;
    private const int PendingLogonsLeast = 2;
    private const long StoreBytesLeast = 64 << 10;
    private const long StoreBytesMost = 1 << 30;
    private const int PageBytes = 4_096;
    private const int CompIdLengthMost = 64;
    private const int BatchBytesMost = 4 << 20;

    /// <summary>Every fault of these options: name, value, what was expected. Empty when a link can be started with them, as far as
    /// options tell.</summary>
    /// <remarks>Thread: any. Nothing is opened: ports and folders are found to be good or bad by
    /// <see cref="OrderLink.Start(LinkOptions, Action{string})"/>.</remarks>
    public IReadOnlyList<string> FindFaults() =>
    [
        .. NumberFaults(),
        .. Lines(() => new JournalOptions { Folder = JournalFolder, Durability = Durability, SegmentBytes = SegmentBytes,
            BatchBytesMax = BatchBytes }.Validate()),
        .. Lines(Core.Validate),
        .. Lines(() => MessageLog?.Check()),
        .. SessionCertificates.SelectMany(entry => entry.Value, (entry, rule) => (entry.Key, Fault: FixCertificates.FindFault(rule)))
            .Where(entry => entry.Fault is not null).Select(entry => $"SessionCertificates of {entry.Key}: {entry.Fault}"),
        .. SessionDirectory.FindFaults(AllSessions),
        .. AllSessions.Select(session => session.FindThrottleFault()).OfType<string>(),
        .. RulesPlan.FindCalendarFaults(Calendars),
        .. RulesPlan.FindAccountFaults(AllSessions, Rules.Accounts.Count),
        .. RulesValidation.Validate(null, Rules),
        .. Snapshots?.FindErrors() ?? [],
    ];

    /// <summary>Where the journal lies.</summary>
    internal string JournalFolder => Path.Combine(DataFolder, "journal");

    /// <summary>Largest batch of the journal, in bytes.</summary>
    internal int BatchBytes => (int)Math.Clamp(SegmentBytes / 2, 0, BatchBytesMost);

    /// <summary>The core's bounds.</summary>
    internal CoreOptions Core =>
        new() { OrdersMax = OrdersMax, ClientOrderIdsMax = ClientOrderIdsMax, Window = Shards > 1 ? ShardsWindow : 1 };

    /// <summary>Who may come in by FIX, by local ports, and by other doors.</summary>
    internal IEnumerable<ClientSession> AllSessions =>
        Sessions.Concat(LocalPorts.SelectMany(port => port.Sessions)).Concat(Doors.SelectMany(door => door.Sessions));

    private List<string> NumberFaults()
    {
        List<string> faults = [];
        Expect(DataFolder.Length > 0, nameof(DataFolder), "''", "a path");
        Expect(DropCopySessions.All(IsCompId) && DropCopySessions.Distinct().Count() == DropCopySessions.Count,
            nameof(DropCopySessions), string.Join(' ', DropCopySessions),
            "CompIDs, each once, 1 to 64 printable ASCII characters without / and blanks");
        Expect(CompId.Length > 0, nameof(CompId), "''", "a CompID");
        Expect(Enum.IsDefined(Wait), nameof(Wait), (byte)Wait, "Spin, Yield or Block");
        Expect(PinnedCore >= -1, nameof(PinnedCore), PinnedCore, "a core, or -1 for none");
        Expect(InFlightMax > 0 && int.IsPow2(InFlightMax), nameof(InFlightMax), InFlightMax, "a power of two");
        Expect(SessionStoreBytes is >= StoreBytesLeast and <= StoreBytesMost && SessionStoreBytes % PageBytes == 0,
            nameof(SessionStoreBytes), SessionStoreBytes, $"{StoreBytesLeast} to {StoreBytesMost}, a multiple of {PageBytes}");
        Expect(Shards is >= 1 and <= ShardsMost, nameof(Shards), Shards, $"1 to {ShardsMost}");
        Expect(HeartbeatSecondsMax >= 1, nameof(HeartbeatSecondsMax), HeartbeatSecondsMax, "1 or more");
        Expect(SilenceSecondsMax is >= 1 and <= SilenceSecondsMost, nameof(SilenceSecondsMax), SilenceSecondsMax, $"1 to {SilenceSecondsMost}");
        Expect(ResendNumbersMax is >= 0 and <= ResendNumbersMost, nameof(ResendNumbersMax), ResendNumbersMax, $"0 to {ResendNumbersMost}");
        Expect(FrameBytesMax is >= FrameBytesLeast and <= FrameBytesMost, nameof(FrameBytesMax), FrameBytesMax,
            $"{FrameBytesLeast} to {FrameBytesMost}");
        Expect(PendingLogonsMax >= PendingLogonsLeast, nameof(PendingLogonsMax), PendingLogonsMax, $"{PendingLogonsLeast} or more");
        foreach (string name in SessionSchedules.Keys.Where(name => Sessions.All(session => session.CompId != name)))
        {
            Expect(false, nameof(SessionSchedules), name, "the CompID of one of Sessions");
        }

        foreach ((string name, string version) in SessionVersions)
        {
            Expect(Sessions.Any(session => session.CompId == name), nameof(SessionVersions), name, "the CompID of one of Sessions");
            Expect(OrderDialect.Find(version) is not null, $"{nameof(SessionVersions)} of {name}", version, OrderDialect.Expected);
        }

        Expect(OrderDialect.Find(DropCopyVersion) is not null, nameof(DropCopyVersion), DropCopyVersion, OrderDialect.Expected);
        foreach (string name in SessionCertificates.Keys.Where(name => Sessions.All(session => session.CompId != name)))
        {
            Expect(false, nameof(SessionCertificates), name, "the CompID of one of Sessions");
        }

        Expect(SessionCertificates.Count == 0 || FixTls is { RequirePeerCertificate: true }, nameof(SessionCertificates), SessionCertificates.Count,
            "none where FixTls asks for no certificate");
        return faults;

        void Expect(bool holds, string name, object value, string expected)
        {
            if (!holds)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {value}, expected {expected}"));
            }
        }
    }

    // It is a file's name, too.
    internal static bool IsCompId(string name) =>
        name.Length is > 0 and <= CompIdLengthMost && name.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0
            && !name.Contains('/', StringComparison.Ordinal);

    // Of options that know their own ranges.
    private static string[] Lines(Action validate)
    {
        try
        {
            validate();
            return [];
        }
        catch (ArgumentException faults)
        {
            return faults.Message.Split([Environment.NewLine, "; "], StringSplitOptions.RemoveEmptyEntries);
        }
    }
}
