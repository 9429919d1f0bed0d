using Parquet.Schema;
using Peregrine.Trading;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Tools.Inspect.Export;

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
        new TextColumn("side", (in row) => row.HasSide ? JournalText.Word(row.Command.Side) : null),
        new TextColumn("order_type", (in row) => row.HasTerms ? JournalText.Word(row.Command.OrderType) : null),
        new TextColumn("time_in_force", (in row) => row.HasTerms ? JournalText.Word(row.Command.TimeInForce) : null),
        Decimal("price", (in row) => row.ToDecimal(row.PriceTicks)),
        new OptionalColumn<long>("price_ticks", (in row) => row.PriceTicks),
        new OptionalColumn<long>("quantity", (in row) => row.ToUnits(row.QuantityLots)),
        new OptionalColumn<long>("quantity_lots", (in row) => row.QuantityLots),
        new TextColumn("client_order_id", (in row) => JournalText.Id(in row.Command.ClientOrderId)),
        new TextColumn("original_client_order_id", (in row) => JournalText.Id(in row.Command.OriginalClientOrderId)),
        new OptionalColumn<ulong>("order_id", (in row) => row.Command.OrderId != 0 ? row.Command.OrderId : null),
        new RequiredColumn<long>("received_ns", (in row) => row.Hops.ReceivedNs),
        new RequiredColumn<long>("validated_ns", (in row) => row.Hops.ValidatedNs),
        .. OfSomeCommands(),
    ];

    // Behind the others, so that whoever counts columns of an older export finds the same ones.
    private static IEnumerable<ExportColumn> OfSomeCommands() =>
    [
        Decimal("stop_price", (in row) => row.ToDecimal(CommandRow.OrNone(row.Command.Attributes.StopPrice.Ticks))),
        new OptionalColumn<long>("stop_price_ticks", (in row) => CommandRow.OrNone(row.Command.Attributes.StopPrice.Ticks)),
        Decimal("offset", (in row) => row.ToDecimal(CommandRow.OrNone(row.Command.Attributes.OffsetTicks))),
        new OptionalColumn<long>("offset_ticks", (in row) => CommandRow.OrNone(row.Command.Attributes.OffsetTicks)),
        new OptionalColumn<long>("display_quantity", (in row) => row.ToUnits(CommandRow.OrNone(row.Command.Attributes.DisplayQuantity.Lots))),
        new OptionalColumn<long>("display_quantity_lots", (in row) => CommandRow.OrNone(row.Command.Attributes.DisplayQuantity.Lots)),
        new OptionalColumn<long>("minimum_quantity", (in row) => row.ToUnits(CommandRow.OrNone(row.Command.Attributes.MinimumQuantity.Lots))),
        new OptionalColumn<long>("minimum_quantity_lots", (in row) => CommandRow.OrNone(row.Command.Attributes.MinimumQuantity.Lots)),
        new OptionalColumn<long>("expire_time_ns", (in row) => CommandRow.OrNone(row.Command.Attributes.ExpireTimeNs)),
        new TextColumn("flags", (in row) => JournalText.Set<OrderFlags>((byte)row.Command.Flags)),
        new TextColumn("peg", (in row) => JournalText.Word(row.Command.Peg)),
        new TextColumn("self_trade", (in row) => JournalText.Word(row.Command.SelfTrade)),
        new OptionalColumn<int>("strategy", (in row) => row.Command.StrategyId != 0 ? row.Command.StrategyId : null),
        new TextColumn("fields", (in row) => JournalText.Set<ReplaceFields>((byte)row.Command.Fields)),
        new TextColumn("scope", (in row) => row.Command.Type == CommandType.MassCancel
            ? JournalText.Set<MassCancelScope>((byte)row.Command.Scope) ?? "all"
            : null),
        new TextColumn("phase", (in row) => JournalText.Word(row.Command.Phase)),
        new FlagColumn("cancels_forbidden", (in row) => row.Command.Type == CommandType.Phase ? row.Command.CancelsForbidden : null),
        new OptionalColumn<long>("matched_ns", (in row) => row.Hops.MatchedNs),
        new OptionalColumn<long>("durable_ns", (in row) => row.Hops.DurableNs),
        new OptionalColumn<long>("sent_ns", (in row) => row.Hops.SentNs),
    ];

    private static OptionalColumn<decimal> Decimal(string name, Getter<decimal?> get) =>
        new(name, get, new DecimalDataField(name, PriceDigits, PriceDecimals, isNullable: true));
}
