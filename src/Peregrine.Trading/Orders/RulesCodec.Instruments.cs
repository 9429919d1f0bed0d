using System.Buffers.Binary;
using System.Text;
using Peregrine.Primitives;
using Peregrine.Trading.Instruments;

namespace Peregrine.Trading.Orders;

public static partial class RulesCodec
{
    private const int InstrumentBytes = 88;
    private const int TickStepBytes = 16;
    private const int SwitchesOffset = 65;
    private const int SymbolLengthOffset = 66;
    private const int TickStepsOffset = 70;
    private const int CurrencyOffset = 72;
    private const int ReservedOffset = 75;
    private const int HiddenImprovementOffset = 80;

    /// <summary>What is on.</summary>
    [Flags]
    private enum Switches : byte
    {
        IsOpen = 1,
        HasReference = 2,
        HasLowest = 4,
        HasHighest = 8,
        MinimumPerTrade = 16,
        MarketWithBest = 32,
        StopsByArrival = 64,
        All = 127,
    }

    private static int BytesOf(Instrument instrument) =>
        InstrumentBytes + (TickStepBytes * instrument.Terms.TickTable.Count) + instrument.Symbol.Length;

    private static Span<byte> Write(Span<byte> target, Instrument instrument)
    {
        InstrumentTerms terms = instrument.Terms;
        BinaryPrimitives.WriteInt64LittleEndian(target, instrument.TickUnits);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], instrument.LotUnits);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], terms.ReferencePrice?.Ticks ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], terms.LowestPrice?.Ticks ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], terms.HighestPrice?.Ticks ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], terms.InterruptionNs);
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], terms.Rules.CancelHiddenRests);
        BinaryPrimitives.WriteInt32LittleEndian(target[56..], terms.StaticBandBasisPoints);
        BinaryPrimitives.WriteInt32LittleEndian(target[60..], terms.DynamicBandBasisPoints);
        BinaryPrimitives.WriteInt64LittleEndian(target[HiddenImprovementOffset..], terms.Rules.HiddenImprovement);
        target[64] = (byte)instrument.PriceDecimals;
        target[SwitchesOffset] = (byte)SwitchesOf(instrument);
        target[SymbolLengthOffset] = (byte)instrument.Symbol.Length;
        target[67] = (byte)terms.Phase;
        target[68] = (byte)terms.Rules.Owner;
        target[69] = (byte)terms.Rules.SelfTrade;
        BinaryPrimitives.WriteUInt16LittleEndian(target[TickStepsOffset..], (ushort)terms.TickTable.Count);
        _ = Encoding.ASCII.GetBytes(instrument.Currency, target[CurrencyOffset..]);
        Span<byte> rest = target[InstrumentBytes..];
        foreach (TickStep step in terms.TickTable)
        {
            BinaryPrimitives.WriteInt64LittleEndian(rest, step.FromTicks);
            BinaryPrimitives.WriteInt64LittleEndian(rest[8..], step.StepTicks);
            rest = rest[TickStepBytes..];
        }

        return rest[Encoding.ASCII.GetBytes(instrument.Symbol, rest)..];
    }

    private static Switches SwitchesOf(Instrument instrument) =>
        (instrument.IsOpen ? Switches.IsOpen : 0)
        | (instrument.Terms.ReferencePrice is null ? 0 : Switches.HasReference)
        | (instrument.Terms.LowestPrice is null ? 0 : Switches.HasLowest)
        | (instrument.Terms.HighestPrice is null ? 0 : Switches.HasHighest)
        | (instrument.Terms.Rules.MinimumPerTrade ? Switches.MinimumPerTrade : 0)
        | (instrument.Terms.Rules.MarketWithBest ? Switches.MarketWithBest : 0)
        | (instrument.Terms.Rules.StopsByArrival ? Switches.StopsByArrival : 0);

    private static CodecStatus ReadInstruments(ref ReadOnlySpan<byte> rest, int count, out List<Instrument> instruments)
    {
        instruments = [];
        for (int id = 0; id < count; id++)
        {
            if (rest.Length < InstrumentBytes)
            {
                return CodecStatus.WrongLength;
            }

            int steps = BinaryPrimitives.ReadUInt16LittleEndian(rest[TickStepsOffset..]);
            int total = InstrumentBytes + (TickStepBytes * steps) + rest[SymbolLengthOffset];
            if (rest.Length < total)
            {
                return CodecStatus.WrongLength;
            }

            CodecStatus status = ReadInstrument(rest[..total], id, steps, instruments);
            if (status != CodecStatus.Ok)
            {
                return status;
            }

            rest = rest[total..];
        }

        return CodecStatus.Ok;
    }

    private static CodecStatus ReadInstrument(ReadOnlySpan<byte> source, int id, int steps, List<Instrument> instruments)
    {
        Switches switches = (Switches)source[SwitchesOffset];
        ReadOnlySpan<byte> symbol = source[(InstrumentBytes + (TickStepBytes * steps))..];
        ReadOnlySpan<byte> currency = source.Slice(CurrencyOffset, CurrencyBytes);
        bool hasCurrency = currency.ContainsAnyExcept((byte)0);
        bool hasPrices = TryReadPrice(source[16..], switches, Switches.HasReference, out Price? reference);
        hasPrices &= TryReadPrice(source[24..], switches, Switches.HasLowest, out Price? lowest);
        hasPrices &= TryReadPrice(source[32..], switches, Switches.HasHighest, out Price? highest);
        bool isGood = hasPrices
            && (switches & ~Switches.All) == 0
            && !source[ReservedOffset..HiddenImprovementOffset].ContainsAnyExcept((byte)0)
            && Ascii.IsValid(symbol)
            && Ascii.IsValid(currency);
        if (!isGood)
        {
            return CodecStatus.BadValue;
        }

        TickStep[] table = new TickStep[steps];
        for (int i = 0; i < steps; i++)
        {
            ReadOnlySpan<byte> step = source[(InstrumentBytes + (TickStepBytes * i))..];
            table[i] = new TickStep(BinaryPrimitives.ReadInt64LittleEndian(step), BinaryPrimitives.ReadInt64LittleEndian(step[8..]));
        }

        InstrumentTerms terms = new()
        {
            Phase = (TradingPhase)source[67],
            ReferencePrice = reference,
            LowestPrice = lowest,
            HighestPrice = highest,
            TickTable = table,
            StaticBandBasisPoints = BinaryPrimitives.ReadInt32LittleEndian(source[56..]),
            DynamicBandBasisPoints = BinaryPrimitives.ReadInt32LittleEndian(source[60..]),
            InterruptionNs = BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
            Rules = new VenueRules
            {
                Owner = (OwnerScope)source[68],
                SelfTrade = (SelfTradePrevention)source[69],
                CancelHiddenRests = BinaryPrimitives.ReadInt64LittleEndian(source[48..]),
                HiddenImprovement = BinaryPrimitives.ReadInt64LittleEndian(source[HiddenImprovementOffset..]),
                MinimumPerTrade = (switches & Switches.MinimumPerTrade) != 0,
                MarketWithBest = (switches & Switches.MarketWithBest) != 0,
                StopsByArrival = (switches & Switches.StopsByArrival) != 0,
            },
        };
        long tick = BinaryPrimitives.ReadInt64LittleEndian(source);
        long lot = BinaryPrimitives.ReadInt64LittleEndian(source[8..]);
        instruments.Add(new Instrument(id, Encoding.ASCII.GetString(symbol), source[64], tick, lot, (switches & Switches.IsOpen) != 0)
        {
            Terms = terms,
            Currency = hasCurrency ? Encoding.ASCII.GetString(currency) : "",
        });
        return CodecStatus.Ok;
    }

    // A price that is not there is written as 0.
    private static bool TryReadPrice(ReadOnlySpan<byte> source, Switches switches, Switches named, out Price? price)
    {
        long ticks = BinaryPrimitives.ReadInt64LittleEndian(source);
        bool has = (switches & named) != 0;
        price = has ? new Price(ticks) : null;
        return has || ticks == 0;
    }
}
