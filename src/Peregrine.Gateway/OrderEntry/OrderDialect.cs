using System.Globalization;
using System.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>
/// What a version of FIX has for what the link says: its messages, fields and codes, looked up in the version's own dictionary once, so that a report
/// asks a table and no more. What is not in the dictionary and differs nevertheless stands in <see cref="Versions"/>. docs/fix.md has the table for
/// people.
/// </summary>
/// <remarks>Read only, for any number of threads. Allocates: only when made.</remarks>
internal sealed class OrderDialect
{
    /// <summary>What stands in a table of numbers for a field that is left out.</summary>
    public const int LeftOut = -1;

    // Codes of "other", from the one that says it best.
    private static readonly int[] OtherOrderReasons = [99, 0];
    private static readonly int[] OtherCancelReasons = [99, 2];
    private static readonly int[] OtherRestatements = [8, 4];

    // How the version is called, BeginString, ApplVerID, and whether an order's answer to a replace has a status of its own (OrdStatus 5), which
    // FIX 4.4 took back.
    private static readonly (string Name, string BeginString, string ApplVerId, bool TellsReplaced)[] Versions =
    [
        ("FIX.4.0", "FIX.4.0", "", true),
        ("FIX.4.1", "FIX.4.1", "", true),
        ("FIX.4.2", "FIX.4.2", "", true),
        ("FIX.4.3", "FIX.4.3", "", true),
        (Usual, "FIX.4.4", "", false),
        ("FIX.5.0", "FIXT.1.1", "7", false),
        ("FIX.5.0SP1", "FIXT.1.1", "8", false),
        ("FIX.5.0SP2", "FIXT.1.1", "9", false),
    ];

    private static readonly Lazy<OrderDialect>[] All = [.. Enumerable.Range(0, Versions.Length).Select(place => new Lazy<OrderDialect>(
        () => new OrderDialect(place)))];

    private readonly FixDictionary _dictionary;
    private readonly bool _tellsReplaced;

    // By the letter that FIX 5.0 SP2 has; 0 for one that the version has nothing for.
    private readonly byte[] _execTypes;
    private readonly byte[] _orderTypes;
    private readonly byte[] _times;
    private readonly byte[] _instructions;
    private readonly int[] _orderReasons;
    private readonly int[] _cancelReasons;
    private readonly int[] _restatements;
    private readonly int[] _tradingStates;

    private OrderDialect(int place)
    {
        (Place, Name, BeginString, ApplVerId, _tellsReplaced) =
            (place, Versions[place].Name, Versions[place].BeginString, Versions[place].ApplVerId, Versions[place].TellsReplaced);
        _dictionary = FixDictionaries.Find(BeginString, ApplVerId)!;
        Execution = _dictionary.MessageOf("8"u8)!.Body;
        CancelReject = _dictionary.MessageOf("9"u8)!.Body;
        News = _dictionary.MessageOf("B"u8)!.Body;
        MassCancel = _dictionary.MessageOf("r"u8)?.Body;
        SecurityList = _dictionary.MessageOf("y"u8)?.Body;
        SecurityStatus = _dictionary.MessageOf("f"u8)?.Body;
        TradeReport = _dictionary.MessageOf("AE"u8)?.Body;
        ListStatus = _dictionary.MessageOf("N"u8)!.Body;
        TellsListStatus = ListStatus.Has(Tag.ListStatusType);
        HasListLeaves = ListStatus.Members.Any(member => member.Group is { } orders && orders.Has(Tag.LeavesQty));
        MessageTypes = [.. OrderDecoder.MessageTypes.Where(IsAnswerable)];
        HasExecType = Execution.Has(Tag.ExecType);
        HasExecTransType = Execution.Has(Tag.ExecTransType);
        HasUndisclosedSide = Allows(Tag.Side, "7");
        NeedsLast = IsRequired(Execution, Tag.LastQty);
        NeedsQuantity = IsRequired(Execution, Tag.OrderQty);
        InstructionsMax = _dictionary.FieldOf(Tag.ExecInst)!.Type == FixType.Multiple ? int.MaxValue : 1;
        MassCancelUnknown = CodeOf(Tag.MassCancelRejectReason, 1, 99);
        MassCancelOther = CodeOf(Tag.MassCancelRejectReason, 99, 99);
        _execTypes = Letters(Tag.ExecType, "0458CFDIL");
        _execTypes['L'] = _execTypes['L'] != 0 ? _execTypes['L'] : _execTypes['D'];
        _orderTypes = Letters(Tag.OrdType, "1234KP5B");
        _times = Letters(Tag.TimeInForce, "01234567");
        _instructions = Letters(Tag.ExecInst, "6GMRa");
        _orderReasons = Numbers(Tag.OrdRejReason, RejectText.OrdRejReason, OtherOrderReasons);
        _cancelReasons = Numbers(Tag.CxlRejReason, RejectText.CxlRejReason, OtherCancelReasons);
        _tradingStates = [.. Enumerable.Range(0, ReferenceAnswers.TradingStatesMax + 1)
            .Select(state => CodeOf(Tag.SecurityTradingStatus, state, ReferenceAnswers.NotAvailable))];
        _restatements = Numbers(Tag.ExecRestatementReason, RejectText.ExecRestatementReason, OtherRestatements);
    }

