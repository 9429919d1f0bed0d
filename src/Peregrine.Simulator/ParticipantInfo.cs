namespace Peregrine.Simulator;

/// <summary>Kinds of participants. 0 is none.</summary>
public enum ParticipantKind : byte
{
    /// <summary>Quotes both sides around its idea of the price, and leans against its inventory.</summary>
    MarketMaker = 1,

    /// <summary>Comes and goes for reasons of its own; cancels most of what it enters.</summary>
    Noise = 2,

    /// <summary>Follows what prices did lately.</summary>
    Momentum = 3,

    /// <summary>Works a large order in slices over time.</summary>
    Slicer = 4,
}

/// <summary>A participant: one session and one account of its own.</summary>
/// <param name="Name">CompID and account name, such as SIM-MAKER-1.</param>
public sealed record ParticipantInfo(string Name, ParticipantKind Kind);
