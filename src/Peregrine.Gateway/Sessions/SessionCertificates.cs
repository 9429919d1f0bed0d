using Peregrine.Fix.Net;
using Peregrine.Linux.Tls;

namespace Peregrine.Gateway.Sessions;

/// <summary>Certificates of sessions for which no rules are configured.</summary>
internal static class SessionCertificates
{
    /// <summary>Each session's is the one whose common name is its CompID.</summary>
    /// <param name="tls">The port's; null for connections in clear.</param>
    /// <returns>Null where no certificate is asked for.</returns>
    public static FixCertificates? ByName(TlsSettings? tls, IEnumerable<string> sessions) => tls is { RequirePeerCertificate: true }
        ? new FixCertificates(sessions.ToDictionary(name => name, name => (IReadOnlyList<string>)[$"cn:{name}"]))
        : null;
}
