using System.Runtime.InteropServices;
using Peregrine.Samples;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Tests.Matching;

namespace Peregrine.Trading.Tests.Native;

/// <summary>Requests as the C program of the sample reads them.</summary>
internal static class RequestFile
{
    /// <summary>Writes a play; it has no change of terms.</summary>
    public static void Write(string path, MatchPlay play, EngineFlags flags)
    {
        using FileStream file = File.Create(path);
        file.Write(MemoryMarshal.AsBytes<uint>([(uint)play.Capacity, (uint)play.Instruments.Count, (uint)flags, (uint)play.Commands.Count]));
        foreach (InstrumentTerms terms in play.Instruments)
        {
            EngineInstrument instrument = InstrumentOf(terms);
            file.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<EngineInstrument>(in instrument)));
            foreach (TickStep step in terms.TickTable)
            {
                file.Write(MemoryMarshal.AsBytes<long>([step.FromTicks, step.StepTicks]));
            }
        }

        foreach (MatchCommand command in play.Commands)
        {
            EngineRequest request = RequestOf(command);
            file.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<EngineRequest>(in request)));
        }
    }

    private static EngineInstrument InstrumentOf(InstrumentTerms terms)
    {
        VenueRules rules = terms.Rules;
        return new EngineInstrument
        {
            Size = (uint)Marshal.SizeOf<EngineInstrument>(),
            Phase = (byte)terms.Phase,
            Owner = rules.Owner == OwnerScope.None ? EngineInstrument.OwnerNone : rules.Owner == OwnerScope.Account ? (byte)0 : (byte)rules.Owner,
            SelfTrade = (byte)rules.SelfTrade,
            Flags = (terms.ReferencePrice is null ? 0 : EngineInstrumentFlags.HasReference)
                | (terms.LowestPrice is null ? 0 : EngineInstrumentFlags.HasLowest)
                | (terms.HighestPrice is null ? 0 : EngineInstrumentFlags.HasHighest)
                | (rules.MarketWithBest ? EngineInstrumentFlags.MarketWithBest : 0)
                | (rules.StopsByArrival ? EngineInstrumentFlags.StopsByArrival : 0)
                | (rules.MinimumPerTrade ? EngineInstrumentFlags.MinimumPerTrade : 0),
            ReferencePrice = terms.ReferencePrice?.Ticks ?? 0,
            LowestPrice = terms.LowestPrice?.Ticks ?? 0,
            HighestPrice = terms.HighestPrice?.Ticks ?? 0,
            StaticBandBasisPoints = terms.StaticBandBasisPoints,
            DynamicBandBasisPoints = terms.DynamicBandBasisPoints,
            InterruptionNs = terms.InterruptionNs,
            CancelHiddenRests = rules.CancelHiddenRests,
            HiddenImprovement = rules.HiddenImprovement,
            TickStepCount = (uint)terms.TickTable.Count,
        };
    }

    private static EngineRequest RequestOf(MatchCommand command) => command.Kind switch
    {
        CommandKind.Submit => RequestOf(command.Order),
        CommandKind.Cancel => new EngineRequest { Type = EngineRequestType.Cancel, OrderId = command.OrderId },
        CommandKind.Reduce => new EngineRequest { Type = EngineRequestType.Reduce, OrderId = command.OrderId, Quantity = command.Lots.Lots },
        CommandKind.Replace => RequestOf(command.Change),
        CommandKind.MassCancel or CommandKind.List => new EngineRequest
        {
            Type = command.Kind == CommandKind.List ? EngineRequestType.List : EngineRequestType.MassCancel,
            Session = command.Filter.Session, Account = command.Filter.Account,
            Instrument = command.Filter.InstrumentId, Side = command.Filter.Side ?? 0,
        },
        CommandKind.SetPhase => new EngineRequest
        {
            Type = EngineRequestType.SetPhase, Instrument = command.InstrumentId, Phase = command.Phase,
            Flags = command.CancelsForbidden ? OrderFlags.Hidden : OrderFlags.None,
        },
        CommandKind.AdvanceTime => new EngineRequest { Type = EngineRequestType.AdvanceTime, ExpireTimeNs = command.TimeNs },
        _ => throw new ArgumentException($"{command.Kind} is no request of the library", nameof(command)),
    };

    private static EngineRequest RequestOf(in MatchOrder order) => new()
    {
        Type = EngineRequestType.New,
        OrderId = order.OrderId,
        Price = order.Price.Ticks,
        Quantity = order.Quantity.Lots,
        StopPrice = order.StopPrice.Ticks,
        OffsetTicks = order.OffsetTicks,
        DisplayQuantity = order.DisplayQuantity.Lots,
        MinimumQuantity = order.MinimumQuantity.Lots,
        ExpireTimeNs = order.ExpireTimeNs,
        Instrument = order.InstrumentId,
        Account = order.Account,
        Firm = order.Firm,
        Strategy = order.Strategy,
        Session = order.Session,
        Tag = order.Tag,
        Side = order.Side,
        OrderType = order.Type,
        TimeInForce = order.TimeInForce,
        Flags = order.Flags,
        Peg = order.Peg,
        SelfTrade = order.SelfTrade,
    };

    private static EngineRequest RequestOf(in MatchReplace change) => new()
    {
        Type = EngineRequestType.Replace,
        OrderId = change.OrderId,
        Price = change.Price.Ticks,
        Quantity = change.Leaves.Lots,
        StopPrice = change.StopPrice.Ticks,
        OffsetTicks = change.OffsetTicks,
        DisplayQuantity = change.DisplayQuantity.Lots,
        MinimumQuantity = change.MinimumQuantity.Lots,
        ExpireTimeNs = change.ExpireTimeNs,
        Fields = change.Fields,
    };
}
