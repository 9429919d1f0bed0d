using Peregrine.Fix.Messages;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

// What an order asked for, in the fields that OrderDecoder reads it from.
internal sealed partial class ReportEncoder
{
    private void WriteTerms(ref FixWriter writer, in ReportView report, Instrument instrument)
    {
        int decimals = instrument.PriceDecimals;
        bool isKnown = instrument != Unknown;
        if (isKnown || report.Quantity.Lots != 0 || dialect.NeedsQuantity)
        {
            writer.Add(Tag.OrderQty, instrument.ToUnits(report.Quantity));
        }

        char type = dialect.OrdTypeOf(report.OrderType, report.TimeInForce);
        if (type != 0)
        {
            writer.Add(Tag.OrdType, type);
        }

        if (!isKnown)
        {
            WriteUnscaled(ref writer, report.Price);
        }
        else if (HasPrice(in report))
        {
            writer.Add(Tag.Price, instrument.ToPriceUnits(report.Price), decimals);
        }

        char time = dialect.TimeInForceOf(report.TimeInForce);
        if (time != 0)
        {
            writer.Add(Tag.TimeInForce, time);
        }

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
            WriteOffset(ref writer, in report, instrument);
        }

        if (report.Attributes.MinimumQuantity.Lots != 0 && dialect.Execution.Has(Tag.MinQty))
        {
            writer.Add(Tag.MinQty, instrument.ToUnits(report.Attributes.MinimumQuantity));
        }

        bool isHidden = (report.Flags & OrderFlags.Hidden) != 0;
        bool isShownInParts = isHidden || report.Attributes.DisplayQuantity.Lots != 0;
        if (isShownInParts && dialect.Execution.Has(Tag.MaxFloor))
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

    private void WriteOffset(ref FixWriter writer, in ReportView report, Instrument instrument)
    {
        int decimals = instrument.PriceDecimals;
        bool isTrail = report.OrderType == OrderType.TrailingStop;
        if (dialect.Execution.Has(Tag.PegOffsetValue) && (!isTrail || dialect.HasTrailingStop))
        {
            // As the client writes it: to buy, a peg's offset is taken off.
            bool isTakenOff = !isTrail && report.Side == Side.Buy;
            Price offset = new(isTakenOff ? -report.Attributes.OffsetTicks : report.Attributes.OffsetTicks);
            writer.Add(Tag.PegOffsetValue, instrument.ToPriceUnits(offset), decimals);
        }

        if (dialect.Execution.Has(Tag.PegPriceType))
        {
            writer.Add(Tag.PegPriceType, isTrail ? PegPriceTypes.TrailingStop
                : report.Peg == PegReference.Mid ? PegPriceTypes.Middle : PegPriceTypes.Primary);
        }

        if (report.PeggedPrice.Ticks != 0 && dialect.Execution.Has(Tag.PeggedPrice))
        {
            writer.Add(Tag.PeggedPrice, instrument.ToPriceUnits(report.PeggedPrice), decimals);
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

    private void WriteInstructions(ref FixWriter writer, in ReportView report)
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

    private void Append(Span<byte> target, bool has, char letter, ref int length)
    {
        if (has && dialect.HasInstruction(letter) && length / 2 < dialect.InstructionsMax)
        {
            target[length] = (byte)letter;
            target[length + 1] = (byte)' ';
            length += 2;
        }
    }

    private static bool HasPrice(in ReportView report) =>
        OrderTypes.HasPrice(report.OrderType, report.Flags) || (report.OrderType == OrderType.MarketToLimit && report.Price.Ticks != 0);
}
