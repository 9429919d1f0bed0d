namespace Peregrine.Trading;

/// <summary>Which of an order's numbers says whose it is, for self-trade prevention. 0 is none: nothing is prevented.</summary>
public enum OwnerScope : byte
{
    None = 0,
    Account = 1,
    Firm = 2,
    Strategy = 3,
}

/// <summary>The table of whose an order may be.</summary>
public static class OwnerScopes
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const OwnerScope Last = OwnerScope.Strategy;
}
