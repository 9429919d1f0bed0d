namespace Peregrine.Bench.Journals;

/// <summary>What a load writes to: the journal, or a bare file beside it.</summary>
/// <remarks>Thread: one.</remarks>
internal abstract class BenchLog : IDisposable
{
    /// <summary>Records appended.</summary>
    public long Appended { get; private set; }

    /// <summary>Records that are durable.</summary>
    public abstract long Durable { get; }

    /// <summary>Bytes that went to the file.</summary>
    public abstract long Bytes { get; }

    /// <summary>How many writes they took.</summary>
    public abstract long Batches { get; }

    /// <summary>Appends a record.</summary>
    /// <returns>False when there is no room before the disk has caught up.</returns>
    public bool TryAppend()
    {
        bool isAppended = TryAppend(Appended + 1);
        Appended += isAppended ? 1 : 0;
        return isAppended;
    }

    /// <summary>Writes what was appended, or hands it over.</summary>
    public abstract void Commit();

    /// <summary>Waits until all is durable.</summary>
    public abstract void Drain();

    /// <inheritdoc/>
    public abstract void Dispose();

    protected abstract bool TryAppend(long number);
}
