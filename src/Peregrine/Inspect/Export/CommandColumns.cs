using Parquet.Schema;

namespace Peregrine.Inspect.Export;

/// <summary>The columns of an export, in order: docs/journal.md.</summary>
internal static class CommandColumns
{
    // Nine decimals are the most that an instrument has; with them the longest price has 19 digits before the point.
    private const int PriceDecimals = 9;
    private const int PriceDigits = 28;

    public static IReadOnlyList<ExportColumn> Create() =>
    [
        new RequiredColumn<long>("sequence", (in row) => row.Command.Sequence),
        new RequiredColumn<long>("time_ns", (in row) => row.Command.TimeNs),
        new TimeColumn("time"),
        new TextColumn("type", (in row) => JournalText.Word(row.Command.Type)),
        new RequiredColumn<int>("session", (in row) => row.Command.SessionId),
        new RequiredColumn<long>("session_sequence", (in row) => row.Command.SessionSequence),
        new RequiredColumn<int>("account_id", (in row) => row.Command.AccountId),
        new TextColumn("account", (in row) => row.Account?.Name),
        new RequiredColumn<int>("instrument_id", (in row) => row.Command.InstrumentId),
        new TextColumn("instrument", (in row) => row.Instrument?.Symbol),
        new TextColumn("side", (in row) => row.HasTerms ? JournalText.Word(row.Command.Side) : null),
        new TextColumn("order_type", (in row) => row.HasTerms ? JournalText.Word(row.Command.OrderType) : null),
        new TextColumn("time_in_force", (in row) => row.HasTerms ? JournalText.Word(row.Command.TimeInForce) : null),
        new OptionalColumn<decimal>("price", (in row) => row.Price, new DecimalDataField("price", PriceDigits, PriceDecimals, isNullable: true)),
        new OptionalColumn<long>("price_ticks", (in row) => row.HasPrice ? row.Command.Price.Ticks : null),
        new OptionalColumn<long>("quantity", (in row) => row.Quantity),
        new OptionalColumn<long>("quantity_lots", (in row) => row.HasTerms ? row.Command.Quantity.Lots : null),
        new TextColumn("client_order_id", (in row) => JournalText.Id(in row.Command.ClientOrderId)),
        new TextColumn("original_client_order_id", (in row) => JournalText.Id(in row.Command.OriginalClientOrderId)),
        new OptionalColumn<ulong>("order_id", (in row) => row.Command.OrderId != 0 ? row.Command.OrderId : null),
        new RequiredColumn<long>("received_ns", (in row) => row.Command.Hops.ReceivedNs),
        new RequiredColumn<long>("validated_ns", (in row) => row.Command.Hops.ValidatedNs),
    ];
}
