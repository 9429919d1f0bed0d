using System.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Generator.Tests;

/// <summary>Messages as people write them, with | for the separator.</summary>
internal static class Wire
{
    public const string Header = "49=CLIENT|56=BROKER|34=7|52=20260131-12:00:00.123|";

    public const string Order = $"35=D|{Header}11=C1|55=ACME|54=1|38=100|40=2|44=10.25|60=20260131-12:00:00.000001|";

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text.Replace('|', '\u0001'));

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes).Replace('\u0001', '|');

    /// <summary>A whole message: BeginString, length and checksum are added.</summary>
    public static byte[] Message(string body, string beginString = "FIX.4.4")
    {
        byte[] front = [.. Bytes($"8={beginString}|9={body.Length}|"), .. Bytes(body)];
        return [.. front, .. Bytes($"10={FixFramer.CheckSum(front):000}|")];
    }

    /// <summary>An index of a message, which is valid by FIX 4.4.</summary>
    public static FixIndex Validated(byte[] frame)
    {
        FixIndex index = new();
        Assert.True(index.TryParse(frame));
        FixMessage message = new(frame, index);
        FixFault fault = new FixValidator(FixDictionaries.Fix44).Validate(message, FixDictionaries.Fix44.MessageOf(message.MsgType)!, out int tag);
        Assert.True(fault == FixFault.None, $"{fault} {tag}: {Text(frame)}");
        return index;
    }
}
