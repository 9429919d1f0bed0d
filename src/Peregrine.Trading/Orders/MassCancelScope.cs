namespace Peregrine.Trading.Orders;

/// <summary>Which orders a mass cancel means: those that match everything named. None named: all.</summary>
[Flags]
public enum MassCancelScope : byte
{
    All = 0,

    /// <summary>Those of the command's session.</summary>
    Session = 1,
    Account = 2,
    Instrument = 4,
    Side = 8,
}

/// <summary>The parts of a mass cancel's scope together.</summary>
public static class MassCancelScopes
{
    /// <summary>Every one: another bit is none.</summary>
    public const MassCancelScope Everything =
        MassCancelScope.Session | MassCancelScope.Account | MassCancelScope.Instrument | MassCancelScope.Side;
}
