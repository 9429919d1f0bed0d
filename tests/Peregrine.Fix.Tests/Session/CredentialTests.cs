using System.Security.Cryptography;
using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

/// <summary>Credentials of a Logon: what an initiator adds to it, and an acceptor holds it against.</summary>
public class CredentialTests
{
    private const int UsernameTag = 553;
    private const int PasswordTag = 554;
    private const int RawDataLengthTag = 95;
    private const int RawDataTag = 96;

    [Theory]
    [InlineData("secret", "key", null)]
    [InlineData("other", "key", "Username or Password is wrong")]
    [InlineData("secret", "yek", "the signature in RawData is wrong")]
    public void Logon_WithAPasswordAndASignature_IsTakenWhenBothAreRight(string password, string key, string? refused)
    {
        Side client = new("CLIENT", "BROKER", isInitiator: true, password, key);
        Side broker = new("BROKER", "CLIENT", isInitiator: false, "secret", "key");
        (client.Other, broker.Other) = (broker, client);

        broker.Session.OnConnected(broker, Side.NowNs);
        client.Session.OnConnected(client, Side.NowNs);

        FixSessionState expected = refused is null ? FixSessionState.LoggedOn : FixSessionState.Disconnected;
        Assert.Equal((expected, expected), (client.Session.State, broker.Session.State));
        Assert.Equal(refused is null ? "" : $"our Logon was refused: {refused}", client.Session.LastEndReason);
    }

    private sealed class Side : IFixApplication, IFixTransport
    {
        public const long NowNs = 1_769_860_800_000_000_000;
        private readonly string _password;
        private readonly byte[] _key;

        public Side(string compId, string peer, bool isInitiator, string password, string key)
        {
            (_password, _key) = (password, Wire.Bytes(key));
            FixSessionOptions options = new() { CompId = compId, PeerCompId = peer, IsInitiator = isInitiator };
            Session = new FixSession(options, new MemorySessionStore(), this);
        }

        public FixSession Session { get; }

        public Side Other { get; set; } = null!;

        public void OnLogonSending(FixSession session, ref FixWriter logon)
        {
            byte[] signature = Sign(session.Options.CompId, session.NextOutgoing);
            logon.Add(RawDataLengthTag, signature.Length);
            logon.Add(RawDataTag, signature);
            logon.Add(UsernameTag, "user"u8);
            logon.Add(PasswordTag, Wire.Bytes(_password));
        }

        public string? CheckLogon(FixSession session, in FixMessage logon)
        {
            _ = logon.TryGet(UsernameTag, out ReadOnlySpan<byte> user);
            _ = logon.TryGet(PasswordTag, out ReadOnlySpan<byte> password);
            _ = logon.TryGet(RawDataTag, out ReadOnlySpan<byte> signature);
            _ = logon.TryGetLong(Tag.MsgSeqNum, out long sequence);
            return !user.SequenceEqual("user"u8) || !CryptographicOperations.FixedTimeEquals(password, Wire.Bytes(_password))
                ? "Username or Password is wrong"
                : CryptographicOperations.FixedTimeEquals(signature, Sign(session.Options.PeerCompId, sequence)) ? null
                : "the signature in RawData is wrong";
        }

        // The bytes may hold separators: RawData has its length before it.
        private byte[] Sign(string compId, long sequence) => HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes($"{compId}|{sequence}"));

        public bool TryWrite(ReadOnlySpan<byte> message)
        {
            Other.Session.OnFrame(message.ToArray(), NowNs);
            return true;
        }

        public void Disconnect() => Other.Session.OnDisconnected(Other.Session.LastEndReason);

        public bool OnMessage(FixSession session, in FixMessage message) => true;

        public void OnLogon(FixSession session)
        {
        }

        public void OnLogoff(FixSession session, string reason)
        {
        }
    }
}
