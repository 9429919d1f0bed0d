using System.Text;
using Peregrine.Net.Memory;

namespace Peregrine.Net.Tests;

/// <summary>The list of pending output by itself: what may be dropped, what may not, and what is counted.</summary>
public sealed class OutputSegmentsTests : IDisposable
{
    private readonly BufferPool _pool = new(65_536, 1 << 20);
    private readonly SharedBufferPool _shared = new(4_096, 16);
    private readonly OutputSegments _segments;
    private OutputQueue _queue = OutputQueue.Empty;

    public OutputSegmentsTests() => _segments = new OutputSegments(_pool);

    public void Dispose()
    {
        _pool.Dispose();
        _shared.Dispose();
    }

    [Fact]
    public void DropOldest_OfAPiecePartlySent_TakesTheNextOne()
    {
        Append("aaaa", "bbb", "cc");
        _segments.Consume(ref _queue, 1);

        int dropped = _segments.DropOldestShared(ref _queue, keep: 0);

        Assert.Equal((3, "aaacc"), (dropped, Content()));
        AssertCounts(pieces: 2);
    }

    [Theory]
    [InlineData(0, "bbbcc", 4)]
    [InlineData(1, "aaaacc", 3)]
    [InlineData(2, "aaaabbb", 2)]
    [InlineData(3, "aaaabbbcc", 0)]
    public void DropOldest_WhileTheKernelHasSome_LeavesThose(int keep, string left, int bytes)
    {
        Append("aaaa", "bbb", "cc");

        int dropped = _segments.DropOldestShared(ref _queue, keep);

        Assert.Equal((bytes, left), (dropped, Content()));
    }

    [Fact]
    public void DropOldest_OfCopiedBytes_LeavesThem()
    {
        Assert.True(_segments.TryAppendBlock(ref _queue, 0));
        "own"u8.CopyTo(_segments.TailSpan(_queue));
        _segments.Advance(ref _queue, 3);
        Append("aa");

        Assert.Equal(2, _segments.DropOldestShared(ref _queue, keep: 0));
        Assert.Equal(0, _segments.DropOldestShared(ref _queue, keep: 0));
        Assert.Equal("own", Content());
    }

    [Fact]
    public void DropOldest_OfTheLastPiece_LeavesAListThatGoesOn()
    {
        Append("aaaa", "bbb");
        _segments.Consume(ref _queue, 2);

        _ = _segments.DropOldestShared(ref _queue, keep: 0);
        Append("dd", "e");

        Assert.Equal("aadde", Content());
        AssertCounts(pieces: 3);
    }

    [Fact]
    public void DropOldest_UntilNothingIsLeft_GivesEveryBufferBack()
    {
        Append("aaaa", "bbb", "cc");

        while (_segments.DropOldestShared(ref _queue, keep: 0) > 0)
        {
        }

        AssertCounts(pieces: 0);
        Assert.Equal(0, _shared.RentedCount);
        Append("f");
        Assert.Equal("f", Content());
    }

    [Fact]
    public void Truncate_BehindAPiece_TakesBackPiecesBytesAndBuffers()
    {
        Append("aaaa");
        int tail = _queue.Tail;
        int end = _segments[tail].End;
        int bytes = _queue.Bytes;
        Append("bbb", "cc");

        _segments.Truncate(ref _queue, tail, end, bytes);

        Assert.Equal("aaaa", Content());
        AssertCounts(pieces: 1);
        Assert.Equal(1, _shared.RentedCount);
    }

    [Fact]
    public void AppendShared_FromTheMiddle_CountsTheRest()
    {
        SharedBuffer buffer = Rent("abcdef");
        _segments.AppendShared(ref _queue, buffer, 4);
        buffer.Release();

        Assert.Equal("ef", Content());
        AssertCounts(pieces: 1);
    }

    [Fact]
    public void Consume_OverSeveralPieces_StopsInTheMiddleOfOne()
    {
        Append("aaaa", "bbb", "cc");

        _segments.Consume(ref _queue, 6);

        Assert.Equal("bcc", Content());
        AssertCounts(pieces: 2);
        Assert.Equal(2, _shared.RentedCount);
    }

    private void Append(params string[] texts)
    {
        foreach (string text in texts)
        {
            SharedBuffer buffer = Rent(text);
            _segments.AppendShared(ref _queue, buffer, 0);
            buffer.Release();
        }
    }

    private SharedBuffer Rent(string text)
    {
        SharedBuffer buffer = _shared.TryRent(text.Length)!;
        Encoding.ASCII.GetBytes(text).CopyTo(buffer.Room);
        return buffer;
    }

    private unsafe string Content()
    {
        StringBuilder text = new();
        for (int index = _queue.Head; index != OutputSegments.None; index = _segments[index].Next)
        {
            OutputSegment piece = _segments[index];
            _ = text.Append(Encoding.ASCII.GetString(new ReadOnlySpan<byte>((byte*)piece.Memory + piece.Start, piece.End - piece.Start)));
        }

        return text.ToString();
    }

    private void AssertCounts(int pieces) => Assert.Equal((pieces, Content().Length), (_queue.Count, _queue.Bytes));
}
