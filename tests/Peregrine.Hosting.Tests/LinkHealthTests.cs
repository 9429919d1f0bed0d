using Microsoft.Extensions.Diagnostics.HealthChecks;
using Peregrine.Gateway;
using Peregrine.Sequencing;

namespace Peregrine.Hosting.Tests;

/// <summary>What the health check makes of a link.</summary>
public sealed class LinkHealthTests
{
    private const long SecondNs = 1_000_000_000;

    [Theory]
    [InlineData(DiskRoom.Ample, 0, HealthStatus.Healthy, "orders are taken: 7 commands, 6 durable, 5 orders working")]
    [InlineData(DiskRoom.Ample, 2 * SecondNs - 1, HealthStatus.Healthy, "orders are taken: 7 commands, 6 durable, 5 orders working")]
    [InlineData(DiskRoom.Ample, 2 * SecondNs, HealthStatus.Degraded,
        "the link's thread has not come round for 2 s: it waits for the disk, or for a core")]
    [InlineData(DiskRoom.CancelsOnly, 0, HealthStatus.Degraded,
        "the journal's disk is full: new orders and replaces are refused, cancels are taken; make room")]
    [InlineData(DiskRoom.None, 0, HealthStatus.Unhealthy,
        "the journal's disk is full, and the room kept for cancels is used up: nothing is taken; make room")]
    public void Judge_OfARunningLink_IsWhatItTakes(DiskRoom room, long stillNs, HealthStatus expected, string text)
    {
        LinkStatus status = StatusSample.Empty with { Sequence = 7, DurableSequence = 6, WorkingOrders = 5, DiskRoom = room };

        HealthCheckResult result = LinkHealthCheck.Judge(HostedLinkState.Running, null, status, stillNs);

        Assert.Equal((expected, text), (result.Status, result.Description));
    }

    [Theory]
    [InlineData(HostedLinkState.Starting, "the link is not started yet, or its journal is still replayed")]
    [InlineData(HostedLinkState.Stopped, "the link has stopped")]
    [InlineData(HostedLinkState.Failed, "the link has failed: why")]
    public void Judge_OfALinkThatDoesNotRun_IsUnhealthy(HostedLinkState state, string text)
    {
        HealthCheckResult result = LinkHealthCheck.Judge(state, "why", null, 0);

        Assert.Equal((HealthStatus.Unhealthy, text), (result.Status, result.Description));
    }

    [Fact]
    public void StillNs_OfACount_IsTheTimeSinceItChanged()
    {
        LinkPulse pulse = new();

        Assert.Equal(0, pulse.StillNs(5, 100));
        Assert.Equal(50, pulse.StillNs(5, 150));
        Assert.Equal(0, pulse.StillNs(6, 160));
        Assert.Equal(40, pulse.StillNs(6, 200));
    }
}
