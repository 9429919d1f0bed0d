using Peregrine.Hosting.Configuration;

namespace Peregrine.Tests.Configuration;

/// <summary>TLS of the FIX port, and whose certificates are taken, as they are configured.</summary>
public sealed class FixTlsTests : IDisposable
{
    private const string Whole = """ "certificateFile": "a.pem", "keyFile": "a.key", "clientTrustFile": "ca.pem" """;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "", false, "")]
    [InlineData(""" "certificateFile": "a.pem", "keyFile": "a.key" """, "", false, "")]
    [InlineData(Whole, "", true, "cn:C")]
    [InlineData(Whole, """ "cn:D", "san:d.example.com" """, true, "cn:D san:d.example.com")]
    public void Tls_OfTheFixPort_AsksClientsAndBindsThemToTheirSession(string tls, string rules, bool asksClients, string expected)
    {
        ConfigurationResult result = Load(tls, rules);

        Assert.Empty(result.Errors);
        Assert.Equal(tls.Length > 0, result.Options!.Fix.Tls is not null);
        Assert.Equal(asksClients, result.Options.Fix.Tls?.RequirePeerCertificate ?? false);
        Assert.Equal(expected, string.Join(' ', result.Options.SessionCertificates.GetValueOrDefault("C") ?? []));
    }

    [Theory]
    [InlineData(""" "certificateFile": "a.pem" """, "", "fix.tls.keyFile", "as certificateFile is given")]
    [InlineData(""" "keyFile": "a.key" """, "", "fix.tls.certificateFile", "as keyFile is given")]
    [InlineData(""" "clientTrustFile": "ca.pem" """, "", "fix.tls.certificateFile", "as clientTrustFile is given")]
    [InlineData("", """ "cn:C" """, "sessions[0].certificates[0]", "as clients show no certificate")]
    [InlineData(Whole, """ "cn:C", "CLIENT" """, "sessions[0].certificates[1]", "cn:NAME, san:NAME")]
    [InlineData(Whole, """ "sha256:ab" """, "sessions[0].certificates[0]", "64 hex digits")]
    [InlineData(Whole, "", "simulator.path", "the simulator speaks no TLS", "fix")]
    public void Tls_WithOneMistake_IsOneErrorAtItsPath(string tls, string rules, string path, string tells, string simulator = "inprocess")
    {
        ConfigurationError error = Assert.Single(Load(tls, rules, simulator).Errors);

        Assert.Equal(path, error.Path);
        Assert.Contains(tells, error.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(".json", error.Origin, StringComparison.Ordinal);
    }

    private ConfigurationResult Load(string tls, string rules, string simulator = "inprocess")
    {
        string json = $$"""
            { "fix": { "tls": { {{tls}} } }, "simulator": { "path": "{{simulator}}" },
              "sessions": [ { "targetCompId": "C", "accounts": [ "HOUSE" ], "certificates": [ {{rules}} ] } ] }
            """;
        return ConfigurationLoader.Load(new ConfigurationRequest(_folder.Write(json), EnvironmentPrefix: "PEREGRINE_TEST_NOTHING__"));
    }
}
