using Peregrine.Linux.Tls;

namespace Peregrine.Net.Tls;

/// <summary>
/// Certificate, key and trust of any number of ports and clients. A renewed file is picked up without a restart: connections made from then
/// on use it, the others go on with what they have.
/// </summary>
/// <remarks>Thread: any. The files are looked at on a thread of the pool, never on a loop's.</remarks>
public sealed class TlsCredentials : IDisposable
{
    private const int SessionsMax = 1024;
    private readonly TlsSettings _settings;
    private readonly bool _isServer;
    private readonly Action<string>? _log;
    private readonly Dictionary<string, TlsSession> _sessions = [];
    private readonly Timer? _timer;
    private TlsContext _context;
    private string _stamp;

    private TlsCredentials(TlsSettings settings, bool isServer, int lookEveryMs, Action<string>? log)
    {
        (_settings, _isServer, _log) = (settings, isServer, log);
        _stamp = Stamp();
        _context = Create();
        _timer = lookEveryMs > 0 ? new Timer(_ => _ = TryReload(), null, lookEveryMs, lookEveryMs) : null;
    }

    /// <summary>How often the certificate was renewed.</summary>
    public int Renewals { get; private set; }

    /// <summary>Why the last renewal was not taken; null when it was.</summary>
    public string? LastFault { get; private set; }

    internal TlsContext Context => Volatile.Read(ref _context);

    /// <summary>Loads a server's certificate.</summary>
    /// <param name="settings">The files.</param>
    /// <param name="lookEveryMs">How often to look for renewed files, in milliseconds; 0 is never.</param>
    /// <param name="log">Told of renewals, and of files that cannot be used.</param>
    /// <exception cref="TlsException">All that is wrong with the files.</exception>
    public static TlsCredentials Load(TlsSettings settings, int lookEveryMs = 2000, Action<string>? log = null) =>
        new(settings, isServer: true, lookEveryMs, log);

    /// <summary>Loads what a client needs: whom to trust, and its own certificate if servers ask for one.</summary>
    /// <exception cref="TlsException">All that is wrong with the files.</exception>
    public static TlsCredentials LoadClient(TlsSettings settings, int lookEveryMs = 2000, Action<string>? log = null) =>
        new(settings, isServer: false, lookEveryMs, log);

    /// <summary>Looks at the files now, and takes them when they have changed and are good; else the old ones stay.</summary>
    /// <returns>True when they were taken.</returns>
    public bool TryReload()
    {
        string stamp = Stamp();
        if (stamp == Volatile.Read(ref _stamp))
        {
            return false;
        }

        try
        {
            TlsContext made = Create();
            TlsContext old = Interlocked.Exchange(ref _context, made);
            Volatile.Write(ref _stamp, stamp);
            LastFault = null;
            Renewals++;
            _log?.Invoke($"TLS: {_settings.CertificateFile ?? _settings.TrustFile} was renewed; new connections use it");

            // Not disposed at once: a loop may be about to make a connection from it. The finaliser frees it.
            GC.KeepAlive(old);
            return true;
        }
        catch (TlsException fault)
        {
            // Certificate and key are two files: between the two writes they do not fit. Said once, tried again at the next look.
            if (LastFault != fault.Message)
            {
                LastFault = fault.Message;
                _log?.Invoke($"TLS: the renewed files are not taken, the old ones stay: {fault.Message}");
            }

            return false;
        }
    }

    /// <summary>Stops looking for renewed files.</summary>
    public void Dispose() => _timer?.Dispose();

    internal TlsSession? FindSession(string peer)
    {
        lock (_sessions)
        {
            return _sessions.GetValueOrDefault(peer);
        }
    }

    internal void KeepSession(string peer, TlsSession session)
    {
        lock (_sessions)
        {
            if (_sessions.Count >= SessionsMax)
            {
                _sessions.Clear();
            }

            _sessions[peer] = session;
        }
    }

    private TlsContext Create() => _isServer ? TlsContext.CreateServer(_settings) : TlsContext.CreateClient(_settings);

    private string Stamp() => string.Join('|', ((string?[])[_settings.CertificateFile, _settings.KeyFile, _settings.TrustFile])
        .Select(file => file is null ? "" : $"{File.GetLastWriteTimeUtc(file).Ticks}"));
}
