using System.Text;

namespace Peregrine.Samples;

/// <summary>Why the last call of a thread gave a status of the caller's doing; for people.</summary>
internal static class LastError
{
    [ThreadStatic]
    private static string? _text;

    /// <summary>Keeps the text of a fault.</summary>
    /// <returns>The status, for the caller to give back.</returns>
    public static EngineStatus Set(EngineStatus status, string text)
    {
        _text = text;
        return status;
    }

    /// <summary>Copies the text as UTF-8, cut to the room there is, with a zero behind it.</summary>
    /// <returns>Bytes of the whole text, the zero not counted.</returns>
    public static uint Copy(Span<byte> target)
    {
        byte[] text = Encoding.UTF8.GetBytes(_text ?? "");
        if (target.Length > 0)
        {
            int bytes = Math.Min(text.Length, target.Length - 1);
            text.AsSpan(0, bytes).CopyTo(target);
            target[bytes] = 0;
        }

        return (uint)text.Length;
    }
}
