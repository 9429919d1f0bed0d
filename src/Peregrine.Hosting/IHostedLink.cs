using Peregrine.Distribution;
using Peregrine.Gateway;

namespace Peregrine.Hosting;

/// <summary>A link and whatever goes with it, as <see cref="LinkService"/> runs it.</summary>
/// <remarks>Thread: made, run and disposed by one, which the service starts for it.</remarks>
public interface IHostedLink : IDisposable
{
    /// <summary>The link, started.</summary>
    OrderLink Link { get; }

    /// <summary>Where its books are distributed; null for nowhere.</summary>
    MarketDataServer? MarketData { get; }

    /// <summary>Works until the link is asked to stop, or has to.</summary>
    void Run();
}
