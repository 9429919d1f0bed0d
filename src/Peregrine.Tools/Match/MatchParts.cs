namespace Peregrine.Tools.Match;

/// <summary>Which parts of a play are told.</summary>
/// <param name="Events">Commands and events.</param>
/// <param name="Books">The books at the end.</param>
internal sealed record MatchParts(bool Events = true, bool Books = true);
