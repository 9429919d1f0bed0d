namespace Peregrine.Api;

/// <summary>What became of an operator's request to a session. <paramref name="Outcome"/> is done, begun or notConnected.</summary>
internal sealed record SessionRequestView(string CompId, string Outcome);
