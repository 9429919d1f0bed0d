namespace Peregrine.Tools.Match;

/// <summary>What is wrong with a line of a script.</summary>
/// <param name="Line">From 1.</param>
internal sealed record ScriptError(int Line, string Message);

/// <summary>Stops the parsing of one line.</summary>
/// <param name="message">What was found, what was expected, what to do.</param>
internal sealed class ScriptFault(string message) : Exception(message);
