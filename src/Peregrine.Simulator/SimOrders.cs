using System.Globalization;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Simulator;

/// <summary>Requests and reports of participants in the words of orders: a request's number is the client order id S and its digits.</summary>
/// <remarks>Thread: any. Allocates: no.</remarks>
public static class SimOrders
{
    /// <summary>The command that a request stands for; sequence, time and order id are the caller's.
    /// Session and account are the participant's place.</summary>
    public static OrderCommand CommandOf(in SimRequest request)
    {
        OrderCommand command = new()
        {
            Type = request.Action switch { SimAction.New => CommandType.New, SimAction.Replace => CommandType.Replace, _ => CommandType.Cancel },
            SessionId = request.Participant,
            AccountId = request.Participant,
            InstrumentId = request.InstrumentId,
            Side = request.Side,
            OrderType = request.OrderType,
            TimeInForce = request.TimeInForce,
            Price = request.Price,
            Quantity = request.Quantity,
            Fields = request.Action == SimAction.Replace ? ReplaceFields.Price | ReplaceFields.Leaves : ReplaceFields.None,
        };
        Write(request.Number, out command.ClientOrderId);
        if (request.Action != SimAction.New)
        {
            Write(request.OriginalNumber, out command.OriginalClientOrderId);
        }

        return command;
    }

    /// <summary>The number that a client order id of <see cref="Write"/> stands for; 0 for any other.</summary>
    public static long NumberOf(in ClientOrderId id) =>
        id.Length > 1 && id.Span[0] == (byte)'S'
        && long.TryParse(id.Span[1..], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;

    /// <summary>The client order id of a number: S and its digits.</summary>
    public static void Write(long number, out ClientOrderId id)
    {
        Span<byte> text = stackalloc byte[24];
        text[0] = (byte)'S';
        _ = number.TryFormat(text[1..], out int digits, default, CultureInfo.InvariantCulture);
        _ = ClientOrderId.TryCreate(text[..(digits + 1)], out id);
    }

    /// <summary>What a participant is told by a report, with the session's number as the participant's place.</summary>
    public static SimReport ReportOf(in OrderReport report) => new()
    {
        Number = NumberOf(report.ClientOrderId),
        LastPrice = report.LastPrice,
        LastQuantity = report.LastQuantity,
        Leaves = report.LeavesQuantity,
        Participant = report.SessionId,
        InstrumentId = report.InstrumentId,
        Type = report.Type,
        Side = report.Side,
    };
}
