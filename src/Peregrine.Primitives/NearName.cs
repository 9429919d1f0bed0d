namespace Peregrine.Primitives;

/// <summary>Finds the name that was probably meant.</summary>
public static class NearName
{
    private const int LengthMax = 64;

    /// <summary>The nearest of the names, or null when none is near.</summary>
    public static string? Find(string token, IEnumerable<string> names)
    {
        if (token.Length > LengthMax)
        {
            return null;
        }

        string? best = names.MinBy(name => Distance(name, token));
        return best is not null && Distance(best, token) <= Math.Max(2, token.Length / 3) ? best : null;
    }

    // Levenshtein's distance, without regard to case.
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int changed = diagonal + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
