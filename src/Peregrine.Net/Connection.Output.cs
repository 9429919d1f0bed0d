using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Net.Codecs;
using Peregrine.Net.Memory;
using Peregrine.Net.Tls;
using Peregrine.Primitives;

namespace Peregrine.Net;

public sealed partial class Connection
{
    // Pieces of one connection: a peer that reads nothing must not fill the loop's table with tiny shared buffers.
    private const int SegmentsMax = 1 << 16;
    private const int BlockOrderMax = 4;
    private OutputQueue _output = OutputQueue.Empty;
    private OutputQueue _cipher = OutputQueue.Empty;
    private bool _wasRefused;

    // A direct send waits until nothing is pending; the low-water mark is too early for it.
    private bool _wantsEmpty;

    /// <summary>Bytes not taken by the kernel yet.</summary>
    public int PendingOutputBytes => _output.Bytes + _cipher.Bytes;

    /// <summary>The TLS side; null on a plain connection.</summary>
    internal TlsChannel? Tls { get; set; }

    /// <summary>What the user wrote.</summary>
    internal ref OutputQueue Output => ref _output;

    /// <summary>What goes to the kernel: what the user wrote, or its encryption.</summary>
    internal ref OutputQueue Wire => ref Tls is null ? ref _output : ref _cipher;

    /// <summary>A write was refused, and OnWritable has not told that there is room again.</summary>
    internal bool WasRefused => _wasRefused || _wantsEmpty;

    /// <summary>The kernel took less than it was offered, and has not said since that it takes more.</summary>
    internal bool IsSocketFull { get; set; }

    /// <summary>In the loop's queue of those that wait for a buffer.</summary>
    internal bool IsStarved { get; set; }

    /// <summary>Only what is pending goes out before it closes.</summary>
    internal bool IsEndingOutput { get; set; }

    /// <summary>Our side ends when what is pending is out.</summary>
    internal bool IsOutputEnded { get; set; }

    /// <summary>Our side has ended.</summary>
    internal bool IsOutputShut { get; set; }

    /// <summary>The handler wants to go on writing to a peer that ended its side.</summary>
    internal bool IsKeptOpen { get; set; }

    /// <summary>The pending output is not to be sent any more.</summary>
    internal bool IsAborted { get; set; }

    /// <summary>Room for contiguous output, to be filled and then confirmed by <see cref="Advance"/> before any other call.</summary>
    /// <param name="bytes">1 to <see cref="EventLoopOptions.FrameBytesMax"/>.</param>
    /// <param name="span">At least that many bytes.</param>
    /// <returns>False at the limit, without a buffer, or when closed: nothing is reserved. OnWritable tells when to try again.</returns>
    public bool TryReserve(int bytes, out Span<byte> span)
    {
        span = default;
        if (!CanWrite || bytes < 1 || bytes > _loop.Options.FrameBytesMax)
        {
            return false;
        }

        if (_loop.Segments.TailRoom(_output) < bytes || _output.Bytes + _cipher.Bytes + bytes > _loop.HighWaterBytes)
        {
            if (!TryAdmit(bytes) || (_loop.Segments.TailRoom(_output) < bytes && !TryAppendBlock(bytes)))
            {
                return false;
            }
        }

        span = _loop.Segments.TailSpan(_output);
        return true;
    }

    /// <summary>Confirms what was written into the reserved room; it is sent when the handler returns, or at the end of the pass.</summary>
    public void Advance(int bytes)
    {
        Check.That(bytes >= 0 && _loop.Segments.TailRoom(_output) >= bytes, "what is confirmed was reserved before");
        _loop.Segments.Advance(ref _output, bytes);
        AfterWrite();
    }

    /// <summary>Appends a copy of the bytes to the output.</summary>
    /// <returns>False: nothing was written, as for <see cref="TryReserve"/>.</returns>
    public bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
        {
            return CanWrite;
        }

        if (bytes.Length <= BufferPool.PageBytes)
        {
            bool ok = TryReserve(bytes.Length, out Span<byte> span);
            if (ok)
            {
                bytes.CopyTo(span);
                Advance(bytes.Length);
            }

            return ok;
        }

        // All or nothing: a part of a message would corrupt the stream.
        if (!CanWrite || !TryAdmit(bytes.Length))
        {
            return false;
        }

        Rewind mark = Mark();
        while (bytes.Length > 0)
        {
            int room = _loop.Segments.TailRoom(_output);
            if (room == 0)
            {
                if (!TryAppendBlock(Math.Min(bytes.Length, BufferPool.BytesOf(BlockOrderMax))))
                {
                    Undo(mark);
                    return false;
                }

                continue;
            }

            int part = Math.Min(room, bytes.Length);
            bytes[..part].CopyTo(_loop.Segments.TailSpan(_output));
            _loop.Segments.Advance(ref _output, part);
            bytes = bytes[part..];
        }

