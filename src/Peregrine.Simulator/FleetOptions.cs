namespace Peregrine.Simulator;

/// <summary>Who trades what, how fast.</summary>
public sealed record FleetOptions
{
    /// <summary>1 to 1,000.</summary>
    public required IReadOnlyList<SimInstrument> Instruments { get; init; }

    /// <summary>The same seed gives the same decisions, as long as nobody else trades.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Requests of all participants together, on average, 1 to 100,000.</summary>
    public double RequestsPerSecond { get; init; } = 100;

    /// <summary>Number of the first request; numbers grow by one. 1 or more.</summary>
    public long FirstNumber { get; init; } = 1;

    /// <summary>Finds every error at once.</summary>
    /// <exception cref="ArgumentException">One line for each value out of range.</exception>
    public void Validate()
    {
        List<string> errors = [];
        if (Instruments.Count is 0 or > 1_000)
        {
            errors.Add($"Instruments: {Instruments.Count}, expected 1 to 1000");
        }

        foreach (SimInstrument instrument in Instruments.Where(instrument => instrument.ReferenceTicks < 100 || instrument.TypicalLots < 1))
        {
            errors.Add($"instrument {instrument.InstrumentId}: reference {instrument.ReferenceTicks} ticks, " +
                $"{instrument.TypicalLots} lots; expected 100 ticks and 1 lot or more");
        }

        if (RequestsPerSecond is not (>= 1 and <= 100_000))
        {
            errors.Add(FormattableString.Invariant($"RequestsPerSecond: {RequestsPerSecond}, expected 1 to 100000"));
        }

        if (FirstNumber < 1)
        {
            errors.Add($"FirstNumber: {FirstNumber}, expected 1 or more");
        }

        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        }
    }
}
