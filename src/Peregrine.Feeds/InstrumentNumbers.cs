namespace Peregrine.Feeds;

/// <summary>
/// Instruments of several venues or streams in one feed, where a number means another instrument in each: the first that uses a number keeps it,
/// every other one gets a number of its own, below 0.
/// </summary>
/// <remarks>Thread: one owner. Allocates: for a number that is seen for the first time.</remarks>
internal sealed class InstrumentNumbers
{
    private readonly Dictionary<(int Venue, int Number), int> _own = [];
    private readonly Dictionary<int, int> _firstVenue = [];
    private (int Venue, int Number, int Own) _last = (-1, 0, 0);

    /// <summary>The number for books.</summary>
    /// <param name="venue">Who numbered it, 0 or more.</param>
    /// <param name="number">The number there.</param>
    public int Of(int venue, int number)
    {
        if (_last.Venue == venue && _last.Number == number)
        {
            return _last.Own;
        }

        if (!_firstVenue.TryGetValue(number, out int first))
        {
            _firstVenue.Add(number, first = venue);
        }

        int own = number;
        if (first != venue && !_own.TryGetValue((venue, number), out own))
        {
            own = -1 - _own.Count;
            _own.Add((venue, number), own);
        }

        _last = (venue, number, own);
        return own;
    }
}
