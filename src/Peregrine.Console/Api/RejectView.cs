namespace Peregrine.Api;

/// <summary>A refused request. <paramref name="Request"/> is new, cancel or replace.</summary>
public sealed record RejectView(long Time, string Session, string? Symbol, string ClientOrderId, string Request, string Reason, string Text);
