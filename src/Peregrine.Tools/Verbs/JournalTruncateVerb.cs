using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Peregrine.Cli;
using Peregrine.Journal;
using Peregrine.Journal.Snapshots;
using Peregrine.Primitives;

namespace Peregrine.Tools.Verbs;

/// <summary>peregrine journal truncate: lets old segments go that no good snapshot needs.</summary>
internal static class JournalTruncateVerb
{
    public static Command Create()
    {
        Argument<string> folder = JournalFolderArgument.Create();
        Option<string?> snapshots = JournalFolderArgument.CreateSnapshots();
        Option<long?> upTo = new("--up-to") { Description = "Only segments that hold no command after this one, by its sequence number." };
        Option<string?> keepBytes = new("--keep-bytes") { Description =
            "At least the newest so many bytes of segments stay: a number, or with KiB, MiB or GiB." };
        Option<string?> keepAge = new("--keep-age") { Description = "At least the records of so long stay: a number with s, m, h or d." };
        Option<string?> archive = new("--archive") { Description =
            "Moves the segments there, also to another disk, instead of removing them; a folder for this journal alone." };
        Option<int> least = new("--min-snapshots") { Description = "Good snapshots that there must be.", DefaultValueFactory = _ => 2 };
        Option<bool> dryRun = new("--dry-run") { Description = "Says what would go, and changes nothing." };
        Option<bool> json = new("--json") { Description = "Write one JSON object." };
        Command truncate = new("truncate",
            "Removes or archives whole segments from the start of a journal, and only such that even the oldest good snapshot needs none of their " +
            "records; also while the link writes.")
        {
            folder, snapshots, upTo, keepBytes, keepAge, archive, least, dryRun, json,
        };
        truncate.SetAction(result =>
        {
            JournalRetentionOptions options = new()
            {
                RetainBytes = Amounts.ParseBytes("--keep-bytes", result.GetValue(keepBytes)),
                RetainAgeNs = Amounts.ParseNs("--keep-age", result.GetValue(keepAge)),
                UpToSequence = result.GetValue(upTo) is { } sequence
                    ? (sequence >= 1 ? sequence : throw new CommandException($"--up-to: {sequence}, expected 1 or more", 2))
                    : long.MaxValue,
                ArchiveFolder = result.GetValue(archive),
                SnapshotsMin = result.GetValue(least) is int number and >= 1 and <= 1_000
                    ? number
                    : throw new CommandException($"--min-snapshots: {result.GetValue(least)}, expected 1 to 1000", 2),
            };
            string journal = JournalFolderArgument.Find(result.GetRequiredValue(folder));
            SnapshotStore store = SnapshotStore.Open(result.GetValue(snapshots) ?? JournalFolderArgument.FindSnapshots(journal));
            return JournalFolderArgument.Look(() => Run(journal, store, options, result.GetValue(dryRun), result.GetValue(json)));
        });
        return truncate.WithExample("peregrine journal truncate data --keep-age 7d --archive /mnt/archive/link1 --dry-run");
    }

    private static int Run(string folder, SnapshotStore store, JournalRetentionOptions options, bool isDryRun, bool isJson)
    {
        RequireArchive(folder, options.ArchiveFolder);
        List<SnapshotFault> faults = [];
        JournalRetentionPlan plan = JournalRetention.Plan(folder, store, options, Clock.UnixNs, faults);
        Require(plan, store, options, faults);
        if (!isDryRun)
        {
            JournalRetention.CarryOut(plan, store);
        }

        Console.Out.WriteLine(isJson ? ToJson(plan, options, isDryRun, faults) : ToText(plan, options, isDryRun, faults));
        return 0;
    }

    // By what is on the disk, as a folder may have many names: the newest segment stays, so no archive of this journal has one of its name.
    private static void RequireArchive(string folder, string? archive)
    {
        string? newest = archive is not null && Directory.Exists(folder) ? Directory.GetFiles(folder, "*.journal").Max(StringComparer.Ordinal) : null;
        if (newest is not null && File.Exists(Path.Combine(archive!, Path.GetFileName(newest))))
        {
            throw new CommandException($"--archive: {archive} has a {Path.GetFileName(newest)}: it is the journal's own folder, " +
                $"or the archive of another journal; choose another folder", 2);
        }
    }

