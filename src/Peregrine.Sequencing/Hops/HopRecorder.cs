using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Peregrine.Journal;
using Peregrine.Linux;

namespace Peregrine.Sequencing.Hops;

/// <summary>
/// Takes the hops of commands off the link's path: it hands them over, and a thread of the lowest priority appends them to files beside the journal,
/// so that any order of any day that is kept can be explained. Files go when the journal no longer has their commands.
/// </summary>
/// <remarks>
/// Thread: <see cref="Record"/> by the link's; the rest any. Allocates: when made, and with each file. Bounded: what the thread does not take in
/// time, or the disk has no room for, is lost and counted; nothing waits for it.
/// </remarks>
public sealed class HopRecorder : IDisposable
{
    private const int RingRecords = 1 << 14;
    private const int BlockRecords = 1 << 10;
    private const int PauseMs = 50;
    private const long PruneEveryNs = 60_000_000_000;

    private readonly string _folder;
    private readonly string _journalFolder;
    private readonly string? _archive;
    private readonly ILogger _log;
    private readonly SpscRing<HopRecord> _ring = new(RingRecords);
    private readonly ManualResetEvent _stop = new(initialState: false);
    private readonly Thread _thread;
    private SafeFileHandle? _file;
    private long _length;
    private long _next;
    private long _prunedNs;
    private bool _isTold;

    /// <summary>Starts its thread; the folder is made with the first record.</summary>
    /// <param name="journalFolder">The link's journal.</param>
    /// <param name="firstSequence">Of the next command.</param>
    /// <param name="archive">Where the journal's old segments go, and their hops with them; null where they are removed.</param>
    /// <param name="log">Told once when they cannot be written.</param>
    public HopRecorder(string journalFolder, long firstSequence, string? archive, ILogger log)
    {
        (_journalFolder, _folder) = (Path.GetFullPath(journalFolder), HopFolder.Beside(journalFolder));
        (_next, _archive, _log) = (firstSequence, archive, log);
        _thread = new Thread(Work) { IsBackground = true, Name = "hops" };
        _thread.Start();
    }

    /// <summary>What became of what it was given.</summary>
    public HopCounters Counters { get; } = new();

    /// <summary>Hands over the hops of commands that passed them together. The link's thread.</summary>
    public void Record(long lastSequence, int count, in HopTimes hops)
    {
        if (!_ring.TryWrite(HopRecord.Of(lastSequence, count, in hops)))
        {
            Counters.CountLost(1);
        }
    }

    /// <summary>Writes what was handed over, and ends.</summary>
    public void Dispose()
    {
        _ = _stop.Set();
        _thread.Join();
        _file?.Dispose();
        _stop.Dispose();
    }

    private void Work()
    {
        _ = CpuAffinity.TryUnpinCurrentThread();
        _ = CpuShare.TryLowerCurrentThread();
        bool isStopping;
        do
        {
            isStopping = _stop.WaitOne(PauseMs);
            while (TryWriteBlock())
            {
            }
        }
        while (!isStopping);
    }

    private bool TryWriteBlock()
    {
        if (_ring.IsEmpty)
        {
            return false;
        }

        int countMax = BlockRecords;
        try
        {
            Open();
            countMax = Math.Min(countMax, HopFolder.RecordsMax - (int)((_length - HopFolder.HeadBytes) / HopRecord.Bytes));
            Span<HopRecord> block = _ring.Peek(countMax);
            RandomAccess.Write(_file!, MemoryMarshal.AsBytes(block), _length);
            Invariant.That(block[0].LastSequence >= _next && _length >= HopFolder.HeadBytes, "hops are recorded in the order of their commands");
            _length += block.Length * HopRecord.Bytes;
            _next = block[^1].LastSequence + 1;
            Counters.CountRecorded(block.Length);
            _ring.Release(block.Length);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JournalException)
        {
            // No room, no folder, no right: orders go on, and their hops are not kept. A part of a block that was written is written over.
            int lost = _ring.Peek(countMax).Length;
            _ring.Release(lost);
            Counters.CountLost(lost);
            if (!_isTold)
            {
                _isTold = true;
                _log.HopsNotKept(_folder, fault.Message);
            }
        }

        return true;
    }

    private void Open()
    {
        if (_file is not null && _length < HopFolder.HeadBytes + ((long)HopFolder.RecordsMax * HopRecord.Bytes))
        {
            return;
        }

        _file?.Dispose();
        _file = null;
        _ = Directory.CreateDirectory(_folder);
        Prune();
        SafeFileHandle file = File.OpenHandle(HopFolder.PathOf(_folder, _next), FileMode.Create, FileAccess.Write, FileShare.Read);
        try
        {
            Span<byte> head = stackalloc byte[HopFolder.HeadBytes];
            HopFolder.WriteHead(head, _next);
            RandomAccess.Write(file, head, 0);
        }
        catch (IOException)
        {
            file.Dispose();
            throw;
        }

        (_file, _length) = (file, HopFolder.HeadBytes);
    }

    // Those of commands that the journal no longer has.
    private void Prune()
    {
        long nowNs = Clock.MonotonicNs;
        if (_prunedNs == 0 || nowNs - _prunedNs > PruneEveryNs)
        {
            _prunedNs = nowNs;
            _ = HopFolder.Prune(_folder, JournalReader.FindExtent(_journalFolder).Start.Sequence + 1, _archive);
        }
    }
}
