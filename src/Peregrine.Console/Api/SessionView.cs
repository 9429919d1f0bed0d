namespace Peregrine.Api;

/// <summary>A client session. <paramref name="Kind"/> is fix or local; <paramref name="State"/> is off, loggingOn, loggedOn or loggingOff;
/// <paramref name="Version"/> is the version of FIX that it speaks, empty for a local one.</summary>
public sealed record SessionView(string CompId, string Kind, string State, long Received, long Sent, long NextIn, long NextOut,
    string Version);
