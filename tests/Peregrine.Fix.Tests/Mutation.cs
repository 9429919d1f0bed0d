namespace Peregrine.Fix.Tests;

/// <summary>Small damage to a message, as a broken or hostile peer does it.</summary>
internal static class Mutation
{
    public static byte[] Of(byte[] message, Random random)
    {
        List<byte> bytes = [.. message];
        for (int count = random.Next(1, 4); count > 0 && bytes.Count > 1; count--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, (byte)"0123456789=|\u0001-.8"[random.Next(16)]);
                    break;
                case 3:
                    bytes[at] = 1;
                    break;
                case 4:
                    int length = random.Next(1, Math.Min(20, bytes.Count - at) + 1);
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                default:
                    bytes.RemoveRange(at, random.Next(1, Math.Min(20, bytes.Count - at) + 1));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>The message with a right length and checksum again, so that what reads the fields sees the damage.</summary>
    public static byte[] Reframe(byte[] message)
    {
        string text = Wire.Text(message);
        int body = text.IndexOf("35=", StringComparison.Ordinal);
        int end = text.LastIndexOf("|10=", StringComparison.Ordinal);
        return body >= 0 && end > body ? Wire.Message(text[body..(end + 1)]) : message;
    }
}
