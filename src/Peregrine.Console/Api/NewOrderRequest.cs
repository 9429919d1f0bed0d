namespace Peregrine.Api;

/// <summary>A new order. Only symbol, side and quantity must be there, and price for a limit order; a market order has none.
/// Other keys are refused.</summary>
/// <param name="Type">limit (default) or market.</param>
/// <param name="TimeInForce">day (default), goodTillCancel, immediateOrCancel, fillOrKill.</param>
/// <param name="Account">The session's first account by default.</param>
/// <param name="ClientOrderId">1 to 32 printable ASCII characters without space, not . or .., never used before; made when missing.</param>
public sealed record NewOrderRequest(string? Symbol, string? Side, long? Quantity, decimal? Price, string? Type, string? TimeInForce, string? Account,
    string? ClientOrderId);