        AfterWrite();
        return true;
    }

    /// <summary>Appends copies of two pieces, as one message: header and body. All or nothing.</summary>
    /// <returns>False: nothing was written.</returns>
    public bool TryWrite(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        // Admitted as a whole: what makes room must not drop the piece that the mark names.
        if (!CanWrite || !TryAdmit(first.Length + second.Length))
        {
            return false;
        }

        Rewind mark = Mark();
        if (!TryWrite(first))
        {
            return false;
        }

        if (TryWrite(second))
        {
            return true;
        }

        Undo(mark);
        return false;
    }

    /// <summary>Appends copies of several pieces, as one message. All or nothing.</summary>
    /// <param name="pieces">Where they lie.</param>
    /// <returns>False: nothing was written.</returns>
    public bool TryWrite(ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        int total = 0;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            total += piece.Length;
        }

        if (!CanWrite || !TryAdmit(total))
        {
            return false;
        }

        Rewind mark = Mark();
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            if (!TryWrite(piece.Span))
            {
                Undo(mark);
                return false;
            }
        }

        return true;
    }

    /// <summary>Appends a buffer that other connections send too, without a copy; it is held until it is sent.
    /// With TLS it is encrypted from where it lies.</summary>
    /// <returns>False: refused, as for <see cref="TryReserve"/>.</returns>
    public bool TryWrite(SharedBuffer buffer)
    {
        if (!CanWrite || !TryAdmit(buffer.Length))
        {
            return false;
        }

        if (buffer.Length > 0)
        {
            _loop.Segments.AppendShared(ref _output, buffer, 0);
            AfterWrite();
        }

        return true;
    }

    /// <summary>Appends a frame around a payload.</summary>
    /// <returns>False: refused as for <see cref="TryReserve"/>, or the codec cannot frame such a payload.</returns>
    public bool TryWrite<TCodec>(in TCodec codec, ReadOnlySpan<byte> payload)
        where TCodec : IFrameCodec
    {
        int bytes = codec.FrameBytes(payload.Length);
        if (bytes < 0 || !TryReserve(bytes, out Span<byte> span))
        {
            return false;
        }

        codec.Encode(payload, span);
        Advance(bytes);
        return true;
    }

    /// <summary>
    /// Hands bytes that stay the caller's to the kernel now, without a copy: for output that many connections share and that lives in the
    /// caller's own memory. What is pending goes before it, so nothing is taken while there is any. With TLS they are encrypted, a record at a time.
    /// </summary>
    /// <returns>
    /// How many bytes the kernel took, 0 to all of them. When not all, OnWritable tells when to offer the rest; until that is gone, nothing
    /// else may be written, or the peer gets it in the middle.
    /// </returns>
    public int SendShared(ReadOnlySpan<byte> bytes)
    {
        if (!CanWrite)
        {
            return 0;
        }

        // A full kernel buffer, or something on its way: OnWritable tells when there is room.
        if (IsSocketFull || PendingOutputBytes > 0 || IsSendArmed)
        {
            _wantsEmpty = true;
            return 0;
        }

        return Tls is null ? SendPlain(bytes) : _loop.SendEncrypted(this, bytes);
    }

    /// <summary>Ends our side of the stream when what is pending is out; the peer still may send. Further writes are refused.</summary>
    /// <remarks>The connection closes with <see cref="CloseReason.Remote"/> when the peer has ended its side too.</remarks>
    public void EndOutput()
    {
        if (State == ConnectionState.Open && !IsOutputEnded)
        {
            IsOutputEnded = true;
            _loop.Flush(this);
        }
    }

    /// <summary>Bounds what the kernel keeps for a peer that does not read, in bytes; the kernel doubles it for its own needs.</summary>
    public void LimitKernelOutput(int bytes) => _ = Socket.SetSendBuffer(bytes);

    /// <summary>Hands pending output to the kernel now; what it does not take follows when it can.</summary>
    public void Flush() => _loop.Flush(this);

    /// <summary>Fills a list of pieces from the front of the output.</summary>
    internal int Gather(Span<IoVector> vectors, out int bytes)
    {
        int count = 0;
        bytes = 0;
        for (int index = Wire.Head; index != OutputSegments.None && count < vectors.Length; index = _loop.Segments[index].Next)
        {
            ref OutputSegment segment = ref _loop.Segments[index];
            vectors[count++] = new IoVector(segment.Memory + segment.Start, segment.End - segment.Start);
            bytes += segment.End - segment.Start;
        }

        return count;
    }

    /// <summary>Encrypted bytes that are to be sent.</summary>
    internal ref OutputQueue Cipher => ref _cipher;

    /// <summary>True after a refusal, when the output is down to the low-water mark; for a direct send, to nothing.</summary>
    internal bool CanWriteAgain => !IsStarved
        && ((_wasRefused && PendingOutputBytes <= _loop.Options.LowWaterBytes) || (_wantsEmpty && !IsSocketFull && PendingOutputBytes == 0));

    /// <summary>True once for each time that <see cref="CanWriteAgain"/> becomes so.</summary>
    internal bool TakeWritableAgain()
    {
        bool again = CanWriteAgain;
        _wasRefused &= !again;
        _wantsEmpty &= !again;
        return again;
    }

    internal void DropOutput()
    {
        _loop.Segments.Clear(ref _output);
        _loop.Segments.Clear(ref _cipher);
    }

    /// <summary>The kernel took less than a direct send offered.</summary>
    internal void WantEmpty() => _wantsEmpty = true;

    private int SendPlain(ReadOnlySpan<byte> bytes)
    {
        CallResult result = Socket.Send(bytes);
        _loop.Counters.Sends++;
        _loop.Counters.SystemCalls++;
        if (!result.IsOk && result.Errno is not (Errno.EAGAIN or Errno.EINTR))
        {
            _loop.OnBroken(this, result.Errno);
            return 0;
        }

        int sent = result.IsOk ? (int)result.Value : 0;
        _loop.Counters.SentBytes += sent;
        LastActivityNs = sent > 0 ? _loop.NowNs : LastActivityNs;
        if (sent < bytes.Length)
        {
            IsSocketFull = true;
            _wantsEmpty = true;
            _loop.Update(this);
        }

        return sent;
    }

    private bool CanWrite => State == ConnectionState.Open && !IsEndingOutput && !IsOutputEnded;

    // Whether so many more bytes may be pending; at the marks, the policy.
    private bool TryAdmit(int bytes)
    {
        int pending = PendingOutputBytes;
        if (pending + bytes > _loop.HighWaterBytes || _output.Count >= SegmentsMax)
        {
            switch (_loop.Options.OutputPolicy)
            {
                case OverflowPolicy.Disconnect:
                    _loop.Fail(this, CloseReason.OutputOverflow, $"the peer reads too slowly: {pending:N0} bytes are pending");
                    return false;
                case OverflowPolicy.DropOldest:
                    while (PendingOutputBytes + bytes > _loop.HighWaterBytes
                        && _loop.Segments.DropOldestShared(ref _output, Tls is null ? ArmedPieces : 0) > 0)
                    {
                        _loop.Counters.OutputDrops++;
                    }

                    break;
                case OverflowPolicy.DropNewest:
                    _loop.Counters.OutputDrops++;
                    _wasRefused = true;
                    return false;
                default:
                    break;
            }

            int most = _loop.Options.OutputPolicy == OverflowPolicy.PauseReading ? _loop.Options.OutputBytesMax : _loop.HighWaterBytes;
            if (PendingOutputBytes + bytes > most || _output.Count >= SegmentsMax)
            {
                _wasRefused = true;
                _loop.Counters.OutputRefusals++;
                return false;
            }
        }

        return true;
    }

    private bool TryAppendBlock(int bytes)
    {
        if (_loop.Segments.TryAppendBlock(ref _output, BufferPool.OrderOf(bytes)))
        {
            return true;
        }

        _loop.OnPoolExhausted();
        _wasRefused = true;
        _loop.Counters.OutputRefusals++;
        _loop.QueueStarved(this);
        return false;
    }

    private void AfterWrite()
    {
        if (_output.Bytes + _cipher.Bytes >= _loop.HighWaterBytes && _loop.Options.OutputPolicy == OverflowPolicy.PauseReading && !IsInputHeld)
        {
            IsInputHeld = true;
            _loop.Counters.ReadPauses++;
            _loop.Update(this);
        }

        _loop.QueueFlush(this);
    }

    private Rewind Mark() => new(_output.Tail, _output.Tail == OutputSegments.None ? 0 : _loop.Segments[_output.Tail].End, _output.Bytes);

    // Nothing is sent between mark and undo, so the mark's piece is still there.
    private void Undo(Rewind mark) => _loop.Segments.Truncate(ref _output, mark.Tail, mark.End, mark.Bytes);

    private void BeginOutput()
    {
        IsSocketFull = IsEndingOutput = IsAborted = IsKeptOpen = false;
        IsOutputEnded = IsOutputShut = false;
        _wasRefused = false;
        _wantsEmpty = false;
    }

    private readonly record struct Rewind(int Tail, int End, int Bytes);
}
