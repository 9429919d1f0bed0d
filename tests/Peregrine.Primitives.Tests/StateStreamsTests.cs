using System.Buffers;

namespace Peregrine.Primitives.Tests;

/// <summary>Records of saved state, byte for byte, and what is refused.</summary>
public class StateStreamsTests
{
    [Fact]
    public void Record_OfEachKind_IsLittleEndianAndReadsBack()
    {
        ArrayBufferWriter<byte> target = new();
        StateWriter writer = new(target, 15);
        writer.Write(0x0102030405060708L);
        writer.Write(-2);
        writer.Write((byte)9);
        writer.Write(true);
        writer.Write(false);
        writer.Complete();

        Assert.Equal("0807060504030201" + "FEFFFFFF" + "09" + "01" + "00", Convert.ToHexString(target.WrittenSpan));
        StateReader reader = new(target.WrittenSpan);
        Assert.Equal(0x0102030405060708L, reader.ReadInt64());
        Assert.Equal(-2, reader.ReadInt32());
        Assert.Equal(9, reader.ReadByte());
        Assert.True(reader.ReadBool());
        Assert.False(reader.ReadBool());
    }

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    public void Record_OfAnotherLengthThanAskedFor_IsABrokenInvariant(int bytes)
    {
        ArrayBufferWriter<byte> target = new();

        _ = Assert.ThrowsAny<Exception>(() =>
        {
            StateWriter writer = new(target, bytes);
            writer.Write(1L);
            writer.Complete();
        });

        Assert.Equal(0, target.WrittenCount);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(255)]
    public void Bool_OfAnotherByte_IsRefusedWithIt(byte value)
    {
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() =>
        {
            StateReader reader = new([value]);
            _ = reader.ReadBool();
        });

        Assert.Contains(value.ToString(), fault.Message, StringComparison.Ordinal);
    }
}