    /// <summary>The version of a session that says none.</summary>
    public const string Usual = "FIX.4.4";

    /// <summary>The names of all versions.</summary>
    public static IEnumerable<string> Names => Versions.Select(version => version.Name);

    /// <summary>The same, for an error.</summary>
    public static string Expected => $"one of {string.Join(", ", Names)}";

    /// <summary>How many versions there are.</summary>
    public static int Count => Versions.Length;

    /// <summary>The version's place among them.</summary>
    public int Place { get; }

    /// <summary>FIX.4.0 to FIX.4.4, FIX.5.0, FIX.5.0SP1 or FIX.5.0SP2.</summary>
    public string Name { get; }

    /// <summary>What a session's store says of its messages: nothing for FIX 4.4, as in stores of before there was a choice.</summary>
    public string StoreVersion => Name == Usual ? "" : Name["FIX.".Length..];

    /// <summary>BeginString (8) of its sessions.</summary>
    public string BeginString { get; }

    /// <summary>DefaultApplVerID (1137) of its sessions; empty before FIXT.</summary>
    public string ApplVerId { get; }

    /// <summary>The messages that its clients may send.</summary>
    public IReadOnlyList<string> MessageTypes { get; }

    /// <summary>Fields of an ExecutionReport.</summary>
    public FixFieldSet Execution { get; }

    /// <summary>Fields of an OrderCancelReject.</summary>
    public FixFieldSet CancelReject { get; }

    /// <summary>Fields of a News.</summary>
    public FixFieldSet News { get; }

    /// <summary>Fields of an OrderMassCancelReport; null where there is none.</summary>
    public FixFieldSet? MassCancel { get; }

    /// <summary>Fields of a SecurityList; null where there is none.</summary>
    public FixFieldSet? SecurityList { get; }

    /// <summary>Fields of a SecurityStatus; null where there is none.</summary>
    public FixFieldSet? SecurityStatus { get; }

    /// <summary>Fields of a TradeCaptureReport; null where there is none.</summary>
    public FixFieldSet? TradeReport { get; }

    /// <summary>Fields of a ListStatus.</summary>
    public FixFieldSet ListStatus { get; }

    /// <summary>A list is one message, and its status says how the list and each order is: from FIX 4.2 on. Before, each order of it is a message,
    /// and its status has no more than quantities.</summary>
    public bool TellsListStatus { get; }

    /// <summary>The status of a list says what is left of each order.</summary>
    public bool HasListLeaves { get; }

    /// <summary>Its dictionary.</summary>
    public FixDictionary Dictionary => _dictionary;

    /// <summary>Reports say what they tell (ExecType); before FIX 4.1 the order's status does.</summary>
    public bool HasExecType { get; }

    /// <summary>Reports say whether they are news or a status (ExecTransType), up to FIX 4.2.</summary>
    public bool HasExecTransType { get; }

    /// <summary>A report about no order has a Side to say so.</summary>
    public bool HasUndisclosedSide { get; }

    /// <summary>Every report has LastQty and LastPx.</summary>
    public bool NeedsLast { get; }

    /// <summary>Every report has OrderQty.</summary>
    public bool NeedsQuantity { get; }

    /// <summary>How many instructions ExecInst takes.</summary>
    public int InstructionsMax { get; }

    /// <summary>MassCancelRejectReason (532) for a symbol that is not known, or <see cref="LeftOut"/>.</summary>
    public int MassCancelUnknown { get; }

    /// <summary>MassCancelRejectReason (532) for all else, or <see cref="LeftOut"/>.</summary>
    public int MassCancelOther { get; }

    /// <summary>A trailing stop is one, and not just a stop that is somewhere else each time.</summary>
    public bool HasTrailingStop => _instructions['a'] != 0;

    /// <summary>There is a report of a stop that was reached.</summary>
    public bool HasTriggered => _execTypes['L'] == 'L';

    /// <summary>The version of a name; null when there is none.</summary>
    public static OrderDialect? Find(string name)
    {
        int place = Array.FindIndex(Versions, version => version.Name == name);
        return place < 0 ? null : All[place].Value;
    }

    /// <summary>A version by what a store says of it, for the log.</summary>
    public static string NameOf(string storeVersion) => storeVersion.Length == 0 ? Usual : $"FIX.{storeVersion}";

