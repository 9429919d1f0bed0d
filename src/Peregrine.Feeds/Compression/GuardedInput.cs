namespace Peregrine.Feeds.Compression;

/// <summary>A decompressor that throws whatever comes up where its data are cut or damaged: told as what it is.</summary>
internal sealed class GuardedInput(string format, Func<Stream> open, Stream file) : ReadOnlyStream
{
    private Stream? _data;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The data are cut or damaged.</exception>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            _data ??= open();
            return _data.Read(buffer);
        }
        catch (Exception fault) when (fault is not (IOException or InvalidDataException or OutOfMemoryException) || fault is EndOfStreamException)
        {
            throw new InvalidDataException($"the {format} data are cut or damaged near byte {file.Position}: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
