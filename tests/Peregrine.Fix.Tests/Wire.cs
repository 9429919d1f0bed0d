using System.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Tests;

/// <summary>Messages as people write them, with | for the separator, and back.</summary>
internal static class Wire
{
    public const string NewOrder =
        "35=D|49=CLIENT|56=BROKER|34=2|52=20260131-12:00:00.000|11=C1|55=ACME|54=1|38=100|40=2|44=10.25|59=0|60=20260131-12:00:00.000|";

    /// <summary>A whole message: BeginString, length and checksum are added.</summary>
    public static byte[] Message(string body, string beginString = "FIX.4.4")
    {
        string front = $"8={beginString}|9={body.Length}|{body}".Replace('|', '\u0001');
        byte[] bytes = Encoding.Latin1.GetBytes(front);
        int sum = bytes.Sum(value => value) & 255;
        return [.. bytes, .. Encoding.Latin1.GetBytes($"10={sum:000}\u0001")];
    }

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text.Replace('|', '\u0001'));

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes).Replace('\u0001', '|');

    /// <summary>What the validator says of a message.</summary>
    public static (FixFault Fault, int Tag) Validate(string body, string beginString = "FIX.4.4", FixValidation? options = null)
    {
        byte[] frame = Message(body, beginString);
        FixIndex index = new(FixDictionaries.Find(beginString));
        Assert.True(index.TryParse(frame), $"no message: {body}");
        FixMessage message = new(frame, index);
        FixDictionary dictionary = FixDictionaries.Find(beginString)!;
        FixFault fault = new FixValidator(dictionary, options).Validate(message, dictionary.MessageOf(message.MsgType)!, out int tag);
        return (fault, tag);
    }
}
