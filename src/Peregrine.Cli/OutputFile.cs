using System.Runtime.InteropServices;

namespace Peregrine.Cli;

/// <summary>
/// A file that gets its name only when it is whole: until then it has a temporary name in the same folder. A device, such as /dev/null or
/// /dev/stdout, is written to as it is.
/// </summary>
public sealed class OutputFile : IDisposable
{
    private static readonly PosixSignal[] Endings = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
    private readonly PosixSignalRegistration[] _signals = [];
    private readonly string _path;
    private readonly string? _temporaryPath;

    /// <summary>Creates the temporary file.</summary>
    /// <param name="path">Where the file will be.</param>
    /// <param name="inputs">Files that are read meanwhile, and must not be replaced; or folders of such files,
    /// in which nothing is to be made.</param>
    /// <exception cref="CommandException">The folder is missing or cannot be written; it is the input.</exception>
    public OutputFile(string path, params string[] inputs)
    {
        if (inputs.Any(input => Path.GetFullPath(path) == Path.GetFullPath(input)))
        {
            throw new CommandException($"{path}: is the input; choose another name for the output", 2);
        }

        _path = path;
        _temporaryPath = Path.GetFullPath(path).StartsWith("/dev/", StringComparison.Ordinal) ? null : $"{path}.{Environment.ProcessId}.part";
        try
        {
            Stream = new FileStream(_temporaryPath
                ?? path, _temporaryPath is null ? FileMode.Open : FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: cannot be written: {fault.Message.TrimEnd('.')}; choose another place");
        }

        // By what is on the disk, as a folder may have many names.
        string? folder = _temporaryPath is null
            ? null
            : inputs.FirstOrDefault(input => File.Exists(Path.Combine(input, Path.GetFileName(_temporaryPath))));
        if (folder is not null)
        {
            Dispose();
            throw new CommandException($"{path}: is in the folder {folder}, which is read; choose another place for the output", 2);
        }

        _signals = [.. Endings.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
    }

    /// <summary>Where to write.</summary>
    public FileStream Stream { get; }

    /// <summary>Gives the file its name, in place of any file that had it.</summary>
    /// <exception cref="CommandException">The disk is full, or the name is a folder's.</exception>
    public void Commit()
    {
        try
        {
            Stream.Dispose();
            if (_temporaryPath is not null)
            {
                File.Move(_temporaryPath, _path, overwrite: true);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{_path}: cannot be written: {fault.Message.TrimEnd('.')}; make room or choose another place");
        }
    }

    /// <summary>Without <see cref="Commit"/>, takes the temporary file away.</summary>
    public void Dispose()
    {
        try
        {
            Stream.Dispose();
        }
        catch (IOException)
        {
            // The rest of the buffer did not fit on the disk; the file goes anyhow.
        }

        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }

        Remove();
    }

    // The signal ends the process after this, without a look at any finally.
    private void OnSignal(PosixSignalContext context) => Remove();

    private void Remove()
    {
        if (_temporaryPath is not null)
        {
            File.Delete(_temporaryPath);
        }
    }
}
