using System.Runtime.InteropServices;
using Peregrine.Primitives;

namespace Peregrine.Samples;

/// <summary>The functions of peregrine_engine.h, which says what each does. No exception leaves one of them.</summary>
internal static unsafe class Exports
{
    /// <summary>PEREGRINE_ENGINE_VERSION of the header.</summary>
    public const uint Version = 1;

    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_version")]
    public static uint GetVersion() => Version;

    // SAFETY: in all of these the caller says that what its pointers show is there, as large as the header has it, for the time of the call.
    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_last_error")]
    public static uint GetLastError(byte* text, uint bytes) =>
        LastError.Copy(text is null ? [] : new Span<byte>(text, (int)Math.Min(bytes, 1 << 20)));

    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_create")]
    public static EngineStatus Create(EngineOptions* options, ulong* handle)
    {
        if (options is null || handle is null)
        {
            return NullPointer("options and engine");
        }

        *handle = 0;
        try
        {
            EngineStatus status = EngineChecks.Find(options);
            if (status != EngineStatus.Ok)
            {
                return status;
            }

            NativeEngine engine = new(in *options);
            if (!EngineTable.TryAdd(engine))
            {
                return LastError.Set(EngineStatus.NoRoom, $"there are {EngineTable.EnginesMax} engines, and no more at a time: destroy one first");
            }

            *handle = engine.Handle;
            return EngineStatus.Ok;
        }
        catch (OutOfMemoryException)
        {
            return LastError.Set(EngineStatus.NoMemory,
                $"orders_max is {options->OrdersMax}, and there is no memory for as many: about 410 bytes each");
        }
        catch (ArgumentException fault)
        {
            return LastError.Set(EngineStatus.OutOfRange, fault.Message);
        }
        catch (Exception fault)
        {
            return LastError.Set(EngineStatus.Failed, $"{fault.GetType().Name}: {fault.Message}");
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_destroy")]
    public static EngineStatus Destroy(ulong handle)
    {
        if (EngineTable.Find(handle) is { IsReporting: true })
        {
            return LastError.Set(EngineStatus.Busy, "the callback of this engine is running: destroy it behind the call");
        }

        if (!EngineTable.TryRemove(handle))
        {
            return NoEngine(handle);
        }

        // Its memory is free at once, and not when another engine is made.
        GC.Collect();
        return EngineStatus.Ok;
    }

    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_new")]
    public static EngineStatus New(ulong handle, EngineRequest* order) => EngineTable.Find(handle) is not { } engine ? NoEngine(handle)
        : order is null ? NullPointer("order")
        : order->Type != EngineRequestType.New
            ? LastError.Set(EngineStatus.OutOfRange, $"type is {(byte)order->Type}, expected 1 (new): give others to peregrine_engine_batch")
        : engine.Take(in *order);

    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_cancel")]
    public static EngineStatus Cancel(ulong handle, ulong orderId) =>
        EngineTable.Find(handle) is not { } engine ? NoEngine(handle) : engine.Cancel(orderId);

    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_replace")]
    public static EngineStatus Replace(ulong handle, ulong orderId, long price, long quantity) =>
        EngineTable.Find(handle) is not { } engine ? NoEngine(handle) : engine.Replace(orderId, price, quantity);

    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_batch")]
    public static EngineStatus Batch(ulong handle, EngineRequest* requests, uint count, uint* done)
    {
        if (done is not null)
        {
            *done = 0;
        }

        if (EngineTable.Find(handle) is not { } engine)
        {
            return NoEngine(handle);
        }

        if (requests is null && count > 0)
        {
            return NullPointer("requests");
        }

        EngineStatus status = engine.TakeAll(requests, count, out uint taken);
        if (done is not null)
        {
            *done = taken;
        }

        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_flush")]
    public static EngineStatus Flush(ulong handle) => EngineTable.Find(handle) is not { } engine ? NoEngine(handle) : engine.Flush();

    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_best")]
    public static EngineStatus Best(ulong handle, int instrument, byte side, EngineLevel* level) =>
        EngineTable.Find(handle) is not { } engine ? NoEngine(handle)
        : level is null ? NullPointer("level")
        : engine.GetLevel(instrument, (Side)side, 0, out *level);

    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_level")]
    public static EngineStatus Level(ulong handle, int instrument, byte side, long price, EngineLevel* level) =>
        EngineTable.Find(handle) is not { } engine ? NoEngine(handle)
        : level is null ? NullPointer("level")
        : engine.GetLevelAt(instrument, (Side)side, price, out *level);

    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_levels")]
    public static EngineStatus Levels(ulong handle, int instrument, byte side, EngineLevel* levels, uint capacity, uint* count)
    {
        if (EngineTable.Find(handle) is not { } engine)
        {
            return NoEngine(handle);
        }

        if (count is null || (levels is null && capacity > 0))
        {
            return NullPointer("levels and count");
        }

        *count = 0;
        EngineStatus status = engine.GetLevel(instrument, (Side)side, 0, out EngineLevel level);
        while (status == EngineStatus.Ok && *count < capacity)
        {
            levels[(*count)++] = level;
            status = engine.GetLevel(instrument, (Side)side, *count, out level);
        }

        return status == EngineStatus.OutOfRange ? status : EngineStatus.Ok;
    }

    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_state_hash")]
    public static EngineStatus StateHash(ulong handle, ulong* hash)
    {
        if (EngineTable.Find(handle) is not { } engine)
        {
            return NoEngine(handle);
        }

        if (hash is null)
        {
            return NullPointer("hash");
        }

        *hash = engine.StateHash;
        return EngineStatus.Ok;
    }

    [UnmanagedCallersOnly(EntryPoint = "peregrine_engine_get_statistics")]
    public static EngineStatus GetStatistics(ulong handle, EngineStatistics* statistics)
    {
        if (EngineTable.Find(handle) is not { } engine)
        {
            return NoEngine(handle);
        }

        if (statistics is null)
        {
            return NullPointer("statistics");
        }

        if (statistics->Size != sizeof(EngineStatistics))
        {
            return EngineChecks.WrongSize("statistics", statistics->Size, sizeof(EngineStatistics));
        }

        *statistics = engine.Statistics;
        return EngineStatus.Ok;
    }

    private static EngineStatus NoEngine(ulong handle) => LastError.Set(EngineStatus.NoEngine, handle == 0
        ? "the handle is 0: peregrine_engine_create gives one"
        : $"the handle {handle:x} is that of no engine, or of one that was destroyed");

    private static EngineStatus NullPointer(string names) => LastError.Set(EngineStatus.NullPointer, $"{names}: a pointer is null");
}
