using Peregrine.Fix.Messages;

namespace Peregrine.Tools.Fix;

/// <summary>A message of a log.</summary>
/// <param name="Line">Line that it begins in; the first is 1.</param>
/// <param name="Bytes">The message with SOH as its separator, whatever the log has.</param>
/// <param name="IsFramed">BodyLength and CheckSum are right.</param>
internal sealed record FixLogEntry(long Line, byte[] Bytes, bool IsFramed);

/// <summary>Finds FIX messages in a log of any kind: raw, or with |, ^A, &lt;SOH&gt; or the like between fields, with any text around them.</summary>
/// <remarks>Memory: the longest message. Bytes that are no message are passed over.</remarks>
internal sealed class FixLog(Stream input)
{
    /// <summary>A message that is longer is passed over.</summary>
    public const int MessageBytesMax = 1 << 20;

    private const int SeparatorBytesMax = 8;

    private byte[] _buffer = new byte[1 << 16];
    private int _from;
    private int _to;
    private bool _isAtEnd;
    private long _line = 1;

    /// <summary>The next message.</summary>
    /// <returns>Null at the end.</returns>
    public FixLogEntry? Read()
    {
        while (true)
        {
            ReadOnlySpan<byte> data = _buffer.AsSpan(_from, _to - _from);
            int start = data.IndexOf("8=FIX"u8);
            if (start < 0)
            {
                // The last bytes may be the beginning of one.
                Skip(Math.Max(0, data.Length - 4));
                if (!TryFill())
                {
                    return null;
                }

                continue;
            }

            Skip(start);
            data = data[start..];
            long line = _line;
            if (TryMessage(data, out byte[] message, out int bytes))
            {
                Skip(bytes);
                bool isFramed = FixFramer.TryFrame(message, MessageBytesMax, out int framed) == FrameStatus.Ok && framed == message.Length;
                return new FixLogEntry(line, message, isFramed);
            }

            if (data.Length >= MessageBytesMax || !TryFill())
            {
                // No message after all, or one without an end.
                Skip(1);
            }
        }
    }

    private static bool TryMessage(ReadOnlySpan<byte> data, out byte[] message, out int bytes)
    {
        (message, bytes) = ([], 0);
        int version = 2;
        while (version < data.Length && (char.IsAsciiLetterOrDigit((char)data[version]) || data[version] == (byte)'.'))
        {
            version++;
        }

        int separatorBytes = data[version..Math.Min(data.Length, version + SeparatorBytesMax + 2)].IndexOf("9="u8);
        if (separatorBytes < 1)
        {
            return false;
        }

        ReadOnlySpan<byte> separator = data.Slice(version, separatorBytes);
        if (separator is [1] && FixFramer.TryFrame(data, MessageBytesMax, out bytes) == FrameStatus.Ok)
        {
            message = data[..bytes].ToArray();
            return true;
        }

        Span<byte> last = stackalloc byte[SeparatorBytesMax + 3];
        separator.CopyTo(last);
        "10="u8.CopyTo(last[separatorBytes..]);
        int trailer = data.IndexOf(last[..(separatorBytes + 3)]);
        int end = trailer < 0 ? -1 : trailer + separatorBytes + 3;
        while (end > 0 && end < data.Length && char.IsAsciiDigit((char)data[end]))
        {
            end++;
        }

        // The digits may go on in what is not read yet; at the end of a log they do not.
        if (end < 0 || (end == data.Length && end < trailer + separatorBytes + 6))
        {
            return false;
        }

        message = Normalize(data[..end], separator);
        bytes = end;
        return true;
    }

    private static byte[] Normalize(ReadOnlySpan<byte> text, ReadOnlySpan<byte> separator)
    {
        List<byte> message = new(text.Length + 1);
        while (text.IndexOf(separator) is int at and >= 0)
        {
            message.AddRange(text[..at]);
            message.Add(1);
            text = text[(at + separator.Length)..];
        }

        message.AddRange(text);
        message.Add(1);
        return [.. message];
    }

    private void Skip(int bytes)
    {
        _line += _buffer.AsSpan(_from, bytes).Count((byte)'\n');
        _from += bytes;
    }

    private bool TryFill()
    {
        if (_isAtEnd)
        {
            return false;
        }

        _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
        (_from, _to) = (0, _to - _from);
        if (_to == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read = input.Read(_buffer.AsSpan(_to));
        _to += read;
        _isAtEnd = read == 0;
        return !_isAtEnd;
    }
}
