using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Peregrine.Linux.Tls;

/// <summary>Certificate, key, and whom to trust.</summary>
public sealed record TlsSettings
{
    /// <summary>The own certificate, PEM, with its chain; a server needs one.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Its private key, PEM.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Certificates, PEM, of which the peer's must be one or be signed by one. A client without it trusts what the system trusts.</summary>
    public string? TrustFile { get; init; }

    /// <summary>A server asks for the client's certificate and goes on only with one that it trusts (mTLS). Needs <see cref="TrustFile"/>.</summary>
    public bool RequirePeerCertificate { get; init; }

    /// <summary>A client takes any certificate: for tests and benches only.</summary>
    public bool SkipVerification { get; init; }

    /// <summary>A later handshake with the same peer may take up the earlier session. Default true.</summary>
    public bool AllowResumption { get; init; } = true;
}

/// <summary>Certificate or key cannot be used, or OpenSSL is not there.</summary>
/// <param name="message">Which file, what was expected, and OpenSSL's reason.</param>
public sealed class TlsException(string message) : IOException(message);

/// <summary>What connections of one side have in common: an SSL_CTX of OpenSSL, TLS 1.3 only.</summary>
/// <remarks>Thread: any, at the same time. Engines made from it keep it alive, so it may be disposed before them.</remarks>
public sealed unsafe class TlsContext : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int Tls13 = 0x0304;
    private const int CtrlMode = 33;
    private const int CtrlSessionCache = 44;
    private const int CtrlMinVersion = 123;
    private const int CtrlMaxVersion = 124;

    private TlsContext(nint context, bool isServer)
        : base(ownsHandle: true)
    {
        SetHandle(context);
        IsServer = isServer;
    }

    /// <summary>Which OpenSSL this is.</summary>
    public static string LibraryVersion => Marshal.PtrToStringUTF8(OpenSsl.OpenSSL_version(0)) ?? "";

    /// <summary>For accepting; else for connecting.</summary>
    public bool IsServer { get; }

    internal nint Pointer => handle;

    /// <summary>Makes the server's side.</summary>
    /// <exception cref="TlsException">All that is wrong with the files.</exception>
    public static TlsContext CreateServer(TlsSettings settings) => Create(settings, isServer: true);

    /// <summary>Makes the client's side.</summary>
    /// <exception cref="TlsException">All that is wrong with the files.</exception>
    public static TlsContext CreateClient(TlsSettings settings) => Create(settings, isServer: false);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        OpenSsl.SSL_CTX_free(handle);
        return true;
    }

    private static TlsContext Create(TlsSettings settings, bool isServer)
    {
        List<string> errors = [];
        nint context;
        try
        {
            OpenSsl.ERR_clear_error();
            context = OpenSsl.SSL_CTX_new(OpenSsl.TLS_method());
        }
        catch (DllNotFoundException)
        {
            throw new TlsException("TLS needs OpenSSL 3 (libssl.so.3): install the package libssl3");
        }

        TlsContext made = new(context, isServer);
        _ = OpenSsl.SSL_CTX_ctrl(context, CtrlMinVersion, Tls13, 0);
        _ = OpenSsl.SSL_CTX_ctrl(context, CtrlMaxVersion, Tls13, 0);

        // Part of a write may be taken, from another place than before; an idle connection keeps no record buffers.
        _ = OpenSsl.SSL_CTX_ctrl(context, CtrlMode, 0x1 | 0x2 | 0x10, 0);
        _ = OpenSsl.SSL_CTX_ctrl(context, CtrlSessionCache, 0, 0);
        if (isServer && !settings.AllowResumption)
        {
            _ = OpenSsl.SSL_CTX_set_num_tickets(context, 0);
        }

        byte* id = stackalloc byte[4] { (byte)'p', (byte)'g', (byte)'r', (byte)'n' };
        _ = OpenSsl.SSL_CTX_set_session_id_context(context, id, 4);
        LoadCertificate(context, settings, isServer, errors);
        LoadTrust(context, settings, isServer, errors);
        if (errors.Count > 0)
        {
            made.Dispose();
            throw new TlsException(string.Join(Environment.NewLine, errors));
        }

        return made;
    }

    private static void LoadCertificate(nint context, TlsSettings settings, bool isServer, List<string> errors)
    {
        if (settings.CertificateFile is not { } certificate)
        {
            if (isServer || settings.KeyFile is not null)
            {
                errors.Add("no certificate: expected a PEM file");
            }

            return;
        }

        if (settings.KeyFile is not { } key)
        {
            errors.Add($"certificate {certificate} without a private key: expected a PEM file of it");
            return;
        }

        bool isLoaded = Try(OpenSsl.SSL_CTX_use_certificate_chain_file(context, certificate), certificate,
            "a certificate in PEM, with its chain", errors);
        isLoaded &= Try(OpenSsl.SSL_CTX_use_PrivateKey_file(context, key, 1), key,
            $"the private key of {certificate} in PEM, without a password", errors);
        _ = isLoaded && Try(OpenSsl.SSL_CTX_check_private_key(context), key, $"the private key of {certificate}", errors);
    }

    private static void LoadTrust(nint context, TlsSettings settings, bool isServer, List<string> errors)
    {
        if (settings.TrustFile is { } trust)
        {
            if (Try(OpenSsl.SSL_CTX_load_verify_locations(context, trust, 0), trust, "certificates to trust, in PEM", errors) && isServer)
            {
                // Tells clients whose certificates are asked for; OpenSSL takes the list over.
                OpenSsl.SSL_CTX_set_client_CA_list(context, OpenSsl.SSL_load_client_CA_file(trust));
            }
        }
        else if (settings.RequirePeerCertificate && isServer)
        {
            errors.Add("a client certificate is required, but no file says which to trust");
        }
        else if (!isServer)
        {
            _ = OpenSsl.SSL_CTX_set_default_verify_paths(context);
        }

        int mode = isServer ? (settings.RequirePeerCertificate ? 1 | 2 : 0) : settings.SkipVerification ? 0 : 1;
        OpenSsl.SSL_CTX_set_verify(context, mode, 0);
    }

    private static bool Try(int result, string file, string expected, List<string> errors)
    {
        string reason = OpenSsl.TakeErrors();
        if (result == 1)
        {
            return true;
        }

        string why = !File.Exists(file) ? "there is no such file" : reason;
        errors.Add($"{file}: {why}; expected {expected}");
        return false;
    }
}

/// <summary>An earlier session with a server, to be taken up by the next handshake.</summary>
/// <remarks>Thread: any.</remarks>
public sealed class TlsSession : SafeHandleZeroOrMinusOneIsInvalid
{
    internal TlsSession(nint session)
        : base(ownsHandle: true) => SetHandle(session);

    internal nint Pointer => handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        OpenSsl.SSL_SESSION_free(handle);
        return true;
    }
}
