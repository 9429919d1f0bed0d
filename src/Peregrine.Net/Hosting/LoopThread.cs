using Peregrine.Linux;
using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>A loop and the thread that runs it.</summary>
internal sealed class LoopThread : ILoopTask
{
    private readonly WaitStrategy _wait;
    private readonly int _core;
    private readonly Thread _thread;
    private bool _isStarted;

    public LoopThread(EventLoopOptions options, WaitStrategy wait, int core, string name)
    {
        (_wait, _core) = (wait, core);
        Loop = new EventLoop(options);
        _thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    public EventLoop Loop { get; }

    public void Start()
    {
        _isStarted = true;
        _thread.Start();
    }

    /// <summary>Drains and ends the loop; waits for it.</summary>
    public void Stop(int deadlineMs)
    {
        if (!_isStarted)
        {
            Loop.Dispose();
            return;
        }

        if (deadlineMs > 0 && _thread.IsAlive)
        {
            _ = Loop.TryPost(this, deadlineMs);
            long start = Environment.TickCount64;
            while (_thread.IsAlive && Environment.TickCount64 - start < deadlineMs + 1000 && !(Loop.IsDraining && Loop.ConnectionCount == 0))
            {
                Thread.Sleep(1);
            }
        }

        Loop.RequestStop();
        _thread.Join();
    }

    /// <summary>Begins the drain, on the loop's thread.</summary>
    void ILoopTask.Run(EventLoop loop, long argument) => loop.BeginDrain((int)argument);

    private void Run()
    {
        if (_core >= 0 && CpuAffinity.TryPinCurrentThread(_core) is var errno && errno != Errno.None)
        {
            Loop.Log($"{Thread.CurrentThread.Name} cannot be bound to core {_core}: {errno.Describe()}");
        }

        try
        {
            Loop.Run(_wait);
        }
        finally
        {
            // On its own thread: so io_uring ends its requests before their memory goes.
            Loop.Dispose();
        }
    }
}
