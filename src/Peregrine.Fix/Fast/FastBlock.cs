namespace Peregrine.Fix.Fast;

/// <summary>Streams of blocks: the messages of each have their length in bytes in front of them.</summary>
/// <remarks>Pure. Allocates: no.</remarks>
public static class FastBlock
{
    /// <summary>Reads the length in front of a block.</summary>
    /// <param name="data">What has arrived and was not used yet.</param>
    /// <param name="blockBytesMax">Largest block allowed, in bytes.</param>
    /// <param name="start">Where the messages begin.</param>
    /// <param name="bytes">How many bytes they have.</param>
    /// <returns>
    /// None: the block is whole. EndOfData: more bytes are needed. D12: a block without bytes. BytesTooLong: larger than allowed, or a length of more
    /// than 10 bytes; nothing behind it can be found.
    /// </returns>
    public static FastErrorCode TryRead(ReadOnlySpan<byte> data, int blockBytesMax, out int start, out int bytes)
    {
        (start, bytes) = (0, 0);
        FastInput input = new(data);
        if (!input.TryUnsigned(0, allowsOverlong: true, out ulong length, out _))
        {
            return input.Error == FastErrorCode.EndOfData ? FastErrorCode.EndOfData : FastErrorCode.BytesTooLong;
        }

        if (length == 0 || length > (ulong)blockBytesMax)
        {
            return length == 0 ? FastErrorCode.D12 : FastErrorCode.BytesTooLong;
        }

        (start, bytes) = (input.At, (int)length);
        return bytes <= data.Length - start ? FastErrorCode.None : FastErrorCode.EndOfData;
    }
}
