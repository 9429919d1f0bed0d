namespace Peregrine.Fix.Net;

/// <summary>Whose a session store is.</summary>
/// <param name="CompId">Our CompID.</param>
/// <param name="PeerCompId">The peer's.</param>
public sealed record SessionStoreOwner(string CompId, string PeerCompId)
{
    /// <inheritdoc/>
    public override string ToString() => $"{CompId} with {PeerCompId}";
}

/// <summary>A session store is not whole, so that it is not known how far its session was.</summary>
/// <param name="path">The file.</param>
/// <param name="what">What is wrong with it, and where.</param>
public sealed class SessionStoreDamagedException(string path, string what)
    : IOException($"session store {path} is damaged: {what}; restore it from a copy, or delete it and let the client log on with ResetSeqNumFlag=Y")
{
    /// <summary>What is wrong with it, and where.</summary>
    public string What => what;
}
