using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Peregrine.Journal;
using Peregrine.Primitives;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Tools.Inspect;

/// <summary>Writes the records of a link's journal in words or as JSON, one a line.</summary>
/// <param name="output">Where to; buffered by its owner.</param>
/// <param name="from">First sequence number shown.</param>
/// <param name="to">Last one.</param>
/// <param name="isJson">One JSON object a line.</param>
internal sealed class JournalDump(TextWriter output, long from, long to, bool isJson) : IJournalVisitor
{
    private TradingRules? _rules;

    /// <inheritdoc/>
    public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        // Also those before the first that is shown: prices are told in the decimals that were in force.
        if (header.Type == JournalRecordType.Rules && RulesCodec.TryDecode(payload, out TradingRules? rules) == CodecStatus.Ok)
        {
            _rules = rules;
        }

        if (header.Sequence < from || header.Sequence > to)
        {
            return;
        }

        (string kind, List<(string Name, object? Value)> fields) = Describe(in header, payload);
        string time = header.TimeNs == 0 ? "-" : JournalText.Time(header.TimeNs);
        if (isJson)
        {
            Dictionary<string, object?> line = new() { ["sequence"] = header.Sequence, ["time"] = time, ["record"] = kind };
            fields.ForEach(field => line[field.Name] = field.Value);
            output.WriteLine(JsonSerializer.Serialize(line));
            return;
        }

        output.Write(string.Create(CultureInfo.InvariantCulture, $"{header.Sequence} {time} {kind}"));
        foreach ((string name, object? value) in fields)
        {
            output.Write(string.Create(CultureInfo.InvariantCulture, $" {name}={value ?? "-"}"));
        }

