using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Parquet;
using Parquet.Schema;
using Peregrine.Journal;
using Peregrine.Primitives;
using Peregrine.Tools.Inspect.Export;
using Peregrine.Trading;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Tools.Tests.Inspect;

/// <summary>What is exported is what the journal holds, as other programs read it; and a failure leaves no file behind.</summary>
public sealed class JournalExportTests : IDisposable
{
    private static readonly string[] Columns =
    [
        "sequence", "time_ns", "time", "type", "session", "session_sequence", "account_id", "account", "instrument_id", "instrument", "side",
            "order_type", "time_in_force",
        "price", "price_ticks", "quantity", "quantity_lots", "client_order_id", "original_client_order_id", "order_id", "received_ns", "validated_ns",
        "stop_price", "stop_price_ticks", "offset", "offset_ticks", "display_quantity", "display_quantity_lots", "minimum_quantity",
            "minimum_quantity_lots", "expire_time_ns",
        "flags", "peg", "self_trade", "strategy", "fields", "scope", "phase", "cancels_forbidden",
        "matched_ns", "durable_ns", "sent_ns",
    ];

    // The columns that only some commands have, for those that have none of them.
    private static readonly string NoneOfTheRest =
        string.Join(',', Columns[Array.IndexOf(Columns, "stop_price")..].Select(name => $"\"{name}\":null")) + "}";
    private static readonly string[] EmptyRest = [.. Enumerable.Repeat("", 20)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Journal => _folder.File("journal");

    [Fact]
    public void Csv_EveryKindOfCommand_IsReadBackByAPlainParser()
    {
        LinkJournal.WriteEveryKind(Journal);

        CommandResult result = Export("out.csv");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.EndsWith("out.csv: 4 of 4 commands as csv\n", result.Output, StringComparison.Ordinal);
        Assert.Equal(
            [
                Columns,
                ["1", "1767323045000000006", "2026-01-02T03:04:05.000000006Z", "new", "3", "0", "0", "HOUSE", "0", "ACME", "buy", "limit", "day",
                    "12.35", "247", "500", "5", "A =1", "", "77", "0", "0", .. EmptyRest],
                ["2", "1767323045000000007", "2026-01-02T03:04:05.000000007Z", "replace", "3", "0", "0", "HOUSE", "0", "ACME", "buy", "limit", "day",
                    "0.05", "1", "300", "3", "A2", "A =1", "", "0", "0", .. EmptyRest],
                ["3", "1767323045000000008", "2026-01-02T03:04:05.000000008Z", "cancel", "3", "0", "0", "HOUSE", "0", "ACME", "", "", "", "", "", "",
                    "", "A3", "A2", "", "0", "0", .. EmptyRest],
                ["4", "1767323045000000009", "2026-01-02T03:04:05.000000009Z", "new", "3", "0", "-1", "", "-1", "", "sell", "market", "fillorkill",
                    "", "", "", "7", "A4", "", "78", "0", "0", .. EmptyRest],
            ],
            PlainCsv.Parse(File.ReadAllText(_folder.File("out.csv"))));
    }

    // The journal holds what was refused too: no number of it wraps. Ticks of 0.05, lots of 100.
    [Fact]
    public void Csv_AmountsBeyondAnyOrder_AreExactOrLeftOut()
    {
        (long Ticks, long Lots, string Price, string Quantity)[] cases =
        [
            (800_000_000_000_000_000, 1L << 40, "40000000000000000.00", "109951162777600"), (long.MaxValue, long.MaxValue, "", ""),
            (long.MinValue, 92_233_720_368_547_758, "", "9223372036854775800"),
        ];
        Write([.. cases.Select((one, index) =>
            LinkJournal.Order(index + 1) with { Price = new Price(one.Ticks), Quantity = new Quantity(one.Lots) })]);

        CommandResult result = Export("out.csv");
        CommandResult dump = CommandProcess.Run("journal", "dump", Journal, "--json");

        Assert.True(result.ExitCode == 0, result.Error);
        Range amounts = Array.IndexOf(Columns, "price")..(Array.IndexOf(Columns, "quantity_lots") + 1);
        Assert.Equal(
            cases.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Price} {one.Ticks} {one.Quantity} {one.Lots}")),
            PlainCsv.Parse(File.ReadAllText(_folder.File("out.csv"))).Skip(1).Select(row => string.Join(' ', row[amounts])));
        Assert.Equal(
            cases.Select(one => ((decimal)one.Ticks * 5 / 100, ((Int128)one.Lots * 100).ToString(CultureInfo.InvariantCulture))),
            dump.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(text => JsonDocument.Parse(text).RootElement)
            .Where(line => line.GetProperty("record").GetString() == "new")
                .Select(line => (line.GetProperty("price").GetDecimal(), line.GetProperty("quantity").GetRawText())));
    }

