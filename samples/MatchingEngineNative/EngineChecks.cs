using Peregrine.Trading.Matching;

namespace Peregrine.Samples;

/// <summary>What options are checked for before an engine is made of them.</summary>
internal static unsafe class EngineChecks
{
    /// <summary>Looks for a fault; what it finds is the thread's last error.</summary>
    /// <returns>Ok; WrongSize; OutOfRange.</returns>
    public static EngineStatus Find(EngineOptions* options)
    {
        if (options->Size != sizeof(EngineOptions))
        {
            return WrongSize("options", options->Size, sizeof(EngineOptions));
        }

        uint terms = options->Terms is null ? 0 : Math.Min(options->Instruments, NativeEngine.InstrumentsMax);
        for (uint instrument = 0; instrument < terms; instrument++)
        {
            if (options->Terms[instrument].Size != sizeof(EngineInstrument))
            {
                return WrongSize($"terms[{instrument}]", options->Terms[instrument].Size, sizeof(EngineInstrument));
            }
        }

        string? fault = options->OrdersMax is < 1 or > MatchingEngine.OrderCapacityMax
                ? $"orders_max is {options->OrdersMax}, expected 1 to {MatchingEngine.OrderCapacityMax}"
            : options->Instruments is < 1 or > NativeEngine.InstrumentsMax
                ? $"instruments is {options->Instruments}, expected 1 to {NativeEngine.InstrumentsMax}"
            : options->ReportsHeld > NativeEngine.ReportsHeldMax
                ? $"reports_held is {options->ReportsHeld}, expected 0 to {NativeEngine.ReportsHeldMax}"
            : (options->Flags & ~EngineFlags.OrderDeltas) != 0 || options->Reserved != 0
                ? $"flags are {(uint)options->Flags} and reserved is {options->Reserved}, expected flags of the header and 0"
            : null;
        return fault is null ? EngineStatus.Ok : LastError.Set(EngineStatus.OutOfRange, fault);
    }

    /// <summary>A struct of another version.</summary>
    public static EngineStatus WrongSize(string what, uint size, int expected) => LastError.Set(EngineStatus.WrongSize,
        $"{what}: size is {size}, expected {expected}: set it to sizeof, and build with the header of this library");
}
