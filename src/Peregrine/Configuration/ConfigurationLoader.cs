using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Peregrine.Gateway;
using Peregrine.Journal;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;
using Peregrine.Primitives;

namespace Peregrine.Configuration;

/// <summary>
/// Puts the configuration together: built-in values, then the file, then PEREGRINE__ environment variables, then the command line.
/// A list that is configured anywhere takes the place of the built-in one as a whole.
/// </summary>
internal static class ConfigurationLoader
{
    /// <summary>The file that is read when it is there and none is named.</summary>
    public const string DefaultFile = "peregrine.json";

    private const string EnvironmentPrefix = "PEREGRINE__";

    private static readonly Instrument[] DefaultInstruments =
    [
        new(0, "AAPL", 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(23_000) },
        new(1, "MSFT", 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(42_000) },
        new(2, "ESZ6", 2, 25, 1, IsOpen: true) { ReferencePrice = new Price(24_000) },
    ];

    private static readonly AccountLimits DefaultLimits = new(1_000_000, 100_000_000, 1_000);

    /// <summary>Reads and checks.</summary>
    /// <param name="file">The file, or null for <see cref="DefaultFile"/> if it is there.</param>
    /// <param name="settings">key=value pairs of the command line.</param>
    /// <param name="errors">Every error at once, each with its path; empty when all is well.</param>
    /// <returns>The options; only to be used without errors.</returns>
    public static PeregrineOptions Load(string? file, IReadOnlyList<string> settings, out List<string> errors)
    {
        errors = [];
        ConfigurationBuilder builder = new();
        file ??= File.Exists(DefaultFile) ? DefaultFile : null;
        if (file is not null && !TryAddFile(builder, file, errors))
        {
            settings = [];
        }

        _ = builder.AddEnvironmentVariables(EnvironmentPrefix);
        AddSettings(builder, settings, errors);
        OptionReader reader = new(builder.Build());
        PeregrineOptions options = Read(reader);
        reader.RefuseUnknown();
        errors.AddRange(reader.Errors);
        return options;
    }

    /// <summary>Every key, for the tests that hold schema and documentation to it.</summary>
    public static IReadOnlyCollection<string> KnownKeys()
    {
        Dictionary<string, string?> one = new() { ["instruments:0:symbol"] = "X", ["accounts:0:name"] = "X", ["sessions:0:compId"] = "X", ["sessions:0:accounts:0"] = "X" };
        OptionReader reader = new(new ConfigurationBuilder().AddInMemoryCollection(one).Build());
        _ = Read(reader);
        return reader.KnownKeys;
    }

    private static bool TryAddFile(ConfigurationBuilder builder, string file, List<string> errors)
    {
        try
        {
            byte[] text = File.ReadAllBytes(file);
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                errors.Add($"{file}: expected an object in braces at the top, got {document.RootElement.ValueKind}");
                return false;
            }

            _ = builder.AddJsonStream(new MemoryStream(text));
            return true;
        }
        catch (JsonException fault)
        {
            errors.Add($"{file}: not JSON at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}: {fault.Message.Split(" LineNumber", 2)[0].TrimEnd('.')}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            errors.Add($"{file}: cannot be read: {fault.Message.TrimEnd('.')}");
        }

        return false;
    }

    private static void AddSettings(ConfigurationBuilder builder, IReadOnlyList<string> settings, List<string> errors)
    {
        Dictionary<string, string?> values = [];
        foreach (string setting in settings)
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                errors.Add($"--set {setting}: expected key=value, such as fix.port=9881");
                continue;
            }

