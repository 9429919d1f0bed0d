namespace Peregrine.Ids;

/// <summary>A leased range of ids: nobody else ever gets one of them.</summary>
/// <param name="First">First id, 1 or more.</param>
/// <param name="Count">How many.</param>
public readonly record struct IdSegment(long First, int Count);
