using Peregrine.Net.Memory;

namespace Peregrine.Net;

public sealed partial class Connection
{
    private nint _restBlock;
    private int _restOrder;
    private int _restStart;
    private int _restEnd;

    /// <summary>Whether bytes shall be read from the peer.</summary>
    internal bool WantsInput => State is ConnectionState.Open or ConnectionState.Handshaking && !IsInputEnded && !IsInputPaused && !IsInputStarved
        && !IsInputHeld && !IsEndingOutput;

    /// <summary>The peer ended its side; output still goes.</summary>
    internal bool IsInputEnded { get; set; }

    /// <summary>The handler left a rest after a refusal: nothing is read until there is room for output again.</summary>
    internal bool IsInputPaused { get; set; }

    /// <summary>No buffer is left for what would be read.</summary>
    internal bool IsInputStarved { get; set; }

    /// <summary>Output reached the high-water mark: nothing is read until it falls to the low one.</summary>
    internal bool IsInputHeld { get; set; }

    internal bool IsFirstInput { get; private set; }

    /// <summary>Bytes to be dropped as they come.</summary>
    internal long DiscardBytes { get; set; }

    /// <summary>When the frame that is not complete began; 0 without one.</summary>
    internal long FrameBegunNs { get; set; }

    /// <summary>When the TLS record that is not complete began; 0 without one.</summary>
    internal long RecordBegunNs { get; set; }

    /// <summary>
    /// The peer owes us the end of what it began. Not so while we ourselves do not read for the sake of its output; but want of buffers does
    /// not excuse it, as it may be frames like this one that hold them all.
    /// </summary>
    internal bool IsFrameAwaited => (RestBytes > 0 || RecordBegunNs != 0) && !IsInputPaused && !IsInputHeld;

    /// <summary>Since when.</summary>
    internal long UnfinishedSinceNs => RestBytes > 0 ? FrameBegunNs : RecordBegunNs;

    internal int RestBytes => _restEnd - _restStart;

    /// <summary>What was not consumed.</summary>
    internal unsafe Span<byte> Rest => new((byte*)_restBlock + _restStart, _restEnd - _restStart);

    /// <summary>The room behind it.</summary>
    internal unsafe Span<byte> RestRoom => new((byte*)_restBlock + _restEnd, RestCapacity - _restEnd);

    private int RestCapacity => _restBlock == 0 ? 0 : BufferPool.BytesOf(_restOrder);

    internal bool TakeFirstInput()
    {
        bool isFirst = IsFirstInput;
        IsFirstInput = false;
        return isFirst;
    }

    /// <summary>Replaces what is kept.</summary>
    /// <returns>False when no buffer is left; the old rest is gone then.</returns>
    internal unsafe bool TrySetRest(ReadOnlySpan<byte> rest)
    {
        if (RestCapacity < rest.Length)
        {
            ReturnRest();
            if (!TryLendRest(BufferPool.OrderOf(rest.Length)))
            {
                return false;
            }
        }

        rest.CopyTo(new Span<byte>((void*)_restBlock, RestCapacity));
        (_restStart, _restEnd) = (0, rest.Length);
        return true;
    }

    /// <summary>Makes room behind what is kept.</summary>
    /// <returns>False when no buffer is left; the rest is as it was.</returns>
    internal unsafe bool TryGrowRest(int roomBytes)
    {
        if (RestCapacity - _restEnd >= roomBytes)
        {
            return true;
        }

        int restBytes = RestBytes;
        if (RestCapacity - restBytes >= roomBytes)
        {
            Rest.CopyTo(new Span<byte>((void*)_restBlock, RestCapacity));
            (_restStart, _restEnd) = (0, restBytes);
            return true;
        }

        int order = BufferPool.OrderOf(restBytes + roomBytes);
        nint block = order > BufferPool.OrderMax ? 0 : _loop.TryLend(order, isInput: true);
        if (block == 0)
        {
            return false;
        }

        Rest.CopyTo(new Span<byte>((void*)block, BufferPool.BytesOf(order)));
        ReturnBlock();
        (_restBlock, _restOrder, _restStart, _restEnd) = (block, order, 0, restBytes);
        return true;
    }

    /// <summary>Counts bytes written into the room as kept.</summary>
    internal void AdvanceRest(int bytes) => _restEnd += bytes;

    /// <summary>Removes consumed bytes from the front.</summary>
    internal void ConsumeRest(int bytes)
    {
        _restStart += bytes;
        if (_restStart == _restEnd)
        {
            ReturnRest();
        }
    }

    internal void ReturnRest()
    {
        ReturnBlock();
        (_restStart, _restEnd) = (0, 0);
        FrameBegunNs = 0;
    }

    private void ReturnBlock()
    {
        if (_restBlock != 0)
        {
            _loop.Pool.Return(_restBlock, _restOrder);
            _restBlock = 0;
        }
    }

    private bool TryLendRest(int order)
    {
        _restBlock = order > BufferPool.OrderMax ? 0 : _loop.TryLend(order, isInput: true);
        _restOrder = order;
        return _restBlock != 0;
    }

    private void BeginInput()
    {
        IsInputEnded = IsInputPaused = IsInputStarved = IsInputHeld = false;
        IsFirstInput = true;
        DiscardBytes = 0;
        FrameBegunNs = 0;
        RecordBegunNs = 0;
    }
}
