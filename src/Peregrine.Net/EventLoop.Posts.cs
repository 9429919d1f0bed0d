using Peregrine.Linux.Sockets;
using Peregrine.Net.Memory;
using Peregrine.Primitives;

namespace Peregrine.Net;

public sealed partial class EventLoop
{
    private const int PostBufferBytes = 64 << 10;
    private readonly PostQueue _posts;
    private readonly Lock _postBuffersGate = new();
    private SharedBufferPool? _postBuffers;

    /// <summary>Runs work on the loop's thread, soon.</summary>
    /// <param name="task">What.</param>
    /// <param name="argument">Given to it.</param>
    /// <returns>False: <see cref="EventLoopOptions.PostsMax"/> wait already; counted.</returns>
    /// <remarks>Thread: any. Allocates: no. Blocks: no. A burst wakes the loop once.</remarks>
    public bool TryPost(ILoopTask task, long argument) => TryPost(new Post { Task = task, Number = argument });

    /// <summary>Another loop accepted a connection for this one: it counts at once, so that the next is placed rightly.</summary>
    internal bool TryPostAccepted(Listener listener, StreamSocket socket)
    {
        bool isPosted = TryPost(new Post { Task = listener, Number = socket.Descriptor });
        _ = isPosted ? Interlocked.Increment(ref _placedCount) : 0;
        return isPosted;
    }

    internal bool TryPostCopy(ConnectionHandle to, ReadOnlySpan<byte> bytes)
    {
        SharedBuffer? buffer = PostBuffers().TryRent(bytes.Length);
        if (buffer is null)
        {
            Counters.CountPostRefusal();
            return false;
        }

        bytes.CopyTo(buffer.Room);
        if (TryPost(new Post { Buffer = buffer, Slot = to.Slot, Number = to.Id }))
        {
            return true;
        }

        buffer.Release();
        return false;
    }

    internal bool TryPostShared(ConnectionHandle to, SharedBuffer buffer)
    {
        buffer.Hold();
        if (TryPost(new Post { Buffer = buffer, Slot = to.Slot, Number = to.Id }))
        {
            return true;
        }

        buffer.Release();
        return false;
    }

    private SharedBufferPool PostBuffers()
    {
        SharedBufferPool? pool = Volatile.Read(ref _postBuffers);
        if (pool is not null)
        {
            return pool;
        }

        // Once in the loop's life, and only when somebody posts bytes.
        lock (_postBuffersGate)
        {
            return _postBuffers ??= new SharedBufferPool(PostBufferBytes, Math.Min(Options.PostsMax, 1024));
        }
    }

    private bool TryPost(in Post post)
    {
        if (!_posts.TryPut(post))
        {
            Counters.CountPostRefusal();
            return false;
        }

        Wake();
        return true;
    }

    private void RunPosts()
    {
        // At most one queue full, so that busy posters do not keep the loop from its connections; what is left brings it back at once.
        for (int left = Options.PostsMax; left > 0 && _posts.TryTake(out Post post); left--)
        {
            Counters.Posts++;
            Run(post);
        }

        if (!_posts.IsEmpty)
        {
            Wake();
        }
    }

    private void Run(in Post post)
    {
        if (post.Buffer is { } buffer)
        {
            Connection connection = _slots[post.Slot];
            if (connection.Id != post.Number || !connection.IsOpen || !connection.TryWrite(buffer))
            {
                Counters.LostPosts++;
            }

            buffer.Release();
            return;
        }

        long startNs = Clock.MonotonicNs;
        try
        {
            post.Task!.Run(this, post.Number);
        }
        catch (Exception fault) when (fault is not BrokenInvariantException)
        {
            NoteFault("", post.Task!, fault);
        }

        NoteTime(post.Task!, nameof(ILoopTask.Run), Clock.MonotonicNs - startNs);
    }

    private void DropPosts()
    {
        while (_posts.TryTake(out Post post))
        {
            post.Buffer?.Release();
            if (post.Task is Listener)
            {
                new StreamSocket((int)post.Number).Close();
            }
        }
    }
}
