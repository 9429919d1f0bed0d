using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>Writes ListStatus (N) of a list that is known, in as many parts as it takes: how each of its orders is, as the session's version has
/// it.</summary>
/// <remarks>Thread: the link's. Allocates: no.</remarks>
internal static class ListStatusWriter
{
    // ListStatusType (429).
    public const int Ack = 1;
    public const int Response = 2;
    public const int ExecutionStarted = 4;
    public const int AllDone = 5;

    // ListOrderStatus (431).
    public const char Received = '2';
    public const char Executing = '3';
    public const char Cancelling = '4';
    public const char Done = '6';
    public const char Refused = '7';

    // Digits of the average price beyond those of a price, as in reports.
    private const int AverageExtraDecimals = 4;

    // So many fit into the smallest message that the link's sessions make, with every number as long as it can be.
    private const int OrdersOfAPart = 12;

    /// <summary>Tells how the orders of a list are.</summary>
    /// <param name="type">What it is sent for.</param>
    public static void Tell(FixSession session, OrderDialect dialect, NameTable names, OrderGroup list, int type, long nowNs)
    {
        char status = !list.IsWorking ? Done : list.OwesEnd ? Cancelling : Executing;
        int parts = Math.Max(1, (list.Count + OrdersOfAPart - 1) / OrdersOfAPart);
        for (int part = 0; part < parts; part++)
        {
            int first = part * OrdersOfAPart;
            int end = Math.Min(first + OrdersOfAPart, list.Count);
            FixWriter writer = session.BeginMessage("N"u8, nowNs);
            writer.Add(Tag.ListId, list.Name);
            WriteHead(ref writer, dialect, new ListHead(type, status, list.Count, part + 1, parts), default, nowNs);
            writer.Add(Tag.NoOrders, end - first);
            for (int index = first; index < end; index++)
            {
                WriteOrder(ref writer, dialect, names, in list[index]);
            }

            Check.That(session.TryEndMessage(ref writer, session.Mark), "a part of the status of a list fits into a message");
        }
    }

    /// <summary>What stands before the orders, but for the list's name.</summary>
    /// <param name="text">Empty for none.</param>
    public static void WriteHead(ref FixWriter writer, OrderDialect dialect, in ListHead head, scoped ReadOnlySpan<byte> text, long nowNs)
    {
        bool saysWhy = dialect.TellsListStatus;
        if (saysWhy)
        {
            writer.Add(Tag.ListStatusType, head.Type);
        }

        writer.Add(Tag.NoRpts, head.Parts);
        if (saysWhy)
        {
            writer.Add(Tag.ListOrderStatus, head.Status);
        }

        writer.Add(Tag.RptSeq, head.Part);
        if (!saysWhy)
        {
            return;
        }

        if (!text.IsEmpty)
        {
            writer.Add(Tag.ListStatusText, text);
        }

        writer.AddTimestamp(Tag.TransactTime, nowNs);
        writer.Add(Tag.TotNoOrders, head.Orders);
        if (dialect.ListStatus.Has(Tag.LastFragment))
        {
            writer.Add(Tag.LastFragment, head.Part == head.Parts ? 'Y' : 'N');
        }
    }

    private static void WriteOrder(ref FixWriter writer, OrderDialect dialect, NameTable names, in GroupedOrder order)
    {
        Instrument instrument = order.InstrumentId >= 0 ? names.Instruments[order.InstrumentId] : ReportEncoder.Unknown;
        writer.Add(Tag.ClOrdId, order.ClientOrderId.Span);
        writer.Add(Tag.CumQty, instrument.ToUnits(order.Cumulative));
        if (dialect.TellsListStatus)
        {
            writer.Add(Tag.OrdStatus, order.Status == 0 ? 'A' : FixCodes.Of(order.Status));
        }

        if (dialect.HasListLeaves)
        {
            writer.Add(Tag.LeavesQty, instrument.ToUnits(order.Leaves));
        }

        bool isCancelled = order.Status == OrderStatus.Cancelled;
        writer.Add(Tag.CxlQty, isCancelled ? instrument.ToUnits(order.Quantity - order.Cumulative) : 0);
        if (order.Cumulative.Lots == 0)
        {
            writer.Add(Tag.AvgPx, 0);
        }
        else
        {
            Int128 average = instrument.AveragePriceUnits(order.Notional, order.Cumulative, AverageExtraDecimals);
            writer.Add(Tag.AvgPx, average, instrument.PriceDecimals + AverageExtraDecimals);
        }

        if (order.Reason != RejectReason.None && order.Status == OrderStatus.Rejected && dialect.TellsListStatus)
        {
            writer.Add(Tag.OrdRejReason, dialect.OrdRejReasonOf(order.Reason));
        }
    }
}

/// <summary>What a part of a ListStatus says of the whole list.</summary>
/// <param name="Type">ListStatusType (429).</param>
/// <param name="Status">ListOrderStatus (431).</param>
/// <param name="Orders">Of the list.</param>
/// <param name="Part">1 for the first.</param>
/// <param name="Parts">How many there are.</param>
internal readonly record struct ListHead(int Type, char Status, int Orders, int Part, int Parts);
