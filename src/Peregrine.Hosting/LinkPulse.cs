namespace Peregrine.Hosting;

/// <summary>Whether a thread that counts its passes still comes round, as far as who looks now and then can tell.</summary>
/// <remarks>Thread: any, under a lock.</remarks>
internal sealed class LinkPulse
{
    /// <summary>A link's thread passes ten times a second at least.</summary>
    public const long StillNsMax = 2_000_000_000;

    private readonly Lock _lock = new();
    private long _passes = -1;
    private long _sinceNs;

    /// <summary>For how long the count has been seen to be the same.</summary>
    public long StillNs(long passes, long nowNs)
    {
        lock (_lock)
        {
            if (passes != _passes)
            {
                (_passes, _sinceNs) = (passes, nowNs);
            }

            return nowNs - _sinceNs;
        }
    }
}
