using System.Numerics;
using Peregrine.Sequencing.Sessions;

namespace Peregrine.Sequencing.Doors;

/// <summary>
/// All sessions of a link, by number: one look finds whose a report is and through which door it goes, with as many sessions as there may be.
/// </summary>
/// <remarks>Thread: made by one, then read by any. Allocates: when it is made.</remarks>
public sealed class SessionDirectory
{
    private readonly DoorSession[] _sessions;

    // By the low bits of the number; 0 is free, else the place in _sessions and one. At most half full, so a look ends soon.
    private readonly int[] _places;
    private readonly int _mask;

    /// <summary>Asks each door for its sessions, and tells it what they are here.</summary>
    /// <exception cref="ArgumentException">Two sessions have one number; each pair is named.</exception>
    public SessionDirectory(IReadOnlyList<IDoor> doors)
    {
        List<DoorSession> all = [];
        foreach (IDoor door in doors)
        {
            List<DoorSession> own = [.. door.Sessions.Select((client, place) => new DoorSession(client, door, place))];
            all.AddRange(own);
            door.Attach(own);
        }

        List<string> faults = [.. FindFaults(all.Select(session => session.Client))];
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, faults));
        }

        _sessions = [.. all];
        _places = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, all.Count * 2))];
        _mask = _places.Length - 1;
        Invariant.That(all.Count * 2 <= _places.Length, "a look ends at a free place, which half of them are");
        for (int index = 0; index < _sessions.Length; index++)
        {
            int place = _sessions[index].Id & _mask;
            while (_places[place] != 0)
            {
                place = (place + 1) & _mask;
            }

            _places[place] = index + 1;
        }
    }

    /// <summary>Every pair of sessions that cannot be told apart.</summary>
    public static IEnumerable<string> FindFaults(IEnumerable<ClientSession> sessions) =>
        sessions.GroupBy(session => SessionId.Of(session.CompId)).Where(group => group.Count() > 1).Select(same =>
            $"sessions {string.Join(" and ", same.Select(session => session.CompId))} have the same number {same.Key}: " +
            "give one of them another CompID");

    /// <summary>All of them, door by door.</summary>
    public IReadOnlyList<DoorSession> Sessions => _sessions;

    /// <summary>How many places were looked at so far: tests hold it against the reports delivered.</summary>
    internal long Steps { get; private set; }

    /// <summary>Finds a session by its number (<see cref="SessionId"/>).</summary>
    /// <returns>Null when it is of none.</returns>
    public DoorSession? Find(int id)
    {
        for (int place = id & _mask; _places[place] != 0; place = (place + 1) & _mask)
        {
            Steps++;
            DoorSession session = _sessions[_places[place] - 1];
            Invariant.That(((place - session.Id) & _mask) < _sessions.Length, "a session lies behind its home, with no free place in between");
            if (session.Id == id)
            {
                return session;
            }
        }

        return null;
    }

    /// <summary>The kill switch of one session: from here on the intake takes only what takes risk off the book, until it is lifted. A new start of
    /// the link begins with none. From any thread; it holds from the next request on.</summary>
    /// <param name="compId">Whose.</param>
    /// <param name="isBlocked">False to lift it.</param>
    /// <returns>False when there is no such session.</returns>
    public bool TryBlock(string compId, bool isBlocked)
    {
        foreach (DoorSession session in _sessions)
        {
            if (session.Client.CompId == compId)
            {
                session.Block(isBlocked);
                return true;
            }
        }

        return false;
    }

    /// <summary>Tells each session its accounts.</summary>
    /// <param name="accountIds">By number of the session, ids in the rules in force.</param>
    internal void UseAccounts(IReadOnlyDictionary<int, int[]> accountIds)
    {
        foreach (DoorSession session in _sessions)
        {
            session.AccountIds = accountIds[session.Id];
        }
    }

    /// <summary>So many reports of each session came before what is delivered next.</summary>
    /// <param name="reportCounts">By number of the session.</param>
    internal void ResumeCounts(IReadOnlyDictionary<int, long> reportCounts)
    {
        foreach (DoorSession session in _sessions)
        {
            session.ReportCount = reportCounts.GetValueOrDefault(session.Id);
        }
    }
}
