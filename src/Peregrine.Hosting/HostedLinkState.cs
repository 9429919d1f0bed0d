namespace Peregrine.Hosting;

/// <summary>What a hosted link is doing.</summary>
public enum HostedLinkState : byte
{
    /// <summary>It is not begun, or replays its journal.</summary>
    Starting = 1,

    /// <summary>Orders are taken.</summary>
    Running = 2,

    /// <summary>It has ended in order.</summary>
    Stopped = 3,

    /// <summary>It has ended by itself: <see cref="LinkService.Failure"/> says why.</summary>
    Failed = 4,
}