        output.WriteLine();
    }

    private (string Kind, List<(string Name, object? Value)> Fields) Describe(in JournalRecord header, ReadOnlySpan<byte> payload) =>
        header.Type switch
    {
        JournalRecordType.Command when CommandCodec.TryDecode(payload, header.Sequence, header.TimeNs, out OrderCommand command) == CodecStatus.Ok =>
            (Word(command.Type) ?? "command", OfCommand(in command)),
        JournalRecordType.Rules when _rules is not null =>
            ("rules", [("instruments", _rules.Instruments.Count), ("accounts", _rules.Accounts.Count)]),
        JournalRecordType.StateHash when payload.Length == Sequencer.StateHashBytes =>
            ("hash", [("state", BinaryPrimitives.ReadUInt64LittleEndian(payload).ToString("x16", CultureInfo.InvariantCulture)),
                ("execid", BinaryPrimitives.ReadInt64LittleEndian(payload[8..]))]),
        JournalRecordType.Bounds when payload.Length is JournalReplay.BoundsBytes or JournalReplay.WindowBoundsBytes => ("bounds", OfBounds(payload)),
        JournalRecordType.SessionNote when SessionNote.TryDecode(payload, out SessionNote note) =>
            (note.Kind == SessionNoteKind.Spent ? "number" : "numbers", OfNote(in note)),
        JournalRecordType.Identity when payload.Length == JournalReplay.IdentityBytes => ("identity", [("link", new Guid(payload).ToString("N"))]),
        JournalRecordType.Loss when payload.Length == JournalReplay.LossBytes =>
            ("loss", [("execid", BinaryPrimitives.ReadInt64LittleEndian(payload)), ("order", BinaryPrimitives.ReadInt64LittleEndian(payload[8..]))]),
        JournalRecordType.End => ("end", []),
        _ => ("unknown", [("type", header.Type), ("bytes", Convert.ToHexStringLower(payload))]),
    };

    private static List<(string Name, object? Value)> OfBounds(ReadOnlySpan<byte> payload)
    {
        List<(string Name, object? Value)> fields =
        [
            ("orders", BinaryPrimitives.ReadInt32LittleEndian(payload)), ("closed", BinaryPrimitives.ReadInt32LittleEndian(payload[4..])),
            ("clientids", BinaryPrimitives.ReadInt32LittleEndian(payload[8..])),
        ];
        if (payload.Length == JournalReplay.WindowBoundsBytes)
        {
            fields.Add(("window", BinaryPrimitives.ReadInt32LittleEndian(payload[JournalReplay.BoundsBytes..])));
        }

        return fields;
    }

    private static List<(string Name, object? Value)> OfNote(in SessionNote note) =>
        [("session", note.SessionId), ("number", note.Number), ("reports", note.Mark), ("sent", note.SentMark), ("incoming", note.NextIncoming),
        ("resets", note.Resets)];

    private List<(string Name, object? Value)> OfCommand(in OrderCommand command)
    {
        Instrument? instrument = _rules is not null && (uint)command.InstrumentId < (uint)_rules.Instruments.Count
            ? _rules.Instruments[command.InstrumentId]
            : null;
        string? account = _rules is not null && (uint)command.AccountId < (uint)_rules.Accounts.Count
            ? _rules.Accounts[command.AccountId].Name
            : null;
        List<(string Name, object? Value)> fields = [("client", Text(command.ClientOrderId))];
        if (command.Type != CommandType.New || command.OriginalClientOrderId.Length > 0)
        {
            fields.Add(("original", Text(command.OriginalClientOrderId)));
        }

        if (command.OrderId != 0)
        {
            fields.Add(("order", command.OrderId));
        }

        fields.AddRange([("session", command.SessionId), ("account", account), ("instrument", instrument?.Symbol)]);
        if (command.Type is CommandType.New or CommandType.Replace)
        {
            fields.AddRange(
            [
                ("side", Word(command.Side)),
                ("type", Word(command.OrderType)),
                ("tif", Word(command.TimeInForce)),
                ("quantity", instrument?.ToUnits(command.Quantity) ?? command.Quantity.Lots),
                ("price", command.OrderType == OrderType.Market ? null : DecimalOf(instrument, command.Price)),
            ]);
        }

        AddRest(fields, in command, instrument);
        return fields;
    }

    // What only some commands have; nothing for the others.
    private static void AddRest(List<(string Name, object? Value)> fields, in OrderCommand command, Instrument? instrument)
    {
        OrderAttributes attributes = command.Attributes;
        bool isTrail = command.OrderType == OrderType.TrailingStop;
        AddIf(attributes.StopPrice.Ticks != 0, "stop", DecimalOf(instrument, attributes.StopPrice));
        AddIf(attributes.OffsetTicks != 0, isTrail ? "trail" : "offset", DecimalOf(instrument, new Price(attributes.OffsetTicks)));
        AddIf(attributes.DisplayQuantity.Lots != 0, "display", instrument?.ToUnits(attributes.DisplayQuantity) ?? attributes.DisplayQuantity.Lots);
        AddIf(attributes.MinimumQuantity.Lots != 0, "minimum", instrument?.ToUnits(attributes.MinimumQuantity) ?? attributes.MinimumQuantity.Lots);
        AddIf(attributes.ExpireTimeNs != 0, "expiry", JournalText.Time(attributes.ExpireTimeNs));
        AddIf(command.Flags != 0, "flags", command.Flags.ToString().ToLowerInvariant());
        AddIf(command.Peg != 0, "peg", Word(command.Peg));
        AddIf(command.SelfTrade != 0, "selftrade", Word(command.SelfTrade));
        AddIf(command.StrategyId != 0, "strategy", command.StrategyId);
        AddIf(command.Fields != 0, "fields", command.Fields.ToString().ToLowerInvariant());
        AddIf(command.Scope != 0 || command.Type == CommandType.MassCancel, "scope", command.Scope.ToString().ToLowerInvariant());
        AddIf(command.Refusal != 0, "refusal", Word(command.Refusal));
        AddIf(command.IsPossResend, "resend", "possible");
        AddIf(command.Type == CommandType.Phase, "phase", Word(command.Phase));
        AddIf(command.CancelsForbidden, "cancels", "forbidden");

        void AddIf(bool has, string name, object? value)
        {
            if (has)
            {
                fields.Add((name, value));
            }
        }
    }

    // Without an instrument there are no decimals: then the ticks.
    private static decimal DecimalOf(Instrument? instrument, Price price)
    {
        // Of any command, also of one that was refused: 93 bits at most.
        decimal value = (decimal)(instrument?.ToPriceUnits(price) ?? price.Ticks);
        for (int place = 0; place < (instrument?.PriceDecimals ?? 0); place++)
        {
            value /= 10;
        }

        return value;
    }

    // A space or '=' would look like the next field.
    private static string? Text(in ClientOrderId id) => JournalText.Id(in id, " =");

    private static string? Word<T>(T value)
        where T : struct, Enum => JournalText.Word(value);
}
