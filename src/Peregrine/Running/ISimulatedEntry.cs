using Peregrine.Gateway.Local;
using Peregrine.Trading.Orders;

namespace Peregrine.Running;

/// <summary>The way that simulated orders take into the link.</summary>
internal interface ISimulatedEntry : IDisposable
{
    /// <summary>Gets ready, on the simulator's thread.</summary>
    /// <returns>False when it was stopped meanwhile.</returns>
    bool TryOpen(CancellationToken stop);

    /// <summary>Sends a command; false when there is no room, try again.</summary>
    bool TrySubmit(in OrderCommand command);

    /// <summary>The next event.</summary>
    bool TryRead(out LocalEvent local);

    /// <summary>Waits for an event.</summary>
    void Wait(int timeoutMs);

    /// <summary>Ends a wait, from any thread.</summary>
    void Interrupt();
}

/// <summary>By a local port.</summary>
internal sealed class LocalEntry(LocalPort port) : ISimulatedEntry
{
    /// <inheritdoc/>
    public bool TryOpen(CancellationToken stop) => true;

    /// <inheritdoc/>
    public bool TrySubmit(in OrderCommand command) => port.TrySubmit(command);

    /// <inheritdoc/>
    public bool TryRead(out LocalEvent local) => port.TryRead(out local);

    /// <inheritdoc/>
    public void Wait(int timeoutMs) => _ = port.Wait(timeoutMs);

    /// <inheritdoc/>
    public void Interrupt() => port.Interrupt();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
