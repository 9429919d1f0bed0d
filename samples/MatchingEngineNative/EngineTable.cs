namespace Peregrine.Samples;

/// <summary>The engines that there are, by handle. A handle is a place and how often the place was used before, so that one of a destroyed engine is
/// known as such.</summary>
/// <remarks>Thread: any.</remarks>
internal static class EngineTable
{
    /// <summary>Most engines at a time.</summary>
    public const int EnginesMax = 256;

    private static readonly Lock Gate = new();
    private static readonly NativeEngine?[] Engines = new NativeEngine?[EnginesMax];
    private static readonly uint[] Uses = new uint[EnginesMax];

    /// <summary>The engine of a handle; null when there is none, or no longer.</summary>
    public static NativeEngine? Find(ulong handle)
    {
        uint place = (uint)handle - 1;
        NativeEngine? engine = place < EnginesMax ? Volatile.Read(ref Engines[place]) : null;
        return engine?.Handle == handle ? engine : null;
    }

    /// <summary>Gives an engine its handle.</summary>
    /// <returns>False when there are <see cref="EnginesMax"/>.</returns>
    public static bool TryAdd(NativeEngine engine)
    {
        lock (Gate)
        {
            int place = Array.IndexOf(Engines, null);
            if (place < 0)
            {
                return false;
            }

            engine.Handle = ((ulong)++Uses[place] << 32) | (uint)(place + 1);
            Volatile.Write(ref Engines[place], engine);
            return true;
        }
    }

    /// <summary>Makes a handle one of no engine.</summary>
    /// <returns>False when it was none already.</returns>
    public static bool TryRemove(ulong handle)
    {
        lock (Gate)
        {
            if (Find(handle) is null)
            {
                return false;
            }

            Volatile.Write(ref Engines[(uint)handle - 1], null);
            return true;
        }
    }
}