    [Fact]
    public void Csv_AnIdOfAnyBytes_StaysOneField()
    {
        Write(LinkJournal.Order(1) with { ClientOrderId = Id("a,\"b\"\n\\ü"u8) });

        CommandResult result = Export("out.csv");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal("a,\"b\"\\x0a\\x5c\\xc3\\xbc",
            PlainCsv.Parse(File.ReadAllText(_folder.File("out.csv")))[1][Array.IndexOf(Columns, "client_order_id")]);
    }

    [Fact]
    public void Parquet_EveryKindOfCommand_IsReadByAnotherReader()
    {
        LinkJournal.WriteEveryKind(Journal);

        CommandResult result = Export("out.parquet");

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement[] lines = ParquetReaderProcess.Read(_folder.File("out.parquet"));
        Assert.Equal("""["4"]""", lines[0].GetRawText());
        Assert.Equal(Columns, lines[1].EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            $$"""{"sequence":"1","time_ns":"1767323045000000006","time":"2026-01-02T03:04:05.000Z","type":"new","session":3""" +
            $$""","session_sequence":"0","account_id":0,"account":"HOUSE","instrument_id":0""" +
            $$""","instrument":"ACME","side":"buy","order_type":"limit","time_in_force":"day","price":12.35""" +
            $$""","price_ticks":"247","quantity":"500","quantity_lots":"5","client_order_id":"A""" +
            $$""" =1","original_client_order_id":null,"order_id":"77","received_ns":"0","validated_ns":"0",{{NoneOfTheRest}}""",
            lines[1].GetRawText());
        Assert.Equal(
            $$"""{"sequence":"3","time_ns":"1767323045000000008","time":"2026-01-02T03:04:05.000Z","type":"cancel","session":3""" +
            $$""","session_sequence":"0","account_id":0,"account":"HOUSE","instrument_id":0,"instrument":"ACME","side":null,"order_type":null""" +
            $$""","time_in_force":null,"price":null,"price_ticks":null,"quantity":null,"quantity_lots":null""" +
            $$""","client_order_id":"A3","original_client_order_id":"A2","order_id":null,"received_ns":"0","validated_ns":"0",{{NoneOfTheRest}}""",
            lines[3].GetRawText());
        Assert.Equal("fillorkill", lines[4].GetProperty("time_in_force").GetString());
    }

