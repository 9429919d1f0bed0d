namespace Peregrine.Api;

/// <summary>A client session. <paramref name="Kind"/> is fix or local; <paramref name="State"/> is off, loggingOn, loggedOn or loggingOff.</summary>
public sealed record SessionView(string CompId, string Kind, string State, long Received, long Sent, long NextIn, long NextOut);