    private static void Require(JournalRetentionPlan plan, SnapshotStore store, JournalRetentionOptions options, List<SnapshotFault> faults)
    {
        if (plan.GoodSnapshots.Count < options.SnapshotsMin)
        {
            string bad = faults.Count == 0 ? "" : $"; {faults.Count} cannot be used, such as {faults[0]}";
            throw new CommandException($"{store.Folder} has {plan.GoodSnapshots.Count} good snapshots, " +
                $"expected {options.SnapshotsMin} before anything goes{bad}; nothing was changed");
        }

        SnapshotInfo oldest = plan.GoodSnapshots[^1];
        if (options.UpToSequence != long.MaxValue && options.UpToSequence > oldest.Position.Sequence)
        {
            throw new CommandException($"--up-to: {options.UpToSequence}, " +
                $"but the oldest good snapshot stands at command {oldest.Position.Sequence} and needs all after it ({oldest.Path}); " +
                $"nothing was changed");
        }
    }

    private static string ToText(JournalRetentionPlan plan, JournalRetentionOptions options, bool isDryRun, List<SnapshotFault> faults)
    {
        StringBuilder text = new();
        string went = options.ArchiveFolder is null
            ? isDryRun ? "would be removed" : "removed"
            : $"{(isDryRun ? "would be moved" : "moved")} to {options.ArchiveFolder}";
        foreach (RetentionSegment segment in plan.Going)
        {
            _ = text.AppendLine(CultureInfo.InvariantCulture,
                $"{went}: {segment.Path}, {segment.Bytes:N0} bytes, records {segment.Start.Records + 1:N0} to " +
                $"{segment.End.Records:N0}, commands up to {segment.End.Sequence:N0}");
        }

        foreach (SnapshotFault fault in faults)
        {
            _ = text.AppendLine(CultureInfo.InvariantCulture, $"not counted: {fault}");
        }

        JournalPosition start = plan.Going.Count > 0 ? plan.Going[^1].End : plan.Start;
        string starts = isDryRun && plan.Going.Count > 0 ? "would start" : "starts";
        _ = plan.Going.Count == 0 ? text.Append("nothing goes") : text.Append(CultureInfo.InvariantCulture,
            $"{plan.Going.Count:N0} segments, {plan.Going.Sum(segment => segment.Bytes):N0} bytes");
        _ = text.Append(CultureInfo.InvariantCulture, $"; the journal {starts} after record {start.Records:N0}: {Why(plan)}");
        return text.ToString();
    }

    private static string Why(JournalRetentionPlan plan) => plan.StoppedBy switch
    {
        RetentionStop.LastSegment => "only the segment that is being written is left",
        RetentionStop.Snapshot => $"the oldest good snapshot stands at record " +
            $"{plan.GoodSnapshots[^1].Position.Records.ToString("N0", CultureInfo.InvariantCulture)} and needs the next segment",
        RetentionStop.UpTo => "the next segment holds commands after --up-to",
        RetentionStop.Bytes => "--keep-bytes keeps the next segment",
        _ => "--keep-age keeps the next segment",
    };

    private static string ToJson(JournalRetentionPlan plan, JournalRetentionOptions options, bool isDryRun, List<SnapshotFault> faults) =>
        JsonSerializer.Serialize(new
    {
        dryRun = isDryRun,
        archive = options.ArchiveFolder,
        segments = plan.Going.Select(segment => new { path = segment.Path, bytes = segment.Bytes, firstRecord = segment.Start.Records + 1,
            lastRecord = segment.End.Records, lastSequence = segment.End.Sequence }),
        startsAfterRecord = plan.Going.Count > 0 ? plan.Going[^1].End.Records : plan.Start.Records,
        stoppedBy = plan.StoppedBy.ToString().ToLowerInvariant(),
        goodSnapshots = plan.GoodSnapshots.Count,
        badSnapshots = faults.Select(fault => fault.ToString()),
    });
}
