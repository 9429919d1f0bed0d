using System.Globalization;
using System.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Session;

/// <summary>What of a version a session has to know beside its dictionary: all of it follows from there.</summary>
internal sealed class FixDialect
{
    private readonly FixFieldSet? _reject;
    private readonly FixField? _reasons;
    private readonly FixField? _businessReasons;

    public FixDialect(FixDictionary dictionary, FixValidation validation)
    {
        Dictionary = dictionary;
        Validator = new FixValidator(dictionary, validation);
        _reject = dictionary.MessageOf("3"u8)?.Body;
        _reasons = dictionary.FieldOf(Tag.SessionRejectReason);
        _businessReasons = dictionary.FieldOf(Tag.BusinessRejectReason);
        HasBusinessReject = dictionary.MessageOf("j"u8) is not null;
    }

    public FixDictionary Dictionary { get; }

    public FixValidator Validator { get; }

    /// <summary>BusinessMessageReject is there; else a Reject says it.</summary>
    public bool HasBusinessReject { get; }

    /// <summary>FIX 4.0 and 4.1: times in whole seconds, and 999999 for "to the end".</summary>
    public static bool IsOld(string beginString) => beginString is "FIX.4.0" or "FIX.4.1";

    /// <summary>Whether a Reject has a field.</summary>
    public bool RejectHas(int tag) => _reject is not null && _reject.Has(tag);

    /// <summary>A BusinessRejectReason, or 0 (other) in its place where the version has no such code.</summary>
    public int BusinessReasonOf(int reason) => Allows(_businessReasons, reason) ? reason : 0;

    /// <summary>Whether SessionRejectReason has a code.</summary>
    public bool HasReason(FixFault fault) => RejectHas(Tag.SessionRejectReason) && Allows(_reasons, (int)fault);

    private static bool Allows(FixField? field, int code)
    {
        Span<byte> text = stackalloc byte[12];
        return field is not null && code.TryFormat(text, out int bytes, default, CultureInfo.InvariantCulture) && field.Allows(text[..bytes]);
    }
}

/// <summary>The dialects of a session's dictionaries: one, but for FIXT one for each version of application messages.</summary>
internal sealed class FixDialects(FixSessionOptions options)
{
    private readonly Dictionary<string, FixDialect?> _byVersion = [];

    /// <summary>The one that the session is configured with.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public FixDialect First { get; } = new(options.Dictionary ?? FixDictionaries.Find(options.BeginString, options.DefaultApplVerId)
        ?? throw new ArgumentException($"no dictionary for BeginString {options.BeginString} and DefaultApplVerID \"{options.DefaultApplVerId}\": "
            + "expected FIX.4.0 to FIX.4.4, or FIXT.1.1 with 2 to 9; or set Dictionary", nameof(options)), options.Validation);

    /// <summary>The one of an ApplVerID; null when there is none. Allocates only at the first time.</summary>
    public FixDialect? Find(ReadOnlySpan<byte> applVerId)
    {
        if (applVerId.Length == 0 || Ascii.Equals(applVerId, options.DefaultApplVerId))
        {
            return First;
        }

        Dictionary<string, FixDialect?>.AlternateLookup<ReadOnlySpan<char>> lookup = _byVersion.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> text = stackalloc char[4];
        if (applVerId.Length > text.Length)
        {
            return null;
        }

        text = text[..Encoding.Latin1.GetChars(applVerId, text)];
        if (!lookup.TryGetValue(text, out FixDialect? dialect))
        {
            // Only known versions stay: a peer cannot fill it.
            string version = text.ToString();
            FixDictionary? dictionary = options.Dictionaries?.Invoke(version) ?? FixDictionaries.Find(options.BeginString, version);
            if (dictionary is null)
            {
                return null;
            }

            dialect = new FixDialect(dictionary, options.Validation);
            _byVersion.Add(version, dialect);
        }

        return dialect;
    }
}
