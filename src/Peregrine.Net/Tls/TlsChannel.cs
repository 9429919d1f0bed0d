using Peregrine.Linux.Tls;

namespace Peregrine.Net.Tls;

/// <summary>The TLS side of a connection.</summary>
/// <remarks>Thread: the loop's. Allocates: an engine for each connection.</remarks>
internal sealed class TlsChannel : IDisposable
{
    private readonly TlsCredentials _credentials;
    private readonly string? _peer;
    private bool _isClosing;

    private TlsChannel(TlsCredentials credentials, TlsEngine engine, string? peer) => (_credentials, Engine, _peer) = (credentials, engine, peer);

    public TlsEngine Engine { get; }

    public static TlsChannel ForServer(TlsCredentials credentials) => new(credentials, new TlsEngine(credentials.Context), null);

    public static TlsChannel ForClient(TlsCredentials credentials, ConnectOptions options)
    {
        string peer = options.ServerName ?? "";
        return new TlsChannel(credentials, new TlsEngine(credentials.Context, options.ServerName, credentials.FindSession(peer)), peer);
    }

    /// <summary>Ends our side in order, once.</summary>
    public void SendCloseNotify()
    {
        if (!_isClosing)
        {
            _isClosing = true;
            Engine.SendCloseNotify();
        }
    }

    public void Dispose()
    {
        if (_peer is not null && Engine.IsHandshakeDone && Engine.TakeSession() is { } session)
        {
            _credentials.KeepSession(_peer, session);
        }

        Engine.Dispose();
    }
}
