namespace Peregrine.Gateway.Tests.Drills;

/// <summary>What is done to a folder.</summary>
internal enum DamageKind
{
    Cut = 1,
    Zero = 2,
    Flip = 3,
    Age = 4,
    Swap = 5,
    Delete = 6,
}

/// <summary>What of a folder it is done to.</summary>
internal enum DamagedPart
{
    Journal = 1,
    Sessions = 2,
    Snapshots = 3,
    Ids = 4,
}

/// <summary>Damage that was done to a data folder: of one file, of two that changed places, or of a whole folder.</summary>
/// <param name="Kind">How.</param>
/// <param name="Part">Where.</param>
/// <param name="Words">For a person.</param>
/// <param name="Paths">Files that are not what they were, from the data folder on.</param>
internal sealed record DrillDamage(DamageKind Kind, DamagedPart Part, string Words, IReadOnlyList<string> Paths)
{
    private const int TriesMax = 20;

    /// <summary>Does something at random.</summary>
    /// <param name="olderCopies">Copies of the folder from earlier moments.</param>
    /// <returns>Null where the folder has nothing that could be damaged so.</returns>
    public static DrillDamage? TryDo(Random random, string folder, IReadOnlyList<string> olderCopies)
    {
        for (int count = 0; count < TriesMax; count++)
        {
            DamagedPart part = random.Next(10) switch
            {
                < 4 => DamagedPart.Journal,
                < 7 => DamagedPart.Sessions,
                < 8 => DamagedPart.Snapshots,
                _ => DamagedPart.Ids,
            };
            DamageKind kind = (DamageKind)random.Next(1, 7);
            if (TryDo(random, folder, olderCopies, part, kind) is { } damage)
            {
                return damage;
            }
        }

        return null;
    }

    private static DrillDamage? TryDo(Random random, string folder, IReadOnlyList<string> olderCopies, DamagedPart part, DamageKind kind)
    {
        string[] files = FilesOf(folder, part);
        if (files.Length == 0 || (kind == DamageKind.Swap && files.Length < 2) || (kind == DamageKind.Age && olderCopies.Count == 0))
        {
            return null;
        }

        // The newest segment and snapshot are what a start needs most.
        string file = part is DamagedPart.Journal or DamagedPart.Snapshots && random.Next(2) == 0 ? files[^1] : files[random.Next(files.Length)];
        DrillDamage Done(string words, params IReadOnlyList<string> paths) => new(kind, part, words, paths);
        switch (kind)
        {
            case DamageKind.Swap:
                string other = files.Where(name => name != file).ElementAt(random.Next(files.Length - 1));
                Swap(Path.Combine(folder, file), Path.Combine(folder, other));
                return Done($"{file} and {other} changed places", file, other);
            case DamageKind.Delete when random.Next(3) == 0 && part != DamagedPart.Ids:
                string whole = Path.GetDirectoryName(file)!;
                Directory.Delete(Path.Combine(folder, whole), recursive: true);
                return Done($"{whole}/ deleted", files);
            case DamageKind.Delete:
                File.Delete(Path.Combine(folder, file));
                return Done($"{file} deleted", file);
            case DamageKind.Age:
                string older = Path.Combine(olderCopies[random.Next(olderCopies.Count)], file);
                if (!File.Exists(older))
                {
                    return null;
                }

                File.Copy(older, Path.Combine(folder, file), overwrite: true);
                return Done($"{file} replaced by an older copy", file);
            default:
                byte[] bytes = File.ReadAllBytes(Path.Combine(folder, file));
                string words = Change(random, kind, ref bytes);
                File.WriteAllBytes(Path.Combine(folder, file), bytes);
                return Done($"{file} {words}", file);
        }
    }

    // Most of a file is room that nothing was written into yet: damage falls where something is, as a rule.
    private static string Change(Random random, DamageKind kind, ref byte[] bytes)
    {
        int used = random.Next(5) == 0 ? bytes.Length : bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        int at = random.Next(Math.Max(used, 1));
        switch (kind)
        {
            case DamageKind.Cut:
                int before = bytes.Length;
                bytes = bytes[..at];
                return $"cut from {before} to {at} bytes";
            case DamageKind.Zero:
                int count = random.Next(3) == 0 ? bytes.Length - at : Math.Min(bytes.Length - at, random.Next(1, 4_096));
                bytes.AsSpan(at, count).Clear();
                return $"zeroed from byte {at}, {count} bytes";
            default:
                int bit = random.Next(8);
                bytes[at] ^= (byte)(1 << bit);
                return $"bit {bit} of byte {at} flipped";
        }
    }

    private static string[] FilesOf(string folder, DamagedPart part)
    {
        (string within, string pattern) = part switch
        {
            DamagedPart.Journal => ("journal", "*.journal"),
            DamagedPart.Sessions => ("sessions", "*.session"),
            DamagedPart.Snapshots => ("snapshots", "*.snapshot"),
            _ => ("", "ids.db"),
        };
        string path = Path.Combine(folder, within);
        return !Directory.Exists(path)
            ? []
            : [.. Directory.EnumerateFiles(path, pattern).Order(StringComparer.Ordinal).Select(file => Path.GetRelativePath(folder, file))];
    }

    private static void Swap(string one, string other)
    {
        string between = one + ".between";
        File.Move(one, between);
        File.Move(other, one);
        File.Move(between, other);
    }
}
