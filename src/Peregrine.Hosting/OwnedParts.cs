namespace Peregrine.Hosting;

/// <summary>Parts that belong together: they end in the reverse order of their start, once.</summary>
/// <remarks>Thread: one owner.</remarks>
internal sealed class OwnedParts : IDisposable
{
    private readonly Stack<IDisposable> _parts = new();

    /// <summary>Takes a part.</summary>
    /// <returns>The same.</returns>
    public T Own<T>(T part)
        where T : IDisposable
    {
        _parts.Push(part);
        return part;
    }

    /// <summary>Has something done at the end, in its turn.</summary>
    public void OnEnd(Action end) => _parts.Push(new Ending(end));

    /// <summary>Ends what there is.</summary>
    public void Dispose()
    {
        while (_parts.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }
    }

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
