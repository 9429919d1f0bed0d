using System.Net;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Gateway;
using Peregrine.Journal;
using Peregrine.Linux.Tls;
using Peregrine.Sequencing.Sessions;
using Peregrine.Sequencing.Snapshots;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Hosting.Configuration;

/// <summary>Turns a checked configuration into options. Every key of the schema is read here, and no other.</summary>
internal static class OptionsReader
{
    private const int FewCores = 2;
    private const int MiBShift = 20;
    private const long DayNs = 86_400_000_000_000;

    /// <summary>Reads.</summary>
    /// <param name="root">Without an error from <see cref="SchemaCheck"/> and <see cref="CrossCheck"/>.</param>
    public static PeregrineOptions Read(OptionsSection root)
    {
        _ = root.Text("$schema");
        string dataFolder = root.Text("dataFolder");
        IReadOnlyList<OptionsSection> sections = root.Sections("instruments");
        List<Instrument> instruments = [.. sections.Select(InstrumentReader.Read)];
        HashSet<DateOnly> holidays = InstrumentReader.ReadDates(root.Texts("holidays"));
        Dictionary<string, PhaseCalendar> calendars = [];
        foreach ((Instrument instrument, OptionsSection section) in instruments.Zip(sections))
        {
            if (InstrumentReader.ReadCalendar(section, holidays) is { } calendar)
            {
                calendars.Add(instrument.Symbol, calendar);
            }
        }

        IReadOnlyList<OptionsSection> sessions = root.Sections("sessions");
        Dictionary<string, FixSchedule> schedules = [];
        foreach (OptionsSection session in sessions)
        {
            if (SessionHours.Read(session.Section("schedule")) is { } schedule)
            {
                schedules.Add(session.Text("targetCompId"), schedule);
            }
        }

        List<Account> accounts = [.. root.Sections("accounts").Select(ReadAccount)];
        Dictionary<string, int> accountIds = accounts.ToDictionary(account => account.Name, account => account.Id);
        return new PeregrineOptions(
            dataFolder,
            ReadFix(root.Section("fix")),
            ReadMarketData(root.Section("marketData")),
            ReadConsole(root.Section("console")),
            ReadSimulator(root.Section("simulator")),
            ReadJournal(root.Section("journal")),
            ReadIds(root.Section("ids"), dataFolder),
            new StartOptions(root.Section("start").Flag("rehearsal")),
            ReadThreads(root.Section("threads")),
            ReadCapacity(root.Section("capacity")),
            new TradingRules(instruments, accounts),
            calendars,
            [.. sessions.Select(session => ReadSession(session, accountIds))])
        {
            SessionSchedules = schedules,
            SessionVersions = sessions.ToDictionary(session => session.Text("targetCompId"), session => session.Text("version")),
            SessionCertificates = sessions.Select(ReadCertificates).Where(_ => root.Section("fix").Section("tls").Text("clientTrustFile").Length > 0)
                .ToDictionary(entry => entry.CompId, entry => entry.Rules),
        };
    }

    private static FixOptions ReadFix(OptionsSection fix) => new(
        new IPEndPoint(IPAddress.Parse(fix.Text("address")), fix.Int("port")),
        fix.Text("senderCompId"),
        fix.Int("heartbeatSecondsMax"),
        fix.Int("frameBytesMax"),
        fix.Long("sessionStoreMiB") << MiBShift,
        fix.Int("pendingLogons"))
    {
        SilenceSecondsMax = fix.Int("silenceSecondsMax"),
        ResendNumbersMax = fix.Int("resendNumbersMax"),
        DropCopyEndPoint = new IPEndPoint(IPAddress.Parse(fix.Text("address")), fix.Section("dropCopy").Int("port")),
        DropCopySessions = fix.Section("dropCopy").Texts("sessions") is { Count: > 0 } names ? names : [],
        DropCopyVersion = fix.Section("dropCopy").Text("version"),
        MarketDataEndPoint = new IPEndPoint(IPAddress.Parse(fix.Text("address")), fix.Section("marketData").Int("port")),
        MarketDataSessions = fix.Section("marketData").Texts("sessions") is { Count: > 0 } readers ? readers : [],
        MarketDataVersion = fix.Section("marketData").Text("version"),
        MessageLog = ReadMessageLog(fix.Section("messageLog")),
        Tls = ReadTls(fix.Section("tls")),
    };

    private static TlsSettings? ReadTls(OptionsSection section)
    {
        (string certificate, string key, string trust) = (section.Text("certificateFile"), section.Text("keyFile"), section.Text("clientTrustFile"));
        return certificate.Length == 0 ? null : new TlsSettings
        {
            CertificateFile = certificate,
            KeyFile = key,
            TrustFile = trust.Length > 0 ? trust : null,
            RequirePeerCertificate = trust.Length > 0,
        };
    }

    private static FixMessageLogOptions? ReadMessageLog(OptionsSection section)
    {
        FixMessageLogOptions options = new() { Folder = "", FileBytesMax = section.Long("fileMiB") << MiBShift, FilesMax = section.Int("files") };
        return section.Flag("enabled") ? options : null;
    }

