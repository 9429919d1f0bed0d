using Peregrine.Fix.Messages;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

// What an order asked for, in the fields that OrderDecoder reads it from.
internal sealed partial class ReportEncoder
{
    private static void WriteTerms(ref FixWriter writer, in ReportView report, Instrument instrument)
    {
        int decimals = instrument.PriceDecimals;
        bool isKnown = instrument != Unknown;
        if (isKnown || report.Quantity.Lots != 0)
        {
            writer.Add(Tag.OrderQty, instrument.ToUnits(report.Quantity));
        }

        writer.Add(Tag.OrdType, FixCodes.Of(report.OrderType));
        if (!isKnown)
        {
            WriteUnscaled(ref writer, report.Price);
        }
        else if (HasPrice(in report))
        {
            writer.Add(Tag.Price, instrument.ToPriceUnits(report.Price), decimals);
        }

        writer.Add(Tag.TimeInForce, FixCodes.Of(report.TimeInForce));
        if (report.TimeInForce == TimeInForce.GoodTillTime)
        {
            writer.AddTimestamp(Tag.ExpireTime, report.Attributes.ExpireTimeNs);
        }

        if (OrderTypes.Has(report.OrderType, OrderTraits.Stop))
        {
            writer.Add(Tag.StopPx, instrument.ToPriceUnits(report.Attributes.StopPrice), decimals);
        }

        if (OrderTypes.Has(report.OrderType, OrderTraits.Offset))
        {
            // As the client writes it: to buy, a peg's offset is taken off.
            bool isTakenOff = report.OrderType == OrderType.Pegged && report.Side == Side.Buy;
            Price offset = new(isTakenOff ? -report.Attributes.OffsetTicks : report.Attributes.OffsetTicks);
            writer.Add(Tag.PegOffsetValue, instrument.ToPriceUnits(offset), decimals);
            if (report.PeggedPrice.Ticks != 0)
            {
                writer.Add(Tag.PeggedPrice, instrument.ToPriceUnits(report.PeggedPrice), decimals);
            }
        }

        if (report.Attributes.MinimumQuantity.Lots != 0)
        {
            writer.Add(Tag.MinQty, instrument.ToUnits(report.Attributes.MinimumQuantity));
        }

        bool isHidden = (report.Flags & OrderFlags.Hidden) != 0;
        if (isHidden || report.Attributes.DisplayQuantity.Lots != 0)
        {
            writer.Add(Tag.MaxFloor, isHidden ? 0 : instrument.ToUnits(report.Attributes.DisplayQuantity));
        }

        WriteInstructions(ref writer, in report);
        if (report.StrategyId != 0)
        {
            writer.Add(Tag.SelfMatchPreventionId, StrategyNumber.ToWire(report.StrategyId));
        }

        if (report.SelfTrade != SelfTradePrevention.Default)
        {
            writer.Add(Tag.SelfMatchPreventionInstruction, FixCodes.Of(report.SelfTrade));
        }
    }

    // A price as it came, in the fewest digits.
    private static void WriteUnscaled(ref FixWriter writer, Price price)
    {
        (long units, int decimals) = (price.Ticks, Unknown.PriceDecimals);
        while (decimals > 0 && units % 10 == 0)
        {
            (units, decimals) = (units / 10, decimals - 1);
        }

        if (units != 0)
        {
            writer.Add(Tag.Price, units, decimals);
        }
    }

    private static void WriteInstructions(ref FixWriter writer, in ReportView report)
    {
        Span<byte> instructions = stackalloc byte[8];
        int length = 0;
        Append(instructions, (report.Flags & OrderFlags.PostOnly) != 0, '6', ref length);
        Append(instructions, (report.Flags & OrderFlags.AllOrNone) != 0, 'G', ref length);
        Append(instructions, report.Peg == PegReference.Mid, 'M', ref length);
        Append(instructions, report.Peg == PegReference.Best, 'R', ref length);
        Append(instructions, report.OrderType == OrderType.TrailingStop, 'a', ref length);
        if (length > 0)
        {
            writer.Add(Tag.ExecInst, instructions[..(length - 1)]);
        }
    }

    private static void Append(Span<byte> target, bool has, char letter, ref int length)
    {
        if (has)
        {
            target[length] = (byte)letter;
            target[length + 1] = (byte)' ';
            length += 2;
        }
    }

    private static bool HasPrice(in ReportView report) =>
        OrderTypes.HasPrice(report.OrderType, report.Flags) || (report.OrderType == OrderType.MarketToLimit && report.Price.Ticks != 0);
}
