namespace Peregrine.Tools.Inspect.Export;

/// <summary>A file of rows being written.</summary>
/// <remarks>
/// Thread: one. It is finished, not disposed of: after a failure there is nothing that would be worth to write, and its file goes away.
/// </remarks>
internal abstract class CommandTable
{
    /// <summary>Takes one row.</summary>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public abstract void Add(in CommandRow row);

    /// <summary>Writes what is left; the stream stays open.</summary>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public abstract void Finish();
}