    [Fact]
    public async Task Parquet_TheLargestValues_AreReadBackExactly()
    {
        OrderCommand order = LinkJournal.Order(1) with
        {
            OrderId = ulong.MaxValue,
            Price = new Price(long.MinValue / 5),
            Quantity = new Quantity(long.MaxValue / 100),
            SessionSequence = long.MaxValue,
            TimeNs = 1_767_323_045_123_456_789,
        };
        Write(order, order with { Sequence = 2, Price = new Price(long.MaxValue), Quantity = new Quantity(long.MinValue), TimeNs = -1 });

        CommandResult result = Export("out.parquet");

        Assert.True(result.ExitCode == 0, result.Error);
        await using ParquetReader reader = await ParquetReader.CreateAsync(_folder.File("out.parquet"));
        Assert.Equal([-92_233_720_368_547_758.05m, null], await ReadAsync<decimal>(reader, "price"));
        Assert.Equal([long.MinValue / 5, long.MaxValue], await ReadAsync<long>(reader, "price_ticks"));
        Assert.Equal([9_223_372_036_854_775_800, null], await ReadAsync<long>(reader, "quantity"));
        Assert.Equal([long.MaxValue / 100, long.MinValue], await ReadAsync<long>(reader, "quantity_lots"));
        Assert.Equal([ulong.MaxValue, ulong.MaxValue], await ReadAsync<ulong>(reader, "order_id"));
        long[] times = new long[2];
        await reader.OpenRowGroupReader(0).ReadAsync<long>(Field(reader, "time_ns"), times);
        Assert.Equal([1_767_323_045_123_456_789, -1], times);
        DateTime[] dates = new DateTime[2];
        await reader.OpenRowGroupReader(0).ReadAsync<DateTime>(Field(reader, "time"), dates);
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, 123, 456), dates[0]);
    }

    [Fact]
    public void CommandsWithEveryField_AreReadBackFromBothFormats()
    {
        Write(EveryField());
        string[] names = Columns[Array.IndexOf(Columns, "stop_price")..];
        string[][] terms =
        [
            ["12.30", "246", "0.15", "3", "200", "2", "100", "1", "1767330000000000000", "hidden|postonly|allornone|haslimit", "mid",
                "decrementandcancel", "9", "", "", "", ""],
            ["12.40", "248", "-0.10", "-2", "", "", "", "", "", "", "", "", "", "price|leaves|stop|display|minimum|expiry", "", "", ""],
            ["", "", "", "", "", "", "", "", "", "", "", "", "", "", "session|account|instrument|side", "", ""],
            ["", "", "", "", "", "", "", "", "", "", "", "", "", "", "all", "", ""],
            ["", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "closingauction", "true"],
            ["", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "halted", "false"],
            [.. Enumerable.Repeat("", 17)],
        ];
        string[][] expected = [.. terms.Select(row => (string[])[.. row, "", "", ""])];

        CommandResult csv = Export("out.csv");
        CommandResult parquet = Export("out.parquet");

        Assert.True(csv.ExitCode == 0 && parquet.ExitCode == 0, csv.Error + parquet.Error);
        List<string[]> lines = PlainCsv.Parse(File.ReadAllText(_folder.File("out.csv")));
        Assert.Equal(expected, lines.Skip(1).Select(line => line[^names.Length..]));
        Assert.Equal(("sell", "41"), (lines[3][Array.IndexOf(Columns, "side")], lines[3][Array.IndexOf(Columns, "session_sequence")]));
        Assert.Equal(("200", "2", ""),
            (lines[7][Array.IndexOf(Columns, "quantity")], lines[7][Array.IndexOf(Columns, "quantity_lots")],
            lines[7][Array.IndexOf(Columns, "price_ticks")]));
        JsonElement[] rows = ParquetReaderProcess.Read(_folder.File("out.parquet"))[1..];
        Assert.Equal(expected.Select(row => row.Select(Plain)), rows.Select(row => names.Select(name => Plain(row.GetProperty(name).ToString()))));
        Assert.Equal(("sell", "41"), (rows[2].GetProperty("side").GetString(), rows[2].GetProperty("session_sequence").GetString()));
    }

    [Fact]
    public void Parquet_OfMoreThanARowGroup_HasThemAll()
    {
        int count = ParquetTable.GroupRows + 3;
        using (JournalWriter journal = LinkJournal.Open(Journal, 8 << 20))
        {
            LinkJournal.AppendStart(journal);
            for (int sequence = 1; sequence <= count; sequence++)
            {
                OrderCommand order = LinkJournal.Order(sequence);
                LinkJournal.Append(journal, in order);
            }
        }

        CommandResult result = Export("out.parquet");

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement[] lines = ParquetReaderProcess.Read(_folder.File("out.parquet"));
        Assert.Equal($"""["{ParquetTable.GroupRows}","3"]""", lines[0].GetRawText());
        Assert.Equal(Enumerable.Range(1, count).Select(sequence => sequence.ToString(CultureInfo.InvariantCulture)),
            lines[1..].Select(line => line.GetProperty("sequence").GetString()!));
    }

    [Theory]
    [InlineData("out.csv")]
    [InlineData("out.parquet")]
    [Trait("Size", "Long")]
    public void LongJournal_IsExportedInBoundedMemory(string name)
    {
        // Its text alone is 220 MB; the limit is on the managed heap.
        const int count = 1_500_000;
        using (JournalWriter journal = LinkJournal.Open(Journal, 64 << 20))
        {
            LinkJournal.AppendStart(journal);
            for (int sequence = 1; sequence <= count; sequence++)
            {
                OrderCommand order = LinkJournal.Order(sequence);
                LinkJournal.Append(journal, in order);
            }
        }

        ProcessStartInfo info = CommandProcess.Info("journal", "export", Journal, _folder.File(name));
        info.Environment["DOTNET_GCHeapHardLimit"] = "0x8000000";
        CommandResult result = CommandProcess.Finish(Process.Start(info)!);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("1,500,000 of 1,500,000 commands", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,2,4", "--types", "new,replace")]
    [InlineData("3", "--types", "cancel")]
    [InlineData("2,3", "--from", "2", "--to", "3")]
    [InlineData("4", "--from", "2", "--types", "new")]
    [InlineData("", "--types", "status")]
    public void Selection_OfNumbersAndTypes_IsWhatIsWritten(string expected, params string[] options)
    {
        LinkJournal.WriteEveryKind(Journal);

        CommandResult result = Export("out.csv", options);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(expected, string.Join(',', PlainCsv.Parse(File.ReadAllText(_folder.File("out.csv"))).Skip(1).Select(line => line[0])));
    }

    [Fact]
    public void SelectionOfNothing_GivesATableWithoutRows()
    {
        LinkJournal.WriteEveryKind(Journal);

        CommandResult csv = Export("out.csv", "--from", "1000000");
        CommandResult parquet = Export("out.parquet", "--from", "1000000");

        Assert.True(csv.ExitCode == 0 && parquet.ExitCode == 0, csv.Error + parquet.Error);
        Assert.Equal(string.Join(',', Columns) + "\n", File.ReadAllText(_folder.File("out.csv")));
        Assert.Equal("[]", Assert.Single(ParquetReaderProcess.Read(_folder.File("out.parquet"))).GetRawText());
    }

    [Theory]
    [InlineData("out.csv")]
    [InlineData("out.parquet")]
    public void DamagedJournal_LeavesTheOldFileAndNoOther(string name)
    {
        LinkJournal.WriteEveryKind(Journal);
        string segment = LinkJournal.Damage(Journal);
        File.WriteAllText(_folder.File(name), "old");

        CommandResult result = Export(name);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{segment} is damaged at byte {LinkJournal.SegmentHeaderBytes}", result.OneLineError(), StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(_folder.File(name)));
        Assert.Equal([_folder.File(name)], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void ArchivedSegments_AreExportedBeforeTheOthers()
    {
        LinkJournal.WriteOrders(Journal, 1_000);
        string archive = Directory.CreateDirectory(_folder.File("archive")).FullName;
        File.Move(LinkJournal.Segments(Journal)[0], Path.Combine(archive, "0000000001.journal"));

        CommandResult without = Export("without.csv");
        CommandResult with = Export("with.csv", "--archive", archive);

        Assert.True(without.ExitCode == 0 && with.ExitCode == 0, without.Error + with.Error);
        List<string[]> part = PlainCsv.Parse(File.ReadAllText(_folder.File("without.csv")));
        List<string[]> all = PlainCsv.Parse(File.ReadAllText(_folder.File("with.csv")));
        Assert.Equal(Enumerable.Range(1, 1_000).Select(number => number.ToString(CultureInfo.InvariantCulture)), all.Skip(1).Select(row => row[0]));
        Assert.Equal("ACME", all[^1][Array.IndexOf(Columns, "instrument")]);
        Assert.True(part.Count is > 1 and < 1_000, "the archived segment holds some of the orders");
        Assert.Equal(["", ""], [part[^1][Array.IndexOf(Columns, "instrument")], part[^1][Array.IndexOf(Columns, "price")]]);
        Assert.Equal("247", part[^1][Array.IndexOf(Columns, "price_ticks")]);
    }

    [Fact]
    public void ExistingFile_IsReplacedWhenTheNewOneIsWhole()
    {
        LinkJournal.WriteEveryKind(Journal);
        File.WriteAllText(_folder.File("out.csv"), new string('x', 100_000));

        CommandResult result = Export("out.csv");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(5, PlainCsv.Parse(File.ReadAllText(_folder.File("out.csv"))).Count);
    }

    [Fact]
    public void Output_InTheJournalsFolderByAnotherName_IsRefused()
    {
        LinkJournal.WriteEveryKind(Journal);
        _ = Directory.CreateSymbolicLink(_folder.File("link"), Journal);
        string[] before = Directory.GetFiles(Journal);
        string segment = Path.Combine(_folder.File("link"), "0000000001.journal");
        byte[] bytes = File.ReadAllBytes(segment);

        CommandResult result = CommandProcess.Run("journal", "export", Journal, segment, "--format", "csv");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"is in the folder {Journal}", result.OneLineError(), StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(Journal));
        Assert.Equal(bytes, File.ReadAllBytes(segment));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("parquet")]
    public void FullDisk_IsAFailureInOneLine(string format)
    {
        LinkJournal.WriteEveryKind(Journal);

        CommandResult result = CommandProcess.Run("journal", "export", Journal, "/dev/full", "--format", format);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("/dev/full: cannot be written: No space left on device", result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void StandardOutput_HasTheTableAndNothingElse()
    {
        LinkJournal.WriteEveryKind(Journal);

        CommandResult result = CommandProcess.Run("journal", "export", Journal, "/dev/stdout", "--format", "csv");

        Assert.Equal(5, PlainCsv.Parse(result.Output).Count);
        Assert.Equal("/dev/stdout: 4 of 4 commands as csv\n", result.Error);
    }

    [Theory]
    [InlineData("ends neither in .parquet nor in .csv", "out.txt")]
    [InlineData("--format: 'xlsx', expected parquet or csv", "out.csv", "--format", "xlsx")]
    [InlineData("--types: 'trade', expected new, cancel, replace, status", "out.csv", "--types", "new,trade")]
    [InlineData("--from: 3 is behind --to, 2", "out.csv", "--from", "3", "--to", "2")]
    [InlineData("did you mean '--types'?", "out.csv", "--type", "new")]
    public void Option_ThatIsWrong_IsNamedAndNothingIsWritten(string expected, string output, params string[] options)
    {
        LinkJournal.WriteEveryKind(Journal);

        CommandResult result = Export(output, options);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.OneLineError(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Folder_ThatIsNotThere_IsNamedAndNothingIsWritten()
    {
        CommandResult result = Export("out.csv");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(Journal, result.OneLineError(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    // A new order and a replace with all that they can have, mass cancels, phases, and a reduce.
    private static OrderCommand[] EveryField()
    {
        OrderCommand plain = LinkJournal.Order(1) with { SessionSequence = 41 };
        OrderAttributes attributes = new() { StopPrice = new Price(246), OffsetTicks = 3, DisplayQuantity = new Quantity(2),
            MinimumQuantity = new Quantity(1), ExpireTimeNs = 1_767_330_000_000_000_000 };
        OrderCommand request = plain with { OrderId = 0, OrderType = 0, TimeInForce = 0, Side = 0, Price = default, Quantity = default };
        return
        [
            plain with
            {
                OrderType = OrderType.StopLimit,
                TimeInForce = TimeInForce.GoodTillTime,
                Attributes = attributes,
                Flags = OrderFlags.Hidden | OrderFlags.PostOnly | OrderFlags.AllOrNone | OrderFlags.HasLimit,
                Peg = PegReference.Mid,
                SelfTrade = SelfTradePrevention.DecrementAndCancel,
                StrategyId = 9,
            },
            plain with
            {
                Sequence = 2,
                Type = CommandType.Replace,
                Attributes = new OrderAttributes { StopPrice = new Price(248), OffsetTicks = -2 },
                Fields = ReplaceFields.Price |
                    ReplaceFields.Leaves | ReplaceFields.Stop | ReplaceFields.Display | ReplaceFields.Minimum | ReplaceFields.Expiry,
            },
            request with { Sequence = 3, Type = CommandType.MassCancel, Side = Side.Sell,
                Scope = MassCancelScope.Session | MassCancelScope.Account | MassCancelScope.Instrument | MassCancelScope.Side },
            request with { Sequence = 4, Type = CommandType.MassCancel },
            request with { Sequence = 5, Type = CommandType.Phase, Phase = TradingPhase.ClosingAuction, CancelsForbidden = true },
            request with { Sequence = 6, Type = CommandType.Phase, Phase = TradingPhase.Halted },
            request with { Sequence = 7, Type = CommandType.Reduce, OrderId = 77, Quantity = new Quantity(2) },
        ];
    }

    // Numbers without trailing zeros, as JSON has them; its words for yes and no.
    private static string Plain(string value) =>
        decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
        ? number.ToString("G29", CultureInfo.InvariantCulture)
        : value.ToLowerInvariant();

    private static ClientOrderId Id(ReadOnlySpan<byte> bytes) => ClientOrderId.TryCreate(bytes, out ClientOrderId id)
        ? id
        : throw new ArgumentException("no id");

    private static DataField Field(ParquetReader reader, string name) => reader.Schema.DataFields.Single(field => field.Name == name);

    private static async Task<T?[]> ReadAsync<T>(ParquetReader reader, string name)
        where T : struct
    {
        T?[] values = new T?[2];
        await reader.OpenRowGroupReader(0).ReadAsync<T>(Field(reader, name), values);
        return values;
    }

    private CommandResult Export(string name, params string[] options) =>
        CommandProcess.Run(["journal", "export", Journal, _folder.File(name), .. options]);

    private void Write(params OrderCommand[] commands)
    {
        using JournalWriter journal = LinkJournal.Open(Journal);
        LinkJournal.AppendStart(journal);
        foreach (OrderCommand command in commands)
        {
            LinkJournal.Append(journal, in command);
        }
    }
}
