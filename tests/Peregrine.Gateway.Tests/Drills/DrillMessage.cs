using System.Globalization;
using System.Text;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>A FIX message of the link, taken apart.</summary>
internal sealed class DrillMessage
{
    // BeginString, BodyLength, CheckSum, MsgSeqNum, PossDupFlag, CompIDs, SendingTime, PossResend, OrigSendingTime: what a repetition may change.
    private static readonly HashSet<int> Envelope = [8, 9, 10, 34, 43, 49, 52, 56, 97, 122];

    private readonly List<KeyValuePair<int, string>> _fields = [];

    public DrillMessage(ReadOnlySpan<byte> frame)
    {
        foreach (string field in Encoding.Latin1.GetString(frame).Split('\u0001', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            _fields.Add(new(int.Parse(field.AsSpan(0, equals), CultureInfo.InvariantCulture), field[(equals + 1)..]));
        }

        Type = Get(35);
        Sequence = GetLong(34);
    }

    public string Type { get; }

    public long Sequence { get; }

    /// <summary>Whether it says of itself that it may have been sent before.</summary>
    public bool IsRepeat => IsYes(43) || IsYes(97);

    /// <summary>What a repetition must not change, as it stands on the wire.</summary>
    public string Body => string.Join('|', _fields.Where(part => !Envelope.Contains(part.Key)).Select(part => $"{part.Key}={part.Value}"));

    /// <summary>
    /// What names a report: the ExecID of an ExecutionReport; the request that an OrderCancelReject or OrderMassCancelReport answers, as those
    /// have no ExecID. Null for another message.
    /// </summary>
    public string? ReportKey => Type switch
    {
        "8" => KeyOf(GetLong(17)),
        "9" => $"9 {Get(11)}",
        "r" => $"r {Get(11)}",
        _ => null,
    };

    public static string KeyOf(long execId) => execId.ToString(CultureInfo.InvariantCulture);

    /// <summary>A field's value; empty when it is not there.</summary>
    public string Get(int tag)
    {
        foreach (KeyValuePair<int, string> field in _fields)
        {
            if (field.Key == tag)
            {
                return field.Value;
            }
        }

        return "";
    }

    public long GetLong(int tag) => long.TryParse(Get(tag), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : 0;

    public bool IsYes(int tag) => Get(tag) == "Y";
}
