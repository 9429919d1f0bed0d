using System.Net;
using Peregrine.Net.Tls;

namespace Peregrine.Net;

/// <summary>How a port accepts.</summary>
public sealed record ListenerOptions
{
    /// <summary>TLS, or null for plain connections.</summary>
    public TlsCredentials? Tls { get; init; }

    /// <summary>Connections that may wait to be accepted; the kernel caps it at net.core.somaxconn. 1 or more. Default 4,096.</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>Several loops, or processes, listen on the port, and the kernel spreads connections among them (SO_REUSEPORT).
    /// Default false.</summary>
    public bool SharePort { get; init; }
}

/// <summary>How a connection is made.</summary>
public sealed record ConnectOptions
{
    /// <summary>TLS, or null for a plain connection.</summary>
    public TlsCredentials? Tls { get; init; }

    /// <summary>The name that the server's certificate must be for; needed with TLS, unless verification is off.</summary>
    public string? ServerName { get; init; }

    /// <summary>The own address to come from, port 0 for any; null lets the system choose.</summary>
    public IPEndPoint? Source { get; init; }
}
