using System.Runtime.InteropServices;
using Peregrine.Primitives;
using Peregrine.Trading;

namespace Peregrine.Samples;

/// <summary>What an instrument has and is: the PEREGRINE_INSTRUMENT_ constants of the header.</summary>
[Flags]
internal enum EngineInstrumentFlags : byte
{
    None = 0,
    HasReference = 1,
    HasLowest = 2,
    HasHighest = 4,
    MarketWithBest = 8,
    StopsByArrival = 16,
    MinimumPerTrade = 32,
    All = 63,
}

/// <summary>peregrine_tick_step of the header.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct EngineTickStep
{
    [FieldOffset(0)]
    public long FromTicks;

    [FieldOffset(8)]
    public long StepTicks;
}

/// <summary>peregrine_instrument of the header: what is 0 is the default.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal unsafe struct EngineInstrument
{
    /// <summary>Most steps of a table.</summary>
    public const uint TickStepsMax = 1_024;

    /// <summary>The owner that is nobody: 0 is the account, as a struct of zeros is the default.</summary>
    public const byte OwnerNone = 255;

    [FieldOffset(0)]
    public uint Size;

    [FieldOffset(4)]
    public byte Phase;

    [FieldOffset(5)]
    public byte Owner;

    [FieldOffset(6)]
    public byte SelfTrade;

    [FieldOffset(7)]
    public EngineInstrumentFlags Flags;

    [FieldOffset(8)]
    public long ReferencePrice;

    [FieldOffset(16)]
    public long LowestPrice;

    [FieldOffset(24)]
    public long HighestPrice;

    [FieldOffset(32)]
    public int StaticBandBasisPoints;

    [FieldOffset(36)]
    public int DynamicBandBasisPoints;

    [FieldOffset(40)]
    public long InterruptionNs;

    [FieldOffset(48)]
    public long CancelHiddenRests;

    [FieldOffset(56)]
    public long HiddenImprovement;

    [FieldOffset(64)]
    public EngineTickStep* TickSteps;

    [FieldOffset(72)]
    public uint TickStepCount;

    [FieldOffset(76)]
    public uint Reserved;

    /// <summary>The terms that it stands for.</summary>
    /// <exception cref="ArgumentException">What the terms themselves cannot find: unknown flags, a table without an address.</exception>
    public readonly InstrumentTerms ToTerms()
    {
        if ((Flags & ~EngineInstrumentFlags.All) != 0 || Reserved != 0)
        {
            throw new ArgumentException($"flags are {(byte)Flags} and reserved is {Reserved}, expected flags of the header and 0");
        }

        if (TickStepCount > TickStepsMax || (TickStepCount > 0 && TickSteps is null))
        {
            throw new ArgumentException($"tick_step_count is {TickStepCount}, expected 0 to {TickStepsMax}, and tick_steps not null");
        }

        TickStep[] table = new TickStep[TickStepCount];
        for (int step = 0; step < table.Length; step++)
        {
            // SAFETY: the caller says that so many lie there.
            table[step] = new TickStep(TickSteps[step].FromTicks, TickSteps[step].StepTicks);
        }

        return new InstrumentTerms
        {
            Phase = Phase == 0 ? TradingPhase.Continuous : (TradingPhase)Phase,
            ReferencePrice = Has(EngineInstrumentFlags.HasReference) ? new Price(ReferencePrice) : null,
            LowestPrice = Has(EngineInstrumentFlags.HasLowest) ? new Price(LowestPrice) : null,
            HighestPrice = Has(EngineInstrumentFlags.HasHighest) ? new Price(HighestPrice) : null,
            TickTable = table,
            StaticBandBasisPoints = StaticBandBasisPoints,
            DynamicBandBasisPoints = DynamicBandBasisPoints,
            InterruptionNs = InterruptionNs,
            Rules = new VenueRules
            {
                Owner = Owner switch
                {
                    0 => OwnerScope.Account,
                    OwnerNone => OwnerScope.None,
                    _ => (OwnerScope)Owner,
                },
                SelfTrade = SelfTrade == 0 ? SelfTradePrevention.CancelNewest : (SelfTradePrevention)SelfTrade,
                CancelHiddenRests = CancelHiddenRests,
                HiddenImprovement = HiddenImprovement,
                MinimumPerTrade = Has(EngineInstrumentFlags.MinimumPerTrade),
                MarketWithBest = Has(EngineInstrumentFlags.MarketWithBest),
                StopsByArrival = Has(EngineInstrumentFlags.StopsByArrival),
            },
        };
    }

    private readonly bool Has(EngineInstrumentFlags flag) => (Flags & flag) != 0;
}
