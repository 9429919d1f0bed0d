using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Peregrine.Journal;

/// <summary>The Castagnoli checksum of RFC 3720 (iSCSI), by the processor's instruction where there is one.</summary>
/// <remarks>Thread: any. Allocates: no.</remarks>
public static class Crc32C
{
    private static readonly uint[] Table = MakeTable();

    /// <summary>The checksum of the bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of what <paramref name="crc"/> stands for, followed by the bytes.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        if (Sse42.X64.IsSupported)
        {
            for (; bytes.Length >= 8; bytes = bytes[8..])
            {
                crc = (uint)Sse42.X64.Crc32(crc, BitConverter.ToUInt64(bytes));
            }

            if (bytes.Length >= 4)
            {
                crc = Sse42.Crc32(crc, BitConverter.ToUInt32(bytes));
                bytes = bytes[4..];
            }

            foreach (byte value in bytes)
            {
                crc = Sse42.Crc32(crc, value);
            }
        }
        else if (Crc32.Arm64.IsSupported)
        {
            for (; bytes.Length >= 8; bytes = bytes[8..])
            {
                crc = Crc32.Arm64.ComputeCrc32C(crc, BitConverter.ToUInt64(bytes));
            }

            if (bytes.Length >= 4)
            {
                crc = Crc32.ComputeCrc32C(crc, BitConverter.ToUInt32(bytes));
                bytes = bytes[4..];
            }

            foreach (byte value in bytes)
            {
                crc = Crc32.ComputeCrc32C(crc, value);
            }
        }
        else
        {
            return AppendSoftware(~crc, bytes);
        }

        return ~crc;
    }

    /// <summary>The same by a table, a byte at a time: the fallback, and what tests compare with.</summary>
    public static uint AppendSoftware(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        foreach (byte value in bytes)
        {
            crc = Table[(crc ^ value) & 0xff] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint index = 0; index < table.Length; index++)
        {
            uint crc = index;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
            }

            table[index] = crc;
        }

        return table;
    }
}
