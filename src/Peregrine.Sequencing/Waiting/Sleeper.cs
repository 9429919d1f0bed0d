using System.Runtime.InteropServices;

namespace Peregrine.Sequencing.Waiting;

/// <summary>Lets one thread sleep until others have something for it. They look at a flag only, as long as it is awake.</summary>
/// <remarks>
/// Who sleeps: <see cref="Announce"/>, look once more for work, then <see cref="Sleep"/> or <see cref="Stay"/>, or <see cref="SleepIf"/>.
/// Who wakes: make the work visible, a full fence, <see cref="Wake"/>. Of the two looks that follow the two fences one sees the other side, so that
/// no work is left with a sleeper. A wake-up that comes late is one too many, which does no harm: who wakes up looks for work and may sleep again.
/// </remarks>
internal sealed class Sleeper : IDisposable
{
    private readonly AutoResetEvent _bell = new(initialState: false);
    private SleepFlag _flag;

    public void Announce()
    {
        Volatile.Write(ref _flag.IsAsleep, true);
        Interlocked.MemoryBarrier();
    }

    public void Sleep()
    {
        _ = _bell.WaitOne();
        Stay();
    }

    /// <summary>Sleeps or stays, by a look that was taken after <see cref="Announce"/>.</summary>
    public void SleepIf(bool isIdle)
    {
        if (isIdle)
        {
            Sleep();
        }
        else
        {
            Stay();
        }
    }

    public void Stay() => Volatile.Write(ref _flag.IsAsleep, false);

    /// <summary>Without a fence before it, it may overlook that the thread is falling asleep; then a later one must have a fence.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _flag.IsAsleep))
        {
            WakeAnyway();
        }
    }

    public void WakeAnyway()
    {
        Volatile.Write(ref _flag.IsAsleep, false);
        _ = _bell.Set();
    }

    public void Dispose() => _bell.Dispose();

    // Others look at it after every command: it shares its cache lines with nothing that is written to.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct SleepFlag
    {
        [FieldOffset(128)]
        public bool IsAsleep;
    }
}
