using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Peregrine.Fix.Net;

/// <summary>The file of breaches as it is written.</summary>
/// <remarks>Thread: one.</remarks>
internal sealed class AuditFile : IDisposable
{
    private readonly FixAuditOptions _options;
    private readonly string _path;
    private FileStream? _file;
    private FileStream? _head;
    private byte[] _hash;
    private long _next;

    private AuditFile(FixAuditOptions options, string path, long next, byte[] hash) => (_options, _path, _next, _hash) = (options, path, next, hash);

    /// <summary>Goes on with the file that is there. One whose chain is broken becomes an older one as it is, and the next says so.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public static AuditFile Open(FixAuditOptions options, ILogger log)
    {
        _ = Directory.CreateDirectory(options.Folder);
        string path = Path.Combine(options.Folder, FixAudit.FileName);
        if (!File.Exists(path))
        {
            // Where the newest file is gone, the head still knows how far it was.
            bool isKnown = AuditChain.TryHead(Path.Combine(options.Folder, AuditChain.HeadName), out long last, out byte[] hash);
            AuditFile anew = new(options, path, isKnown ? last + 1 : 1, isKnown ? hash : new byte[AuditChain.HashBytes]);
            anew.Begin();
            return anew;
        }

        FixAuditReport report = AuditChain.Verify(path);
        AuditFile file = new(options, path, report.Last + 1, report.Hash);
        if (report.IsWhole && report.Last > 0)
        {
            file.OpenStreams(FileMode.Append);
            return file;
        }

        if (!report.IsWhole)
        {
            log.AuditBroken(path, report.Fault);
        }

        file._next = Math.Max(file._next, AuditChain.TryHead(Path.Combine(options.Folder, AuditChain.HeadName), out long kept, out _) ? kept + 1 : 1);
        file.Rotate();
        if (!report.IsWhole)
        {
            file.Append(new AuditEntry("Broken", "-", "-", Encoding.Latin1.GetBytes(report.Fault), report.Fault.Length, Primitives.Clock.UnixNs, 0));
        }

        return file;
    }

    /// <summary>Writes a record, whole or not at all.</summary>
    public void Append(AuditEntry entry)
    {
        byte[] line = Encoding.Latin1.GetBytes(AuditLine.Of(_next, entry, _hash, out byte[] hash));
        if (_file!.Position + line.Length > _options.FileBytesMax)
        {
            Rotate();
            line = Encoding.Latin1.GetBytes(AuditLine.Of(_next, entry, _hash, out hash));
        }

        long start = _file!.Position;
        try
        {
            _file.Write(line);
        }
        catch (IOException)
        {
            // On a full disk, a part of it may be there: that would break the chain.
            _file.SetLength(start);
            throw;
        }

        (_hash, _next) = (hash, _next + 1);
        WriteHead();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _head?.Dispose();
        (_file, _head) = (null, null);
    }

    private void Rotate()
    {
        Dispose();
        File.Delete(Older(_options.FilesMax - 1));
        for (int place = _options.FilesMax - 2; place >= 1; place--)
        {
            if (File.Exists(Older(place)))
            {
                File.Move(Older(place), Older(place + 1), overwrite: true);
            }
        }

        if (File.Exists(_path))
        {
            File.Move(_path, Older(1), overwrite: true);
        }

        Begin();
    }

    private void Begin()
    {
        OpenStreams(FileMode.Create);
        _file!.Write(Encoding.Latin1.GetBytes(AuditLine.Header(_next, _hash, out byte[] hash)));
        _hash = hash;
        WriteHead();
    }

    private void OpenStreams(FileMode mode)
    {
        _file = new FileStream(_path, mode, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
        string head = Path.Combine(_options.Folder, AuditChain.HeadName);
        _head = new FileStream(head, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete,
            bufferSize: 0);
    }

    // Always as long, so that it needs no cutting. The file may be ahead of it by what a crash left, never the other way.
    private void WriteHead()
    {
        _head!.Position = 0;
        _head.Write(Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_next - 1:D19} {Convert.ToHexStringLower(_hash)}\n")));
    }

    private string Older(int place) => string.Create(CultureInfo.InvariantCulture, $"{_path}.{place}");
}
