using System.Globalization;
using System.Text;

namespace Peregrine.Fix.Net;

/// <summary>The files of a log of messages.</summary>
/// <remarks>Thread: one.</remarks>
internal sealed class MessageLogFile(FixMessageLogOptions options) : IDisposable
{
    private const long NsPerDay = 86_400_000_000_000;
    private const int BufferBytes = 1 << 16;
    private const int NumbersMax = 1000;

    // "2026-11-30T08:00:00.1234567Z < "
    private const int StampBytes = 31;

    private readonly byte[] _stamp = new byte[StampBytes];
    private readonly string _path = Path.Combine(options.Folder, FixMessageLog.FileName);
    private FileStream? _file;
    private long _day;
    private long _bytes;

    /// <summary>Adds a message.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Append(long unixNs, bool isOutgoing, ReadOnlySpan<byte> session, ReadOnlySpan<byte> message)
    {
        long day = unixNs / NsPerDay;
        int bytes = StampBytes + Math.Max(session.Length, 1) + message.Length + 2;
        if (_file is null)
        {
            Open(day);
        }

        if (_bytes > 0 && (day != _day || _bytes + bytes > options.FileBytesMax))
        {
            Rotate();
            Open(day);
        }

        _bytes += bytes;
        WriteStamp(unixNs, isOutgoing);
        _file!.Write(_stamp);
        _file.Write(session.Length > 0 ? session : "-"u8);
        _file.WriteByte((byte)' ');
        _file.Write(message);
        _file.WriteByte((byte)'\n');
    }

    /// <summary>Gives what was added to the kernel.</summary>
    public void Flush() => _file?.Flush();

    /// <summary>Closes the file after a failure: what is not with the kernel is lost.</summary>
    public void Abandon()
    {
        try
        {
            _file?.Dispose();
        }
        catch (IOException)
        {
            // It was the failure.
        }

        _file = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Abandon();

    private void Open(long day)
    {
        _ = Directory.CreateDirectory(options.Folder);
        if (File.Exists(_path) && new FileInfo(_path) is { Length: > 0 } last)
        {
            _day = (last.LastWriteTimeUtc - DateTime.UnixEpoch).Days;
            if (_day != day)
            {
                Rotate();
            }
        }

        _file = new FileStream(_path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = BufferBytes,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        (_day, _bytes) = (day, _file.Length);
    }

    // The file becomes that of its day, under the next number; the oldest go.
    private void Rotate()
    {
        _file?.Dispose();
        _file = null;
        string date = DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(_day)).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        string[] older = Older();
        string? lastOfDay = older.LastOrDefault(path => Path.GetFileName(path).StartsWith($"messages-{date}-", StringComparison.Ordinal));
        int number = lastOfDay is not null && TryNumber(lastOfDay, out int last) ? last + 1 : 1;

        // A day with more takes the last number over: the bound of files deletes long before.
        string name = string.Create(CultureInfo.InvariantCulture, $"messages-{date}-{Math.Min(number, NumbersMax - 1):D3}.log");
        File.Move(_path, Path.Combine(options.Folder, name), overwrite: true);
        foreach (string path in Older().SkipLast(options.FilesMax - 1))
        {
            File.Delete(path);
        }
    }

    private string[] Older() =>
        [.. Directory.GetFiles(options.Folder, "messages-????????-???.log").Where(path => TryNumber(path, out _)).Order(StringComparer.Ordinal)];

    // Of "messages-20261130-001.log".
    private static bool TryNumber(string path, out int number) =>
        int.TryParse(Path.GetFileName(path).AsSpan(18, 3), NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private void WriteStamp(long unixNs, bool isOutgoing)
    {
        _ = DateTime.UnixEpoch.AddTicks(unixNs / 100).TryFormat(_stamp, out int _, "yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);
        Encoding.ASCII.GetBytes(isOutgoing ? " > " : " < ").CopyTo(_stamp, StampBytes - 3);
    }
}
