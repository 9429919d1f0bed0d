using System.Net;
using Peregrine.Journal;
using Peregrine.Trading.Orders;

namespace Peregrine.Api;

/// <summary>What the API is told of the configuration.</summary>
/// <param name="EndPoint">Where it listens.</param>
/// <param name="ConnectionsMax">Most connections at a time.</param>
/// <param name="Session">CompID of what is entered here.</param>
/// <param name="Durability">Of the link's journal.</param>
/// <param name="Rules">Whose accounts tickets may be entered for, until others are configured.</param>
internal sealed record ApiOptions(IPEndPoint EndPoint, int ConnectionsMax, string Session, Durability Durability, TradingRules Rules);
