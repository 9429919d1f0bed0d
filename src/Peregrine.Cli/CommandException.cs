namespace Peregrine.Cli;

/// <summary>A verb could not do its work: told in one line, without a stack trace.</summary>
/// <param name="message">What, the value, what was expected, what to do.</param>
/// <param name="exitCode">1: the work failed; 2: wrong usage.</param>
public sealed class CommandException(string message, int exitCode = 1) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
