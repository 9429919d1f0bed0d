using System.Text.Json;
using Peregrine.Gateway.Sequencing;
using Peregrine.Integration.Tests.Link;
using Peregrine.Journal;
using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Integration.Tests.Inspect;

/// <summary>The journal verbs on journals that were written, are being written, and are damaged.</summary>
public sealed class JournalVerbTests : IDisposable
{
    // 2026-01-02T03:04:05.000000006Z
    private const long TimeNs = 1_767_323_045_000_000_006;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Dump_EveryKindOfRecord_IsPrintedInTheInstrumentsDecimals()
    {
        WriteJournal();

        CommandResult result = CommandProcess.Run("journal", "dump", _folder.Path);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            [
                "0 - bounds orders=16 closed=8 clientids=32",
                "0 - rules instruments=1 accounts=1",
                "1 2026-01-02T03:04:05.000000006Z new client=A\\x20\\x3d1 order=77 session=3 account=HOUSE instrument=ACME side=buy type=limit tif=day quantity=500 price=12.35",
                "2 2026-01-02T03:04:05.000000007Z replace client=A2 original=A\\x20\\x3d1 session=3 account=HOUSE instrument=ACME side=buy type=limit tif=day quantity=300 price=0.05",
                "3 2026-01-02T03:04:05.000000008Z cancel client=A3 original=A2 session=3 account=HOUSE instrument=ACME",
                "4 2026-01-02T03:04:05.000000009Z new client=A4 order=78 session=3 account=- instrument=- side=sell type=market tif=fillorkill quantity=7 price=-",
            ],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Dump_OfAPartAsJson_IsOneObjectALine()
    {
        WriteJournal();

        CommandResult result = CommandProcess.Run("journal", "dump", _folder.Path, "--from", "2", "--to", "3", "--json");

        JsonElement[] lines = [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["replace", "cancel"], lines.Select(line => line.GetProperty("record").GetString()!));
        Assert.Equal(0.05m, lines[0].GetProperty("price").GetDecimal());
        Assert.Equal(300, lines[0].GetProperty("quantity").GetInt64());
    }

    [Fact]
    public void Verify_AFlippedBit_TellsFileAndByte()
    {
        WriteJournal();
        string segment = Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal).First();
        byte[] bytes = File.ReadAllBytes(segment);
        bytes[128 + 40] ^= 4;
        File.WriteAllBytes(segment, bytes);

        CommandResult result = CommandProcess.Run("journal", "verify", _folder.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{segment} is damaged at byte 128", result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_ARecordThatNoLinkWrites_IsRefusedThoughItIsWhole()
    {
        using (JournalWriter journal = Open())
        {
            Append(journal, JournalRecordType.Command, 1, "no command"u8);
        }

        CommandResult result = CommandProcess.Run("journal", "verify", _folder.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("a command of 10 bytes is not one that this version of the link writes", result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_WithReplay_OfARunningLink_ProvesEveryHash()
    {
        string data = _folder.File("data");
        using LinkProcess link = LinkProcess.StartWith(data, "--no-console");
        JsonElement found = default;
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    CommandResult result = CommandProcess.Run("journal", "verify", data, "--replay", "--json");
                    Assert.True(result.ExitCode == 0, result.Error);
                    found = JsonDocument.Parse(result.Output).RootElement;
                    return found.GetProperty("commands").GetInt64() > 50;
                },
                60_000),
            $"the simulated participants trade: {found}");

        Assert.Equal(found.GetProperty("stateHashes").GetInt64(), found.GetProperty("provenHashes").GetInt64());
        Assert.True(found.GetProperty("provenHashes").GetInt64() > 0);
        Assert.Equal(0, link.Stop().ExitCode);
        Assert.Contains("whole", CommandProcess.Run("journal", "verify", data).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_ThatIsNotThere_IsNamed()
    {
        CommandResult result = CommandProcess.Run("journal", "verify", _folder.File("nowhere"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(_folder.File("nowhere"), result.OneLineError(), StringComparison.Ordinal);
    }

    private JournalWriter Open() => JournalWriter.Open(new JournalOptions { Folder = _folder.Path, SegmentBytes = 64 << 10, BatchBytesMax = 32 << 10 }, new Nothing(), out _);

    private static void Append(JournalWriter journal, byte type, long sequence, ReadOnlySpan<byte> payload)
    {
        Assert.Equal(JournalStatus.Ok, journal.TryAppend(type, sequence, sequence == 0 ? 0 : TimeNs + sequence - 1, payload));
        Assert.Equal(JournalStatus.Ok, journal.Commit());
    }

    private void WriteJournal()
    {
        using JournalWriter journal = Open();
        byte[] bounds = new byte[JournalReplay.BoundsBytes];
        JournalReplay.EncodeBounds(new CoreOptions { OrdersMax = 16, ClosedOrdersMax = 8, ClientOrderIdsMax = 32 }, bounds);
        Append(journal, JournalRecordType.Bounds, 0, bounds);
        TradingRules rules = new([new Instrument(0, "ACME", 2, 5, 100, IsOpen: true)], [new Account(0, "HOUSE", new AccountLimits(0, 0, 0))]);
        Append(journal, JournalRecordType.Rules, 0, RulesCodec.Encode(rules));
        OrderCommand order = new()
        {
            Sequence = 1,
            Type = CommandType.New,
            OrderId = 77,
            Price = new Price(247),
            Quantity = new Quantity(5),
            SessionId = 3,
            Side = Side.Buy,
            OrderType = OrderType.Limit,
            TimeInForce = TimeInForce.Day,
            ClientOrderId = ClientOrderId.From("A =1"),
        };
        Append(journal, in order);
        OrderCommand replace = order with { Sequence = 2, Type = CommandType.Replace, OrderId = 0, Price = new Price(1), Quantity = new Quantity(3), ClientOrderId = ClientOrderId.From("A2"), OriginalClientOrderId = order.ClientOrderId };
        Append(journal, in replace);
        OrderCommand cancel = replace with { Sequence = 3, Type = CommandType.Cancel, ClientOrderId = ClientOrderId.From("A3"), OriginalClientOrderId = replace.ClientOrderId };
        Append(journal, in cancel);
        OrderCommand market = order with
        {
            Sequence = 4,
            OrderId = 78,
            InstrumentId = -1,
            AccountId = -1,
            Side = Side.Sell,
            OrderType = OrderType.Market,
            TimeInForce = TimeInForce.FillOrKill,
            Quantity = new Quantity(7),
            ClientOrderId = ClientOrderId.From("A4"),
        };
        Append(journal, in market);
    }

    private static void Append(JournalWriter journal, in OrderCommand command)
    {
        byte[] bytes = new byte[CommandCodec.BytesMax];
        Append(journal, JournalRecordType.Command, command.Sequence, bytes.AsSpan(0, CommandCodec.Encode(in command, bytes)));
    }

    private sealed class Nothing : IJournalVisitor
    {
        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
        {
        }
    }
}