    /// <summary>OrdStatus (39) of a report.</summary>
    /// <param name="kind">ExecType as FIX 5.0 has it.</param>
    public char StatusOf(OrderStatus status, char kind)
    {
        char letter = FixCodes.Of(status);
        return kind == '5' && letter == '0' && _tellsReplaced ? '5' : kind == '8' && !HasExecType ? '8' : letter;
    }

    /// <summary>ExecType (150); where the version has none for a kind of report, the order's status stands for it.</summary>
    public char ExecTypeOf(char kind, char status) => _execTypes[kind] != 0 ? (char)_execTypes[kind] : status;

    /// <summary>ExecTransType (20): 3 for what only tells how an order is, else 0.</summary>
    public char ExecTransTypeOf(char kind) => kind == 'I' || (kind is 'D' or 'L' && _execTypes[kind] == 0) ? '3' : '0';

    /// <summary>OrdType (40); 0 for a type that the version has not.</summary>
    public char OrdTypeOf(OrderType type, TimeInForce time)
    {
        bool isByType = time == TimeInForce.AtTheClose && _times['7'] == 0;
        return type switch
        {
            OrderType.TrailingStop when !HasTrailingStop => '3',
            OrderType.Market when isByType => (char)_orderTypes['5'],
            OrderType.Limit when isByType => (char)_orderTypes['B'],
            _ => (char)_orderTypes[FixCodes.Of(type)],
        };
    }

    /// <summary>TimeInForce (59); 0 for one that the version has not.</summary>
    public char TimeInForceOf(TimeInForce time) => (char)_times[FixCodes.Of(time)];

    /// <summary>Whether ExecInst (18) has a letter.</summary>
    public bool HasInstruction(char letter) => _instructions[letter] != 0;

    /// <summary>OrdRejReason (103), or <see cref="LeftOut"/>.</summary>
    public int OrdRejReasonOf(RejectReason reason) => _orderReasons[(int)reason];

    /// <summary>CxlRejReason (102), or <see cref="LeftOut"/>.</summary>
    public int CxlRejReasonOf(RejectReason reason) => _cancelReasons[(int)reason];

    /// <summary>ExecRestatementReason (378), or <see cref="LeftOut"/>.</summary>
    public int RestatementOf(RejectReason reason) => _restatements[(int)reason];

    /// <summary>SecurityTradingStatus (326): the one wanted, or that an instrument cannot be traded.</summary>
    public int TradingStatusOf(int wanted) => _tradingStates[wanted];

    /// <summary>Whether a Logon begins a session of this version: FIXT has one BeginString for several.</summary>
    /// <returns>Null when it does; else why not.</returns>
    public string? FaultOfLogon(in FixMessage logon)
    {
        _ = logon.TryGet(Tag.DefaultApplVerId, out ReadOnlySpan<byte> version);
        return ApplVerId.Length == 0 || Ascii.Equals(version, ApplVerId)
            ? null
            : $"DefaultApplVerID (1137) is {Encoding.Latin1.GetString(version[..Math.Min(version.Length, 8)])}, expected {ApplVerId}: "
                + $"this session speaks {Name}";
    }

    /// <summary>Whether a message is of this version; one of FIXT may say another.</summary>
    /// <returns>Empty when it is; else why not.</returns>
    public ReadOnlySpan<byte> FaultOfVersion(in FixMessage message) =>
        ApplVerId.Length > 0 && message.TryGet(Tag.ApplVerId, out ReadOnlySpan<byte> version) && !Ascii.Equals(version, ApplVerId)
            ? "ApplVerID (1128) is not supported: expected the session's own version, or leave it out"u8
            : default;

    private static bool IsRequired(FixFieldSet fields, int tag) => fields.Members.Any(member => member.Field.Tag == tag && member.IsRequired);

    // Only what can be answered is taken.
    private bool IsAnswerable(string type) => type switch
    {
        "AD" => _dictionary.MessageOf("AQ"u8) is not null,
        _ => _dictionary.MessageOf(Encoding.ASCII.GetBytes(type)) is not null,
    };

    // The first of two codes that the version has.
    private int CodeOf(int tag, int wanted, int other) => Allows(tag, wanted) ? wanted : Allows(tag, other) ? other : LeftOut;

    private bool Allows(int tag, int code) => Allows(tag, code.ToString(CultureInfo.InvariantCulture));

    private bool Allows(int tag, string value) => _dictionary.FieldOf(tag) is { } field && field.Allows(Encoding.ASCII.GetBytes(value));

    private byte[] Letters(int tag, string ours)
    {
        byte[] letters = new byte[128];
        foreach (char letter in ours.Where(letter => Allows(tag, letter.ToString())))
        {
            letters[letter] = (byte)letter;
        }

        return letters;
    }

    private int[] Numbers(int tag, Func<RejectReason, int> wanted, int[] others) => [.. Enumerable.Range(0, RejectReasons.Count)
        .Select(reason => others.Prepend(wanted((RejectReason)reason)).FirstOrDefault(code => Allows(tag, code), LeftOut))];
}
