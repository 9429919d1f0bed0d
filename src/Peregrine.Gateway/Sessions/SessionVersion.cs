using Microsoft.Extensions.Logging;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Gateway.OrderEntry;

namespace Peregrine.Gateway.Sessions;

/// <summary>A session whose version of FIX is another than the one that its store was written in.</summary>
internal static class SessionVersion
{
    /// <summary>
    /// Begins anew in the version that is configured, where it is another. To the peer it is another session, whose numbers begin with 1; and what
    /// was sent in the old version is never sent again as if it were of the new.
    /// </summary>
    /// <param name="session">Not connected.</param>
    /// <param name="store">The session's.</param>
    /// <param name="owner">Whose the store is.</param>
    /// <param name="dialect">The version that the session speaks now.</param>
    public static void Begin(FixSession session, FileSessionStore store, SessionStoreOwner owner, OrderDialect dialect, ILogger log)
    {
        if (store.Version != dialect.StoreVersion)
        {
            log.VersionChanged(session.Options.PeerCompId, OrderDialect.NameOf(store.Version), dialect.Name);
            _ = session.TryResetNumbers();
            store.BeOfVersion(dialect.StoreVersion, owner);
        }
    }
}
