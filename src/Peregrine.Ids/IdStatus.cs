namespace Peregrine.Ids;

/// <summary>What became of a request for an id.</summary>
public enum IdStatus : byte
{
    Ok = 0,

    /// <summary>The leased ids are used up and the store has not given more yet; try again later.</summary>
    Exhausted = 1,
}
