using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Peregrine.Gateway;
using Peregrine.Primitives;
using Peregrine.Sequencing;

namespace Peregrine.Hosting;

/// <summary>Healthy while everything is taken, degraded while only part of it is or the link's thread does not come round, unhealthy when nothing
/// is taken.</summary>
internal sealed class LinkHealthCheck(LinkService service) : IHealthCheck
{
    private readonly LinkPulse _pulse = new();

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        LinkStatus? status = service.State == HostedLinkState.Running ? service.Link?.Status() : null;
        return Task.FromResult(Judge(service.State, service.Failure, status, status is null ? 0 : _pulse.StillNs(status.Passes, Clock.MonotonicNs)));
    }

    /// <summary>What is told of a link.</summary>
    /// <param name="status">Of one that runs.</param>
    /// <param name="stillNs">How long its thread has not come round.</param>
    internal static HealthCheckResult Judge(HostedLinkState state, string? failure, LinkStatus? status, long stillNs) => (state, status) switch
    {
        (HostedLinkState.Failed, _) => HealthCheckResult.Unhealthy($"the link has failed: {failure}"),
        (HostedLinkState.Stopped, _) => HealthCheckResult.Unhealthy("the link has stopped"),
        (_, null) => HealthCheckResult.Unhealthy("the link is not started yet, or its journal is still replayed"),
        (_, { DiskRoom: DiskRoom.None }) => HealthCheckResult.Unhealthy(
            "the journal's disk is full, and the room kept for cancels is used up: nothing is taken; make room"),
        (_, { DiskRoom: DiskRoom.CancelsOnly }) => HealthCheckResult.Degraded(
            "the journal's disk is full: new orders and replaces are refused, cancels are taken; make room"),
        _ when stillNs >= LinkPulse.StillNsMax => HealthCheckResult.Degraded(string.Create(CultureInfo.InvariantCulture,
            $"the link's thread has not come round for {stillNs / 1_000_000_000} s: it waits for the disk, or for a core")),
        (_, { } running) => HealthCheckResult.Healthy(string.Create(CultureInfo.InvariantCulture,
            $"orders are taken: {running.Sequence} commands, {running.DurableSequence} durable, {running.WorkingOrders} orders working")),
    };
}
