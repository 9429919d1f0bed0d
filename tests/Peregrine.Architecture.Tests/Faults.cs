namespace Peregrine.Architecture.Tests;

internal static class Faults
{
    /// <summary>Fails with every fault, one a line.</summary>
    public static void AssertNone(IEnumerable<string> faults)
    {
        string all = string.Join('\n', faults);
        Assert.True(all.Length == 0, "\n" + all);
    }
}
