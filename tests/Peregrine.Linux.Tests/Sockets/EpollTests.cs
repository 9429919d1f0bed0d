using Peregrine.Linux.Sockets;

namespace Peregrine.Linux.Tests.Sockets;

/// <summary>Who waits for a descriptor is told what it asked for, and the counters that wake it.</summary>
public sealed class EpollTests : IDisposable
{
    private readonly Epoll _epoll = new(4);
    private readonly EventCounter _counter = new();

    public void Dispose()
    {
        _epoll.Dispose();
        _counter.Dispose();
    }

    [Fact]
    public void Counter_ThatIsSignalled_IsReadyUntilItIsCleared()
    {
        Assert.Equal(Errno.None, _epoll.Add(_counter.Descriptor, EpollEvents.In, 0x1234_5678_9abc_def0));
        Assert.Equal(0, _epoll.Wait(0));

        _counter.Signal();
        _counter.Signal();

        Assert.Equal(1, _epoll.Wait(-1));
        Assert.Equal(new EpollReady(EpollEvents.In, 0x1234_5678_9abc_def0), _epoll.Ready(0));
        Assert.Equal(1, _epoll.Wait(0));
        _counter.Clear();
        Assert.Equal(0, _epoll.Wait(0));
    }

    [Fact]
    public void EdgeTriggered_IsToldOnceForEachSignal()
    {
        Assert.Equal(Errno.None, _epoll.Add(_counter.Descriptor, EpollEvents.In | EpollEvents.EdgeTriggered, 1));

        _counter.Signal();

        Assert.Equal([1, 0], [_epoll.Wait(0), _epoll.Wait(0)]);
        _counter.Signal();
        Assert.Equal([1, 0], [_epoll.Wait(0), _epoll.Wait(0)]);
    }

    [Fact]
    public void Watching_IsChangedAndEnded()
    {
        _counter.Signal();
        Assert.Equal(Errno.None, _epoll.Add(_counter.Descriptor, EpollEvents.In, 1));

        Assert.Equal(Errno.EEXIST, _epoll.Add(_counter.Descriptor, EpollEvents.In, 1));
        Assert.Equal(Errno.None, _epoll.Modify(_counter.Descriptor, EpollEvents.In | EpollEvents.Out, 2));
        Assert.Equal(1, _epoll.Wait(0));
        Assert.Equal(new EpollReady(EpollEvents.In | EpollEvents.Out, 2), _epoll.Ready(0));
        Assert.Equal(Errno.None, _epoll.Remove(_counter.Descriptor));
        Assert.Equal(0, _epoll.Wait(0));
    }

    [Fact]
    public void Descriptor_ThatIsNotWatchedOrNone_IsToldAsSuch()
    {
        Assert.Equal(Errno.ENOENT, _epoll.Modify(_counter.Descriptor, EpollEvents.In, 0));
        Assert.Equal(Errno.ENOENT, _epoll.Remove(_counter.Descriptor));
        Assert.Equal(Errno.EBADF, _epoll.Add(-1, EpollEvents.In, 0));
    }

    [Fact]
    public void Wait_WithMoreReadyThanItTells_TellsTheOthersNext()
    {
        EventCounter[] counters = [.. Enumerable.Range(0, 6).Select(_ => new EventCounter())];
        HashSet<long> told = [];
        for (int index = 0; index < counters.Length; index++)
        {
            Assert.Equal(Errno.None, _epoll.Add(counters[index].Descriptor, EpollEvents.In | EpollEvents.EdgeTriggered, index));
            counters[index].Signal();
        }

        for (int round = 0; round < 2; round++)
        {
            int ready = _epoll.Wait(0);
            Assert.Equal(round == 0 ? 4 : 2, ready);
            told.UnionWith(Enumerable.Range(0, ready).Select(index => _epoll.Ready(index).Data));
        }

        Assert.Equal(counters.Length, told.Count);
        Array.ForEach(counters, counter => counter.Dispose());
    }

    // The number of the closed descriptor is one of theirs by then.
    [Fact]
    public void Signal_OfADisposedCounter_TouchesNobodyElses()
    {
        EventCounter gone = new();
        gone.Dispose();
        EventCounter[] next = [.. Enumerable.Range(0, 4).Select(_ => new EventCounter())];
        Array.ForEach(next, counter => Assert.Equal(Errno.None, _epoll.Add(counter.Descriptor, EpollEvents.In, 0)));

        gone.Signal();

        Assert.Equal(0, _epoll.Wait(0));
        Array.ForEach(next, counter => counter.Dispose());
    }
}
