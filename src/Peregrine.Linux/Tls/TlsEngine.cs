using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Peregrine.Linux.Tls;

/// <summary>What a step of TLS gave.</summary>
public enum TlsStatus : byte
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>More has to come from the peer.</summary>
    WantInput = 1,

    /// <summary>The peer ended its side in order (close_notify).</summary>
    Closed = 2,

    /// <summary>It is over; <see cref="TlsEngine.FailureReason"/> says why.</summary>
    Failed = 3,
}

/// <summary>One side of one TLS connection, without a socket: encrypted bytes are fed and drained, plain ones read and written.</summary>
/// <remarks>Thread: one owner. Allocates: native memory; managed only when made and by what says so.</remarks>
public sealed unsafe class TlsEngine : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int WantRead = 2;
    private const int ZeroReturn = 6;
    private readonly nint _input;
    private readonly nint _output;

    /// <summary>Begins a connection.</summary>
    /// <param name="context">The side and its certificates.</param>
    /// <param name="serverName">A client: the name or address that the server's certificate must be for; null checks only the chain.</param>
    /// <param name="resume">A client: an earlier session to take up; null begins a new one.</param>
    public TlsEngine(TlsContext context, string? serverName = null, TlsSession? resume = null)
        : base(ownsHandle: true)
    {
        OpenSsl.ERR_clear_error();
        nint ssl = OpenSsl.SSL_new(context.Pointer);
        if (ssl == 0)
        {
            throw new TlsException($"OpenSSL cannot make a connection: {OpenSsl.TakeErrors()}");
        }

        SetHandle(ssl);
        _input = OpenSsl.BIO_new(OpenSsl.BIO_s_mem());
        _output = OpenSsl.BIO_new(OpenSsl.BIO_s_mem());

        // The connection owns both from here.
        OpenSsl.SSL_set_bio(ssl, _input, _output);
        if (context.IsServer)
        {
            OpenSsl.SSL_set_accept_state(ssl);
            return;
        }

        OpenSsl.SSL_set_connect_state(ssl);
        if (serverName is not null)
        {
            if (IPAddress.TryParse(serverName, out _))
            {
                _ = OpenSsl.X509_VERIFY_PARAM_set1_ip_asc(OpenSsl.SSL_get0_param(ssl), serverName);
            }
            else
            {
                _ = OpenSsl.SSL_ctrl(ssl, 55 /* SSL_CTRL_SET_TLSEXT_HOSTNAME */, 0, serverName);
                _ = OpenSsl.SSL_set1_host(ssl, serverName);
            }
        }

        if (resume is { IsInvalid: false, IsClosed: false })
        {
            _ = OpenSsl.SSL_set_session(ssl, resume.Pointer);
        }
    }

    /// <summary>The handshake is done.</summary>
    public bool IsHandshakeDone { get; private set; }

    /// <summary>The handshake took up an earlier session.</summary>
    public bool WasResumed => OpenSsl.SSL_session_reused(handle) == 1;

    /// <summary>Why it failed, in OpenSSL's words.</summary>
    public string? FailureReason { get; private set; }

    /// <summary>Encrypted bytes that wait to be drained.</summary>
    public int PendingCiphertext => (int)OpenSsl.BIO_ctrl_pending(_output);

    /// <summary>After a read that wants input: a record has begun and is not complete. Of its first five bytes alone it may not know.</summary>
    public bool HasPartOfRecord => OpenSsl.SSL_has_pending(handle) == 1;

    /// <summary>Goes on with the handshake.</summary>
    /// <returns>Ok when it is done; drain what waits in any case.</returns>
    public TlsStatus Handshake()
    {
        if (IsHandshakeDone)
        {
            return TlsStatus.Ok;
        }

        OpenSsl.ERR_clear_error();
        TlsStatus status = StatusOf(OpenSsl.SSL_do_handshake(handle));
        IsHandshakeDone = status == TlsStatus.Ok;
        return status;
    }

    /// <summary>Takes encrypted bytes that came from the peer, all of them.</summary>
    public void Feed(ReadOnlySpan<byte> ciphertext)
    {
        // SAFETY: pinned for the call, which copies them.
        fixed (byte* start = ciphertext)
        {
            _ = OpenSsl.BIO_write(_input, start, ciphertext.Length);
        }
    }

    /// <summary>Reads plain bytes.</summary>
    public TlsStatus Read(Span<byte> plaintext, out int bytes)
    {
        OpenSsl.ERR_clear_error();

        // SAFETY: pinned for the call, which writes at most its length.
        fixed (byte* start = plaintext)
        {
            bytes = OpenSsl.SSL_read(handle, start, plaintext.Length);
        }

        if (bytes > 0)
        {
            return TlsStatus.Ok;
        }

        TlsStatus status = StatusOf(bytes);
        bytes = 0;
        return status;
    }

    /// <summary>Encrypts plain bytes, a record of 16 KiB at most at a time.</summary>
    /// <param name="plaintext">1 byte or more.</param>
    /// <param name="taken">How many were taken.</param>
    public TlsStatus Write(ReadOnlySpan<byte> plaintext, out int taken)
    {
        OpenSsl.ERR_clear_error();

        // SAFETY: pinned for the call, which reads at most its length.
        fixed (byte* start = plaintext)
        {
            taken = OpenSsl.SSL_write(handle, start, plaintext.Length);
        }

        if (taken > 0)
        {
            return TlsStatus.Ok;
        }

        TlsStatus status = StatusOf(taken);
        taken = 0;
        return status;
    }

    /// <summary>Takes encrypted bytes that are to be sent.</summary>
    /// <returns>How many; 0 when none wait.</returns>
    public int Drain(Span<byte> ciphertext)
    {
        // SAFETY: pinned for the call, which writes at most its length.
        fixed (byte* start = ciphertext)
        {
            return Math.Max(0, OpenSsl.BIO_read(_output, start, ciphertext.Length));
        }
    }

    /// <summary>Ends our side in order; drain what waits then.</summary>
    public void SendCloseNotify()
    {
        if (IsHandshakeDone && FailureReason is null)
        {
            OpenSsl.ERR_clear_error();
            _ = OpenSsl.SSL_shutdown(handle);
            OpenSsl.ERR_clear_error();
        }
    }

    /// <summary>The peer's certificate in DER; null when it gave none. Allocates.</summary>
    public byte[]? GetPeerCertificate()
    {
        nint certificate = OpenSsl.SSL_get1_peer_certificate(handle);
        if (certificate == 0)
        {
            return null;
        }

        int bytes = OpenSsl.i2d_X509(certificate, null);
        byte[] der = new byte[Math.Max(0, bytes)];

        // SAFETY: the array is as long as OpenSSL just said, and pinned for the call, which moves the copy of its address.
        fixed (byte* start = der)
        {
            byte* at = start;
            _ = OpenSsl.i2d_X509(certificate, &at);
        }

        OpenSsl.X509_free(certificate);
        return der;
    }

    /// <summary>A client: the session, when the server has sent what is needed to take it up later;
    /// it does so with its first bytes after the handshake.</summary>
    public TlsSession? TakeSession()
    {
        nint session = OpenSsl.SSL_get1_session(handle);
        if (session != 0 && OpenSsl.SSL_SESSION_is_resumable(session) == 1)
        {
            return new TlsSession(session);
        }

        if (session != 0)
        {
            OpenSsl.SSL_SESSION_free(session);
        }

        return null;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        OpenSsl.SSL_free(handle);
        return true;
    }

    // What OpenSSL's words for the usual mistakes mean to whoever reads the log.
    private static string Meaning(string reason) => reason switch
    {
        "wrong version number" or "http request" or "packet length too long" or "unsupported protocol" => ": the peer does not speak TLS 1.3 to us",
        "tlsv1 alert protocol version" => ": the peer does not know TLS 1.3",
        "tlsv1 alert unknown ca" or "sslv3 alert bad certificate"
            or "sslv3 alert certificate unknown" or "sslv3 alert certificate expired" => ": the peer does not accept our certificate",
        "tlsv13 alert certificate required" => ": the peer wants a certificate of ours",
        _ => "",
    };

    private TlsStatus StatusOf(int result)
    {
        if (result > 0)
        {
            return TlsStatus.Ok;
        }

        switch (OpenSsl.SSL_get_error(handle, result))
        {
            case WantRead:
                return TlsStatus.WantInput;
            case ZeroReturn:
                return TlsStatus.Closed;
            default:
                string reason = OpenSsl.TakeErrors();
                long verified = OpenSsl.SSL_get_verify_result(handle);
                string detail = verified == 0 ? "" : Marshal.PtrToStringUTF8(OpenSsl.X509_verify_cert_error_string(verified)) ?? "";
                FailureReason ??= (reason, detail) switch
                {
                    ("", "") => "TLS failed without a reason",
                    (_, "") => $"{reason}{Meaning(reason)}",
                    ("", _) => detail,
                    _ => $"{reason}: {detail}",
                };
                return TlsStatus.Failed;
        }
    }
}
