namespace Peregrine.Gateway.OrderEntry;

/// <summary>Lists of a session that wait for their ListExecute: as they came, since nothing of them has happened. They are gone when the session
/// is not on any more.</summary>
/// <remarks>Thread: the link's. Allocates: for a list that is held.</remarks>
internal sealed class HeldLists
{
    /// <summary>Most of a session at a time.</summary>
    public const int ListsMax = 8;

    private readonly List<(byte[] Name, byte[] Frame)> _lists = [];

    /// <summary>Holds a list.</summary>
    /// <returns>False where as many are held as may be.</returns>
    public bool TryHold(ReadOnlySpan<byte> name, ReadOnlySpan<byte> frame)
    {
        if (_lists.Count == ListsMax)
        {
            return false;
        }

        _lists.Add((name.ToArray(), frame.ToArray()));
        return true;
    }

    /// <summary>Finds a list.</summary>
    /// <returns>The message; empty where none of this name is held.</returns>
    public ReadOnlySpan<byte> Find(ReadOnlySpan<byte> name) => PlaceOf(name) is var place && place >= 0 ? _lists[place].Frame : default;

    /// <summary>Holds a list no more.</summary>
    public void Release(ReadOnlySpan<byte> name) => _lists.RemoveAt(PlaceOf(name));

    /// <summary>Holds none any more.</summary>
    public void Clear() => _lists.Clear();

    private int PlaceOf(ReadOnlySpan<byte> name)
    {
        for (int place = 0; place < _lists.Count; place++)
        {
            if (name.SequenceEqual(_lists[place].Name))
            {
                return place;
            }
        }

        return -1;
    }
}
