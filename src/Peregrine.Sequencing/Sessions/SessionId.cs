namespace Peregrine.Sequencing.Sessions;

/// <summary>
/// The number that stands for a client session in commands and in the journal. It is made from the CompID alone (FNV-1a),
/// so it stays the same when sessions are added, removed or reordered; two clients that share one are a configuration error.
/// </summary>
public static class SessionId
{
    /// <summary>The session number of a CompID: 0 or above.</summary>
    public static int Of(string compId)
    {
        uint hash = 2166136261;
        foreach (char character in compId)
        {
            hash = (hash ^ character) * 16777619;
        }

        return (int)(hash & int.MaxValue);
    }
}