            values[setting[..equals].Replace('.', ':').Replace("[", ":", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)] = setting[(equals + 1)..];
        }

        _ = builder.AddInMemoryCollection(values);
    }

    private static PeregrineOptions Read(OptionReader reader)
    {
        string address = reader.Text("fix:address", "127.0.0.1");
        if (!IPAddress.TryParse(address, out _))
        {
            reader.Error("fix:address", address, "an IPv4 or IPv6 address, such as 127.0.0.1");
        }

        List<Instrument> instruments = ReadInstruments(reader);
        List<Account> accounts = ReadAccounts(reader);
        int idSegmentMin = reader.Int("ids:segmentMin", 5_000, 1, 100_000_000);
        PeregrineOptions options = new()
        {
            DataFolder = reader.Text("dataFolder", "data"),
            FixAddress = address,
            FixPort = reader.Int("fix:port", 9880, 0, 65_535),
            CompId = reader.Name("fix:compId", "PEREGRINE", 32),
            HeartbeatSecondsMax = reader.Int("fix:heartbeatSecondsMax", 300, 1, 3_600),
            FrameBytesMax = reader.Int("fix:frameBytesMax", 8_192, 512, 65_536),
            SessionStoreMiB = reader.Int("fix:sessionStoreMiB", 16, 1, 1_024),
            Durability = reader.Choice("journal:durability", Durability.Os, ("none", Durability.None), ("os", Durability.Os), ("fsync", Durability.Fsync)),
            SegmentMiB = reader.Int("journal:segmentMiB", 64, 8, 1_024),
            IdSegmentMin = idSegmentMin,
            IdSegmentMax = reader.Int("ids:segmentMax", 5_000_000, Math.Max(idSegmentMin, 1), 100_000_000),
            Wait = reader.Choice("threads:wait", Environment.ProcessorCount <= 2 ? WaitMode.Block : WaitMode.Yield, ("spin", WaitMode.Spin), ("yield", WaitMode.Yield), ("block", WaitMode.Block)),
            PinnedCore = reader.Int("threads:linkCore", -1, -1, 1_023),
            OrdersMax = reader.Int("capacity:orders", 1 << 18, 1_024, 1 << 22),
            ClientOrderIdsMax = reader.Int("capacity:clientOrderIds", 1 << 20, 1_024, 1 << 24),
            Rules = new TradingRules(instruments, accounts),
            Sessions = ReadSessions(reader, accounts),
        };
        return options;
    }

    private static List<Instrument> ReadInstruments(OptionReader reader)
    {
        List<Instrument> instruments = [];
        foreach (string path in reader.List("instruments"))
        {
            int decimals = reader.Int($"{path}:priceDecimals", 2, 0, 9);
            string symbol = reader.Name($"{path}:symbol", null, 16);
            long tick = reader.Decimal($"{path}:tickSize", decimals == 0 ? "1" : "0." + new string('0', decimals - 1) + "1", decimals, 1);
            long reference = reader.Decimal($"{path}:referencePrice", "0", decimals, 0);
            if (reference % tick != 0)
            {
                reader.Error($"{path}:referencePrice", $"{reference}", "a whole number of ticks");
            }

            instruments.Add(new Instrument(instruments.Count, symbol, decimals, tick, reader.Long($"{path}:lotUnits", 1, 1, 1_000_000_000), reader.Bool($"{path}:open", true))
            {
                ReferencePrice = new Price(reference / tick),
            });
        }

        RefuseTwice(reader, "instruments", "symbol", instruments.Select(instrument => instrument.Symbol));
        return instruments.Count > 0 ? instruments : [.. DefaultInstruments];
    }

    private static List<Account> ReadAccounts(OptionReader reader)
    {
        List<Account> accounts = [];
        foreach (string path in reader.List("accounts"))
        {
            AccountLimits limits = new(
                reader.Long($"{path}:limits:maxQuantity", DefaultLimits.MaxQuantityUnits, 0, 1_000_000_000_000),
                reader.Long($"{path}:limits:maxNotional", DefaultLimits.MaxNotionalUnits, 0, 1_000_000_000_000_000),
                reader.Int($"{path}:limits:collarBasisPoints", DefaultLimits.CollarBasisPoints, 0, 10_000));
            accounts.Add(new Account(accounts.Count, reader.Name($"{path}:name", null, 32), limits));
        }

        RefuseTwice(reader, "accounts", "name", accounts.Select(account => account.Name));
        return accounts.Count > 0 ? accounts : [new Account(0, "ALPHA", DefaultLimits), new Account(1, "BETA", DefaultLimits)];
    }

    private static List<ClientSession> ReadSessions(OptionReader reader, List<Account> accounts)
    {
        List<ClientSession> sessions = [];
        foreach (string path in reader.List("sessions"))
        {
            List<int> ids = [];
            foreach (string entry in reader.List($"{path}:accounts"))
            {
                string name = reader.Name(entry, null, 32);
                int id = accounts.FindIndex(account => account.Name == name);
                if (id < 0)
                {
                    reader.Error(entry, name, $"one of the accounts ({string.Join(", ", accounts.Select(account => account.Name))})");
                }

                ids.Add(Math.Max(id, 0));
            }

            sessions.Add(new ClientSession(reader.Name($"{path}:compId", null, 32), ids.Count > 0 ? ids : [0]));
        }

        RefuseTwice(reader, "sessions", "compId", sessions.Select(session => session.CompId));
        if (sessions.Count > 0)
        {
            return sessions;
        }

        int second = accounts.Count > 1 ? 1 : 0;
        return [new("CLIENT1", [0, second]), new("CLIENT2", [second, 0]), new("CLIENT3", [0, second]), new("CLIENT4", [second, 0])];
    }

    private static void RefuseTwice(OptionReader reader, string list, string key, IEnumerable<string> names)
    {
        int position = 0;
        Dictionary<string, int> seen = [];
        foreach (string name in names)
        {
            if (name.Length > 0 && !seen.TryAdd(name, position))
            {
                reader.Error($"{list}:{position}:{key}", name, $"a name of its own; {list}[{seen[name]}] has it already");
            }

            position++;
        }
    }
}
