using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Peregrine.Primitives;

namespace Peregrine.Trading.Orders;

/// <summary>
/// Reports as bytes, for the memory of one process and the rings in it: what every report has at fixed places, then what its parts word names.
/// Layout: docs/wire/report-v1.md. A limit order's has some 110 bytes, a trade of it 140.
/// </summary>
/// <remarks>Thread: any. Allocates: no.</remarks>
public static class ReportCodec
{
    /// <summary>Bytes that every report has.</summary>
    public const int PlainBytes = 96;

    /// <summary>The longest report.</summary>
    public const int BytesMax = PlainBytes + (15 * sizeof(long)) + (2 * ClientOrderId.Size);

    /// <summary>Writes a report.</summary>
    /// <param name="target">At least <see cref="BytesMax"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The target is too short.</exception>
    public static int Encode(in OrderReport report, Span<byte> target)
    {
        if (target.Length < BytesMax)
        {
            throw new ArgumentException($"target has {target.Length} bytes, a report may need {BytesMax}", nameof(target));
        }

        ReportWriter writer = new(target);
        ref ReportHead head = ref writer.Head;
        head = new ReportHead
        {
            Type = report.Type,
            Status = report.Status,
            Reason = report.Reason,
            RequestType = report.RequestType,
            Side = report.Side,
            OrderType = report.OrderType,
            TimeInForce = report.TimeInForce,
            Flags = report.Flags,
            Peg = report.Peg,
            SelfTrade = report.SelfTrade,
            Phase = report.Phase,
            Scope = report.Scope,
            CancelsForbidden = (byte)(report.CancelsForbidden ? 1 : 0),
            IsAggressor = (byte)(report.IsAggressor ? 1 : 0),
            ExecId = report.ExecId,
            Sequence = report.Sequence,
            TimeNs = report.TimeNs,
            OrderId = report.OrderId,
            Price = report.Price,
            Quantity = report.Quantity,
            CumulativeQuantity = report.CumulativeQuantity,
            LeavesQuantity = report.LeavesQuantity,
            InstrumentId = report.InstrumentId,
            AccountId = report.AccountId,
            SessionId = report.SessionId,
        };
        writer.Add(ReportParts.ContraOrderId, (long)report.ContraOrderId);
        writer.Add(ReportParts.LastPrice, report.LastPrice.Ticks);
        writer.Add(ReportParts.LastQuantity, report.LastQuantity.Lots);
        writer.AddNotional(report.CumulativeNotional);
        writer.Add(ReportParts.LimitValue, report.LimitValue);
        writer.Add(ReportParts.ObservedValue, report.ObservedValue);
        writer.Add(ReportParts.StrategyId, report.StrategyId);
        writer.AddAttributes(in report.Attributes);
        writer.Add(ReportParts.PeggedPrice, report.PeggedPrice.Ticks);
        writer.Add(ReportParts.CancelledCount, report.CancelledCount);
        writer.Add(ReportParts.ClientId, report.ClientOrderId.Span);
        writer.Add(ReportParts.OriginalId, report.OriginalClientOrderId.Span);
        return writer.Complete();
    }

    /// <summary>A report where it lies.</summary>
    /// <param name="bytes">What <see cref="Encode"/> wrote, or a <see cref="ReportView"/> had: they are not checked.</param>
    /// <exception cref="ArgumentOutOfRangeException">They are too few for any report.</exception>
    public static ReportView View(ReadOnlySpan<byte> bytes) => new(bytes);
}

/// <summary>Writes the bytes of one report: its head in place, then the parts that it has, in the order of their bits.</summary>
internal ref struct ReportWriter
{
    private readonly Span<byte> _bytes;
    private readonly ref ReportHead _head;
    private int _length = ReportCodec.PlainBytes;
    private ReportParts _parts;

    /// <param name="bytes"><see cref="ReportCodec.BytesMax"/> of them.</param>
    public ReportWriter(Span<byte> bytes)
    {
        _bytes = bytes;
        _head = ref MemoryMarshal.AsRef<ReportHead>(bytes);
    }

    /// <summary>To be filled as a whole.</summary>
    public readonly ref ReportHead Head => ref _head;

    /// <summary>Adds a word, if it is not 0.</summary>
    public void Add(ReportParts part, long value)
    {
        if (value != 0)
        {
            Put(part, value);
        }
    }

    /// <summary>Adds what was filled so far, in ticks x lots.</summary>
    public void AddNotional(Int128 notional)
    {
        Add(ReportParts.NotionalLow, (long)(ulong)notional);
        Add(ReportParts.NotionalHigh, (long)(notional >> 64));
    }

    public void AddAttributes(in OrderAttributes attributes)
    {
        Add(ReportParts.StopPrice, attributes.StopPrice.Ticks);
        Add(ReportParts.Offset, attributes.OffsetTicks);
        Add(ReportParts.Display, attributes.DisplayQuantity.Lots);
        Add(ReportParts.Minimum, attributes.MinimumQuantity.Lots);
        Add(ReportParts.ExpireTime, attributes.ExpireTimeNs);
    }

    /// <summary>Adds an id, if there is one.</summary>
    public void Add(ReportParts part, scoped ReadOnlySpan<byte> id)
    {
        if (id.IsEmpty)
        {
            return;
        }

        Invariant.That(id.Length <= ClientOrderId.LengthMax, "an id is no longer than ids may be");
        _bytes[_length] = (byte)id.Length;
        id.CopyTo(_bytes[(_length + 1)..]);
        _length += 1 + id.Length;
        _parts |= part;
    }

    /// <summary>Says in the head which parts there are.</summary>
    /// <returns>Bytes of the whole report.</returns>
    public readonly int Complete()
    {
        Invariant.That(_length <= ReportCodec.BytesMax, "a report is no longer than reports may be");
        Head.Parts = _parts;
        return _length;
    }

    private void Put(ReportParts part, long value)
    {
        Invariant.That(part > (_parts & ReportParts.Words), "parts are written in the order of their bits");
        BinaryPrimitives.WriteInt64LittleEndian(_bytes[_length..], value);
        _length += sizeof(long);
        _parts |= part;
    }
}
