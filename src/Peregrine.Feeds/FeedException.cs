namespace Peregrine.Feeds;

/// <summary>A feed cannot be read, or not be said in another format: told in one line.</summary>
/// <param name="message">What, the value, what was expected, what to do.</param>
public sealed class FeedException(string message) : Exception(message);
