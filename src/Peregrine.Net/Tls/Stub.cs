#pragma warning disable CA1822, IDE0044
namespace Peregrine.Net.Tls
{
public sealed record TlsSettings { public string? CertificateFile {get;init;} public string? KeyFile {get;init;} public string? TrustFile{get;init;} public bool RequirePeerCertificate {get;init;} }
public sealed class TlsCredentials : IDisposable { public static TlsCredentials Load(TlsSettings s) => new(); public void Dispose() {} }
internal sealed class TlsChannel : IDisposable
{
    public static TlsChannel ForClient(TlsCredentials c, ConnectOptions o) => new();
    public static TlsChannel ForServer(TlsCredentials c) => new();
    public void SendCloseNotify() { }
    public void Dispose() { }
}
}
namespace Peregrine.Net
{
public sealed partial class EventLoop
{
    private InputArea? _plain = null;
    internal int SendEncrypted(Connection c, ReadOnlySpan<byte> b) => 0;
    private void OnCipher(Connection c, ReadOnlySpan<byte> b) { }
    private void ReadPlain(Connection c) { }
    private void Encrypt(Connection c) { }
    private void ContinueHandshake(Connection c) { }
}
}
