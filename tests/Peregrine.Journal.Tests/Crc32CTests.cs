using System.Text;

namespace Peregrine.Journal.Tests;

public class Crc32CTests
{
    // RFC 3720, appendix B.4, and the check value of the Castagnoli polynomial.
    public static TheoryData<string, uint> Vectors => new()
    {
        { new string('0', 64), 0x8a9136aa },
        { new string('f', 64), 0x62a8ab43 },
        { Convert.ToHexString([.. Enumerable.Range(0, 32).Select(value => (byte)value)]), 0x46dd794e },
        { Convert.ToHexString([.. Enumerable.Range(0, 32).Select(value => (byte)(31 - value))]), 0x113fdb5c },
        { "01c00000000000000000000000000000140000000000040000000014000000182800000000000000" + "0200000000000000", 0xd9963a56 },
        { Convert.ToHexString(Encoding.ASCII.GetBytes("123456789")), 0xe3069283 },
        { "", 0 },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Of_KnownVector_GivesItsChecksum(string hex, uint expected)
    {
        byte[] bytes = Convert.FromHexString(hex);

        Assert.Equal(expected, Crc32C.Of(bytes));
        Assert.Equal(expected, Crc32C.AppendSoftware(0, bytes));
    }

    [Fact]
    public void Of_AnyLengthAndSplit_EqualsTheTable()
    {
        const int Seed = 20_260_101;
        byte[] bytes = new byte[300];
        new Random(Seed).NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length++)
        {
            ReadOnlySpan<byte> part = bytes.AsSpan(0, length);
            uint expected = Crc32C.AppendSoftware(0, part);
            int split = length / 3;

            Assert.True(expected == Crc32C.Of(part), $"length {length}, seed {Seed}");
            Assert.True(expected == Crc32C.Append(Crc32C.Of(part[..split]), part[split..]), $"length {length} split at {split}, seed {Seed}");
            Assert.True(expected == Crc32C.AppendSoftware(Crc32C.AppendSoftware(0, part[..split]), part[split..]),
                $"by the table, length {length} split at {split}, seed {Seed}");
        }
    }
}
