using System.Runtime.InteropServices;
using Peregrine.Trading.Matching;

namespace Peregrine.Samples;

/// <summary>Switches of an engine: the PEREGRINE_ENGINE_ constants of the header.</summary>
[Flags]
internal enum EngineFlags : uint
{
    None = 0,

    /// <summary>What orders show is told order by order.</summary>
    OrderDeltas = 1,
}

/// <summary>peregrine_options of the header.</summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
internal unsafe struct EngineOptions
{
    [FieldOffset(0)]
    public uint Size;

    [FieldOffset(4)]
    public uint OrdersMax;

    [FieldOffset(8)]
    public uint Instruments;

    [FieldOffset(12)]
    public EngineFlags Flags;

    [FieldOffset(16)]
    public uint ReportsHeld;

    [FieldOffset(20)]
    public uint Reserved;

    [FieldOffset(24)]
    public EngineInstrument* Terms;

    [FieldOffset(32)]
    public delegate* unmanaged[Cdecl]<void*, MatchEvent*, uint, void> OnReports;

    [FieldOffset(40)]
    public void* User;
}

/// <summary>peregrine_level of the header.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct EngineLevel
{
    [FieldOffset(0)]
    public long Price;

    [FieldOffset(8)]
    public long Quantity;

    [FieldOffset(16)]
    public uint Orders;

    [FieldOffset(20)]
    public uint Reserved;
}

/// <summary>peregrine_statistics of the header.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal struct EngineStatistics
{
    [FieldOffset(0)]
    public uint Size;

    [FieldOffset(4)]
    public uint Orders;

    [FieldOffset(8)]
    public long Trades;

    [FieldOffset(16)]
    public long TradedLots;

    [FieldOffset(24)]
    public long Rejects;

    [FieldOffset(32)]
    public long Reports;

    [FieldOffset(40)]
    public long ReportGrowths;

    [FieldOffset(48)]
    public long BytesAllocated;
}
