namespace Peregrine.Samples;

/// <summary>What ends a subscription: the connection is lost, or the server said what cannot be.</summary>
/// <param name="message">A sentence for the user.</param>
public sealed class SubscriberException(string message) : Exception(message);
