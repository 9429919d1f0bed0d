using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;

namespace Peregrine.Fix.Net;

/// <summary>Which boundary bytes breached that no message was made of.</summary>
internal static class BreachOfBytes
{
    private const int TrailerBytes = 7;

    /// <summary>Finds it.</summary>
    /// <param name="data">From the place on that <see cref="FixFramer"/> called garbled, with what lies behind.</param>
    public static FixBreach Of(ReadOnlySpan<byte> data)
    {
        int version = data.IndexOf((byte)1);
        if (!data.StartsWith("8=FIX"u8) || version < 0 || !data[(version + 1)..].StartsWith("9="u8))
        {
            return FixBreach.Framing;
        }

        ReadOnlySpan<byte> rest = data[(version + 3)..];
        int digits = rest.IndexOf((byte)1);
        if (digits is < 1 or > 8 || !FixText.TryDigits(rest[..digits], out int length) || !rest[(digits + 1)..].StartsWith("35="u8))
        {
            return FixBreach.Framing;
        }

        ReadOnlySpan<byte> body = rest[(digits + 1)..];
        bool isTrailer = length > 0 && body.Length >= length + TrailerBytes && body[length - 1] == 1 && body[length..].StartsWith("10="u8)
            && body[length + TrailerBytes - 1] == 1 && FixText.TryDigits(body.Slice(length + 3, 3), out _);
        return isTrailer ? FixBreach.CheckSum : FixBreach.BodyLength;
    }
}
