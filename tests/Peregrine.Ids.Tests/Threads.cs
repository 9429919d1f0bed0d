namespace Peregrine.Ids.Tests;

internal static class Threads
{
    /// <summary>Runs it on so many threads of its own at once. A failure on one of them is the caller's:
    /// a bare thread would end the program.</summary>
    public static T[] Run<T>(int count, Func<int, T> run) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(index => Task.Factory.StartNew(
            () => run(index), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))).GetAwaiter().GetResult();

    /// <summary>What it gave, or its own exception.</summary>
    public static T Result<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
