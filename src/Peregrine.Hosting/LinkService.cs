using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Peregrine.Gateway;

namespace Peregrine.Hosting;

/// <summary>Runs a link on a thread of its own for as long as the host runs. A link that fails ends the host.</summary>
/// <remarks>Thread: the host's starts and stops it; the rest from any.</remarks>
public sealed class LinkService : IHostedService, IDisposable
{
    /// <summary>Name of the one meter.</summary>
    public const string MeterName = "Peregrine";

    private readonly Func<IHostedLink> _open;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<LinkService> _logger;
    private readonly Meter _meter;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IHostedLink? _hosted;
    private volatile HostedLinkState _state = HostedLinkState.Starting;
    private volatile bool _isBegun;
    private volatile bool _isStopRequested;

    internal LinkService(Func<IHostedLink> open, IHostApplicationLifetime lifetime, ILogger<LinkService> logger, IMeterFactory meters)
    {
        (_open, _lifetime, _logger) = (open, lifetime, logger);
        _meter = meters.Create(MeterName);
    }

    /// <summary>The link; null before it is started. After its end it still tells its figures.</summary>
    public OrderLink? Link => _hosted?.Link;

    /// <summary>The link with what goes with it; null before it is started.</summary>
    public IHostedLink? Hosted => _hosted;

    /// <summary>What it is doing.</summary>
    public HostedLinkState State => _state;

    /// <summary>Why the link ended by itself; null when it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>What it threw, where it ended by that; else null.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>The link's thread has nothing left to do.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Starts the link: what is wrong with its folder or its ports is thrown here, and the host does not start.</summary>
    /// <param name="cancellationToken">Ends the wait: the link closes by itself once its journal is replayed.</param>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _isBegun = true;
        new Thread(Work) { IsBackground = true, Name = "link" }.Start();
        try
        {
            await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops before it has started, and goes on to StopAsync; but for a link that failed meanwhile, which is why it stops.
            RequestStop();
            if (_started.Task.IsFaulted)
            {
                await _started.Task.ConfigureAwait(false);
            }
        }
    }

    /// <summary>Says goodbye to the clients, drains and closes the files. Waits for that, or until the host has no more patience
    /// (its ShutdownTimeout); a link needs 3 seconds at most for clients and disk.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        RequestStop();

        // One that still replays takes no orders: nothing is lost when the process ends over it.
        if (_isBegun && _started.Task.IsCompleted)
        {
            try
            {
                await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                _logger.NotEnded();
            }
        }
    }

    /// <summary>Asks the link to stop, if the host did not.</summary>
    public void Dispose() => RequestStop();

    private void RequestStop()
    {
        _isStopRequested = true;

        // Pairs with the one in Run: either this sees the link, or the link's thread sees the wish.
        Interlocked.MemoryBarrier();
        _hosted?.Link.RequestStop();
    }

    // One thread starts, runs and closes the link.
    private void Work()
    {
        IHostedLink hosted;
        try
        {
            hosted = _open();
        }
        catch (Exception fault)
        {
            // The host throws it.
            (Failure, Fault, _state) = (fault.Message, fault, HostedLinkState.Failed);
            _ = _ended.TrySetResult();
            _ = _started.TrySetException(fault);
            return;
        }

        Run(hosted);
        _ended.SetResult();
        if (_state == HostedLinkState.Failed)
        {
            // So that whoever started the process starts it again.
            Environment.ExitCode = Environment.ExitCode == 0 ? 1 : Environment.ExitCode;
            _logger.Failed(Failure!);
            _lifetime.StopApplication();
        }
    }

    private void Run(IHostedLink hosted)
    {
        OrderLink link = hosted.Link;
        try
        {
            using (hosted)
            {
                LinkMeter.Expose(_meter, hosted);
                (_hosted, _state) = (hosted, HostedLinkState.Running);
                _ = _started.TrySetResult();
                Interlocked.MemoryBarrier();
                if (_isStopRequested)
                {
                    link.RequestStop();
                }

                hosted.Run();
            }

            Failure = link.Failure;
        }
        catch (Exception fault)
        {
            (Failure, Fault) = (fault.Message, fault);
        }

        _state = Failure is null ? HostedLinkState.Stopped : HostedLinkState.Failed;
        if (Fault is not null)
        {
            // Where it had not come to running, the host still waits; and looks at the state next.
            _ = _started.TrySetException(Fault);
        }

        if (Failure is null)
        {
            _logger.Stopped(link.Status().Sequence, link.StateHash.ToString("x16", CultureInfo.InvariantCulture));
        }
    }
}
