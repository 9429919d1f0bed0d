using Peregrine.Hosting.Configuration;

namespace Peregrine.Tests.Configuration;

public sealed class ConfigurationErrorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{ "fix": { "port": 65536 } }""", "fix.port", "65536", "0 to 65535")]
    [InlineData("""{ "fix": { "port": -1 } }""", "fix.port", "-1", "0 to 65535")]
    [InlineData("""{ "fix": { "port": 1.5 } }""", "fix.port", "1.5", "whole number")]
    [InlineData("""{ "fix": { "port": 99999999999999999999 } }""", "fix.port", "99999999999999999999", "whole number")]
    [InlineData("""{ "fix": { "port": true } }""", "fix.port", "True", "whole number")]
    [InlineData("""{ "fix": { "port": null } }""", "fix.port", "null", "default 9880")]
    [InlineData("""{ "fix": { "port": { "a": 1 } } }""", "fix.port", "an object or array", "whole number")]
    [InlineData("""{ "fix": 5 }""", "fix", "5", "an object with address, port")]
    [InlineData("""{ "fix": { "prot": 5 } }""", "fix.prot", "5", "did you mean 'port'?")]
    [InlineData("""{ "zzzzzzzzzzz": 5 }""", "zzzzzzzzzzz", "5", "remove this unknown key")]
    [InlineData("""{ "fix": { "address": "localhost" } }""", "fix.address", "localhost", "not a host name")]
    [InlineData("""{ "fix": { "address": "1.2.3" } }""", "fix.address", "1.2.3", "not a host name")]
    [InlineData("""{ "fix": { "senderCompId": "A B" } }""", "fix.senderCompId", "A B", "without space")]
    [InlineData("""{ "fix": { "senderCompId": "A\u0001" } }""", "fix.senderCompId", "A\u0001", "without space")]
    [InlineData("""{ "dataFolder": "" }""", "dataFolder", "", "1 to 4096 characters")]
    [InlineData("""{ "journal": { "durability": "disk" } }""", "journal.durability", "disk", "none, os, fsync")]
    [InlineData("""{ "ids": { "countMin": 10, "countMax": 9 } }""", "ids.countMax", "9", "at least ids.countMin (10)")]
    [InlineData("""{ "capacity": { "inFlightCommands": 1000 } }""", "capacity.inFlightCommands", "1000", "a power of two")]
    [InlineData("""{ "instruments": [] }""", "instruments", "0 entries", "1 to 65536 entries")]
    [InlineData("""{ "instruments": 3 }""", "instruments", "3", "an array")]
    [InlineData("""{ "instruments": { "first": { "symbol": "A" } } }""", "instruments[first]", null, "index 0")]
    [InlineData("""{ "instruments": [ { "open": true } ] }""", "instruments[0].symbol", null, "the key is missing")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "open": "maybe" } ] }""", "instruments[0].open", "maybe", "true or false")]
    [InlineData("""{ "instruments": [ { "symbol": "A" }, { "symbol": "B", "tickSize": "0" } ] }""", "instruments[1].tickSize", "0", "above 0")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "tickSize": "0.001" } ] }""", "instruments[0].tickSize", "0.001", "at most 2 decimals")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "tickSize": "1e-2" } ] }""", "instruments[0].tickSize", "1e-2", "without sign or exponent")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "tickSize": "999999999999" } ] }""", "instruments[0].tickSize", "999999999999",
        "at most 1000000000 price units")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "tickSize": "0.05", "referencePrice": "1.02" } ] }""", "instruments[0].referencePrice", "1.02",
        "a multiple of tickSize (0.05)")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "referencePrice": "999999999999999999" } ] }""", "instruments[0].referencePrice",
        "999999999999999999", "ticks")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "tickSize": "0.05", "lowestPrice": "1.02" } ] }""", "instruments[0].lowestPrice", "1.02",
        "a multiple of tickSize (0.05)")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "lowestPrice": "2", "highestPrice": "1" } ] }""", "instruments[0].highestPrice", "1",
        "at least lowestPrice (2)")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "venue": "ashare" } ] }""", "instruments[0].referencePrice", "0",
        "which the price limits lie around")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "priceLimitBasisPoints": 100 } ] }""", "instruments[0].referencePrice", "0",
        "set priceLimitBasisPoints to 0")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "venue": "nowhere" } ] }""", "instruments[0].venue", "nowhere", "default, ashare")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "currency": "euro" } ] }""", "instruments[0].currency", "euro", "three capital letters")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "tickTable": [ { "from": "1", "step": "0" } ] } ] }""", "instruments[0].tickTable[0].step",
        "0", "above 0")]
    [InlineData("""{ "instruments": [ { "symbol": "A", "tickTable": [ { "from": "1", "step": "1" }, { "from": "1", "step": "2" } ] } ] }""",
        "instruments[0].tickTable[1].from", "1", "above that of the step before")]
    [InlineData("""{ "holidays": [ "2026-02-30" ] }""", "holidays[0]", "2026-02-30", "a date that exists")]
    [InlineData("""{ "instruments": [ { "symbol": "A" }, { "symbol": "A" } ] }""", "instruments[1].symbol", "A",
        "instruments[0].symbol has the same")]
    [InlineData("""{ "instruments": [ { "symbol": "SEVENTEEN-LETTERS" } ] }""", "instruments[0].symbol", "SEVENTEEN-LETTERS", "1 to 16 printable")]
    [InlineData("""{ "accounts": [ { "name": "HOUSE" }, { "name": "CLIENT" }, { "name": "CLIENT" } ] }""", "accounts[2].name", "CLIENT",
        "accounts[1].name has the same")]
    [InlineData("""{ "accounts": [ { "name": "HOUSE" }, { "name": "CLIENT", "limits": { "maxNotional": -5 } } ] }""",
        "accounts[1].limits.maxNotional", "-5", "0 to 1000000000000000")]
    [InlineData("""{ "sessions": [ { "targetCompId": "C", "accounts": [ "HOSE" ] } ] }""", "sessions[0].accounts[0]", "HOSE",
        "did you mean 'HOUSE'?")]
    [InlineData("""{ "sessions": [ { "targetCompId": "C", "accounts": [ "HOUSE", "HOUSE" ] } ] }""", "sessions[0].accounts[1]", "HOUSE",
        "each account once")]
    [InlineData("""{ "sessions": [ { "targetCompId": "C", "accounts": [] } ] }""", "sessions[0].accounts", "0 entries", "1 to 256 entries")]
    [InlineData("""{ "sessions": [ { "targetCompId": "../C", "accounts": [ "HOUSE" ] } ] }""", "sessions[0].targetCompId", "../C",
        "the first a letter or digit")]
    [InlineData("""{ "sessions": [ { "targetCompId": "PEREGRINE", "accounts": [ "HOUSE" ] } ] }""", "sessions[0].targetCompId", "PEREGRINE",
        "other than our own")]
    [InlineData("""{ "sessions": [ { "targetCompId": "C", "accounts": [ "HOUSE" ] }, { "targetCompId": "C", "accounts": [ "HOUSE" ] } ] }""",
        "sessions[1].targetCompId", "C", "sessions[0].targetCompId has the same")]
    public void Load_OneMistake_IsOneErrorAtItsPath(string json, string path, string? value, string tells)
    {
        string file = _folder.Write(json);

        ConfigurationResult result = Load(file);

        ConfigurationError error = Assert.Single(result.Errors);
        Assert.Null(result.Options);
        Assert.Equal(path, error.Path);
        Assert.Equal(value, error.Value);
        Assert.Equal(file, error.Origin);
        Assert.Contains(tells, error.ToString());
    }

    [Fact]
    public void Load_ManyMistakes_AreAllFoundAtOnce()
    {
        string file = _folder.Write("""
            { "fix": { "prot": 1, "port": 70000 }, "journal": { "segmentMiB": 0 },
              "instruments": [ { "symbol": "A" }, { "symbol": "A", "tickSize": "0" } ],
              "sessions": [ { "targetCompId": "C", "accounts": [ "NOBODY" ] } ] }
            """);

        ConfigurationResult result = Load(file);

        Assert.Equal(
            ["fix.port", "fix.prot", "instruments[1].symbol", "instruments[1].tickSize", "journal.segmentMiB", "sessions[0].accounts[0]"],
            result.Errors.Select(error => error.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Load_BrokenJson_SaysLineAndColumn()
    {
        ConfigurationResult result = Load(_folder.Write("{\n  \"fix\": {,}\n}"));

        Assert.Contains("at line 2, column 11", Assert.Single(result.Errors).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{ \"dataFolder\": \"a\", \"dataFolder\": \"b\" }")]
    [InlineData("{ \"dataFolder\": \"a\"")]
    public void Load_NoObjectWithEachKeyOnce_IsOneError(string text)
    {
        ConfigurationError error = Assert.Single(Load(_folder.Write(text)).Errors);

        Assert.Equal("", error.Path);
    }

    [Fact]
    public void Load_NestedBeyondReason_IsAnErrorNotACrash()
    {
        string text = string.Concat(Enumerable.Repeat("{\"a\":", 100_000));

        ConfigurationResult result = Load(_folder.Write(text));

        Assert.Single(result.Errors);
    }

    [Fact]
    public void Load_HugeFile_IsRefused()
    {
        string file = _folder.Write(new string(' ', (16 << 20) + 1));

        ConfigurationException fault = Assert.Throws<ConfigurationException>(() => Load(file));

        Assert.Contains("larger than", fault.Message);
    }

    [Fact]
    public void Error_ValueWithControlsAndLength_IsShownSafely()
    {
        ConfigurationError error = new("fix.x", "\u001b[31m" + new string('a', 1000), "something", "change it", "file");

        Assert.DoesNotContain('\u001b', error.ToString());
        Assert.True(error.ToString().Length < 200, error.ToString());
    }

    [Fact]
    public void Load_RandomBytesInGoodFile_NeverCrashes()
    {
        const int Seed = 20261124;
        byte[] good = File.ReadAllBytes(Path.Combine(Testing.Repository.Root, "peregrine.sample.json"));
        Random random = new(Seed);
        for (int i = 0; i < Testing.ProofSize.Of(300, 20_000); i++)
        {
            byte[] bad = [.. good];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            string file = _folder.Write("", "fuzz.json");
            File.WriteAllBytes(file, bad);
            ConfigurationResult result = Load(file);
            Assert.True(result.Options is not null == (result.Errors.Count == 0), $"seed {Seed}, round {i}");
        }
    }

    private static ConfigurationResult Load(string file) =>
        ConfigurationLoader.Load(new ConfigurationRequest(file, EnvironmentPrefix: "PEREGRINE_TEST_NOTHING__"));
}
