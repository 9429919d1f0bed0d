namespace Peregrine.Testing;

/// <summary>Recorded data that may not be kept in the repository; tests read it where it is and skip, with a reason, where it is not.</summary>
public static class SharedData
{
    /// <summary>The folder with recorded data: PEREGRINE_SHARED, or ../shared beside the repository.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable("PEREGRINE_SHARED") is { Length: > 0 } given
        ? Path.GetFullPath(given)
        : Path.Combine(Path.GetDirectoryName(Repository.Root)!, "shared");

    /// <summary>The full path of a recorded file; skips the calling test when it is not there.</summary>
    /// <param name="relativePath">Path below <see cref="Root"/>, such as "data/lobster/AAPL_msg10_head.csv".</param>
    public static string Require(string relativePath)
    {
        string path = Path.Combine(Root, relativePath);
        Assert.SkipUnless(File.Exists(path)
            || Directory.Exists(path), $"recorded data is missing: {path}; set PEREGRINE_SHARED to the folder that holds it");
        return path;
    }
}

/// <summary>Where this checkout is.</summary>
public static class Repository
{
    /// <summary>The folder that holds Peregrine.slnx.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Peregrine.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no Peregrine.slnx above {AppContext.BaseDirectory}; run the tests from a checkout");
    }
}

/// <summary>The two sizes of a proof: a sample by default, the whole with ./dev test --long.</summary>
public static class ProofSize
{
    /// <summary>True under ./dev test --long (PEREGRINE_LONG=1).</summary>
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("PEREGRINE_LONG") == "1";

    /// <summary>Picks the number of repetitions for this run.</summary>
    public static int Of(int sample, int whole) => IsLong ? whole : sample;
}
