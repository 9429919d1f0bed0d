using Peregrine.Hosting.Configuration;

namespace Peregrine.Tests.Configuration;

/// <summary>The versions of FIX that sessions and drop copies speak, as they are configured.</summary>
public sealed class FixVersionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "FIX.4.4")]
    [InlineData(""", "version": "FIX.4.0" """, "FIX.4.0")]
    [InlineData(""", "version": "FIX.5.0SP2" """, "FIX.5.0SP2")]
    public void Version_OfASession_IsReadAndGivenToTheLink(string version, string expected)
    {
        ConfigurationResult result = Load(version, "");

        Assert.Empty(result.Errors);
        Assert.Equal(expected, result.Options!.ToLinkOptions(null!).SessionVersions["C"]);
        Assert.Equal("FIX.4.4", result.Options!.ToLinkOptions(null!).DropCopyVersion);
    }

    [Fact]
    public void Version_OfDropCopies_IsTheirOwn()
    {
        ConfigurationResult result = Load("", """ "version": "FIX.4.2", "sessions": [ "WATCH" ] """);

        Assert.Empty(result.Errors);
        Assert.Equal(("FIX.4.2", "FIX.4.4"), (result.Options!.ToLinkOptions(null!).DropCopyVersion, result.Options!.SessionVersions["C"]));
    }

    [Theory]
    [InlineData(""", "version": "FIX.4.5" """, "", "sessions[0].version", "FIX.4.5")]
    [InlineData(""", "version": "4.2" """, "", "sessions[0].version", "4.2")]
    [InlineData(""", "version": "FIXT.1.1" """, "", "sessions[0].version", "FIXT.1.1")]
    [InlineData("", """ "version": "FIX.6" """, "fix.dropCopy.version", "FIX.6")]
    public void Version_ThatIsNone_IsOneErrorAtItsPath(string version, string dropCopy, string path, string value)
    {
        ConfigurationError error = Assert.Single(Load(version, dropCopy).Errors);

        Assert.Equal((path, value), (error.Path, error.Value));
        Assert.Contains("FIX.4.0, FIX.4.1, FIX.4.2, FIX.4.3, FIX.4.4, FIX.5.0, FIX.5.0SP1", error.ToString(), StringComparison.Ordinal);
    }

    private ConfigurationResult Load(string version, string dropCopy) => ConfigurationLoader.Load(new ConfigurationRequest(_folder.Write($$"""
        { "fix": { "dropCopy": { {{dropCopy}} } }, "sessions": [ { "targetCompId": "C", "accounts": [ "HOUSE" ] {{version}} } ] }
        """), EnvironmentPrefix: "PEREGRINE_TEST_NOTHING__"));
}