    private static MarketDataOptions ReadMarketData(OptionsSection section) => new(
        new IPEndPoint(IPAddress.Parse(section.Text("address")), section.Int("port")),
        section.Int("heartbeatMs"),
        section.Int("connections"),
        section.Int("subscriptions"),
        section.Int("ringChunks"),
        section.Int("memoryMiB"),
        section.Int("stallMs"),
        section.Int("conflationsPerMinute"));

    private static ConsoleOptions ReadConsole(OptionsSection section) =>
        new(section.Flag("enabled"), new IPEndPoint(IPAddress.Parse(section.Text("address")), section.Int("port")), section.Int("connections"),
            section.Text("session"));

    private static SimulatorOptions ReadSimulator(OptionsSection section)
    {
        SimulatorPath path = section.Text("path") switch
        {
            "inprocess" => SimulatorPath.InProcess,
            "fix" => SimulatorPath.Fix,
            string other => throw new InvalidOperationException($"simulator.path {other} is in the schema but not here"),
        };
        return new SimulatorOptions(section.Flag("enabled"), section.Int("ordersPerSecond"), section.Long("seed"), path);
    }

    private static JournalSettings ReadJournal(OptionsSection journal)
    {
        Durability durability = journal.Text("durability") switch
        {
            "none" => Durability.None,
            "os" => Durability.Os,
            "fsync" => Durability.Fsync,
            string other => throw new InvalidOperationException($"journal.durability {other} is in the schema but not here"),
        };
        bool isSyncInline = journal.Text("sync") switch
        {
            "auto" => JournalOptions.IsSyncInlineBetter,
            "inline" => true,
            "thread" => false,
            string other => throw new InvalidOperationException($"journal.sync {other} is in the schema but not here"),
        };
        return new JournalSettings(durability, journal.Long("segmentMiB") << MiBShift, isSyncInline, journal.Flag("hops"),
            ReadSnapshot(journal.Section("snapshot"), journal.Section("retention")));
    }

    private static SnapshotOptions ReadSnapshot(OptionsSection snapshot, OptionsSection retention)
    {
        string archive = retention.Text("archiveFolder");
        JournalRetentionOptions keeping = new()
        {
            RetainBytes = retention.Long("keepMiB") << MiBShift,
            RetainAgeNs = retention.Long("keepDays") * DayNs,
            ArchiveFolder = archive.Length == 0 ? null : archive,
        };
        return new SnapshotOptions
        {
            EveryCommands = snapshot.Long("everyCommands"),
            EveryMinutes = snapshot.Int("everyMinutes"),
            Keep = snapshot.Int("keep"),
            Retention = retention.Flag("enabled") ? keeping : null,
        };
    }

    private static IdOptions ReadIds(OptionsSection ids, string dataFolder) =>
        new(Path.Combine(dataFolder, ids.Text("database")), ids.Int("countMin"), ids.Int("countMax"), ids.Int("runwayMs"), ids.Int("ready"));

    private static ThreadOptions ReadThreads(OptionsSection threads)
    {
        WaitMode wait = threads.Text("wait") switch
        {
            "auto" => Environment.ProcessorCount <= FewCores ? WaitMode.Block : WaitMode.Yield,
            "spin" => WaitMode.Spin,
            "yield" => WaitMode.Yield,
            "block" => WaitMode.Block,
            string other => throw new InvalidOperationException($"threads.wait {other} is in the schema but not here"),
        };
        return new ThreadOptions(wait, threads.Int("pinnedCore"));
    }

    private static CapacityOptions ReadCapacity(OptionsSection capacity) =>
        new(capacity.Int("orders"), capacity.Int("clientOrderIds"), capacity.Int("inFlightCommands"), capacity.Int("shards"));

    private static Account ReadAccount(OptionsSection section, int id)
    {
        OptionsSection limits = section.Section("limits");
        return new Account(id, section.Text("name"),
            new AccountLimits(limits.Long("maxQuantity"), limits.Long("maxNotional"), limits.Int("collarBasisPoints")))
        {
            FirmId = section.Int("firm"),
        };
    }

    // Whoever has a certificate of the trusted ones may not log on as anybody: the name on it counts, unless something else is said.
    private static (string CompId, IReadOnlyList<string> Rules) ReadCertificates(OptionsSection section)
    {
        (string compId, IReadOnlyList<string> rules) = (section.Text("targetCompId"), section.Texts("certificates"));
        return (compId, rules.Count > 0 ? rules : [$"cn:{compId}"]);
    }

    private static ClientSession ReadSession(OptionsSection section, Dictionary<string, int> accountIds)
    {
        OptionsSection throttle = section.Section("throttle");
        (string mode, int queueMax) = (throttle.Text("mode"), throttle.Int("queueMax"));
        return new ClientSession(section.Text("targetCompId"), [.. section.Texts("accounts").Select(name => accountIds[name])])
        {
            CancelOnDisconnect = section.Flag("cancelOnDisconnect"),
            RequestsPerSecondMax = section.Int("requestsPerSecondMax"),
            ThrottleBurst = throttle.Int("burst"),
            ThrottleQueueMax = mode == "queue" ? queueMax : 0,
        };
    }
}
