namespace Peregrine.Integration.Tests.Link;

/// <summary>The command as a host: what it is asked to end by.</summary>
public sealed class SignalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("QUIT")]
    public void Signal_ToARunningLink_EndsItInOrder(string signal)
    {
        using LinkProcess link = LinkProcess.Start(_folder.File("data"));

        CommandResult end = link.Stop(signal);

        Assert.Equal((0, ""), (end.ExitCode, end.Error));
        Assert.Matches("^[0-9:.]{12} stopped at command 0, state hash [0-9a-f]{16}\n$", end.Output);
        Assert.EndsWith(" ready", link.Log[^1], StringComparison.Ordinal);
    }
}
