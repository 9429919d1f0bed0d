using System.Runtime.InteropServices;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>
/// A command where it lies in bytes (docs/wire/command-v2.md): in the journal's batch, in a ring between threads, in a segment that is read. It is
/// the form that the core takes; nothing is copied out that nobody asks for. Members are those of <see cref="OrderCommand"/>, the same as a value.
/// </summary>
/// <remarks>Lives no longer than its bytes. Thread: any that may read them. Allocates: no.</remarks>
public readonly ref struct CommandView
{
    private readonly ref readonly CommandHead _head;
    private readonly ReadOnlySpan<byte> _bytes;

    // Of bytes that are a command, at least its plain part; what is behind it need not be.
    internal CommandView(ReadOnlySpan<byte> bytes, long sequence, long timeNs)
    {
        _head = ref MemoryMarshal.AsRef<CommandHead>(bytes);
        _bytes = bytes;
        Sequence = sequence;
        TimeNs = timeNs;
    }

    /// <inheritdoc cref="OrderCommand.Sequence"/>
    public long Sequence { get; }

    /// <inheritdoc cref="OrderCommand.TimeNs"/>
    public long TimeNs { get; }

    /// <inheritdoc cref="OrderCommand.OrderId"/>
    public ulong OrderId => _head.OrderId;

    /// <inheritdoc cref="OrderCommand.Price"/>
    public Price Price => _head.Price;

    /// <inheritdoc cref="OrderCommand.Quantity"/>
    public Quantity Quantity => _head.Quantity;

    /// <inheritdoc cref="OrderCommand.InstrumentId"/>
    public int InstrumentId => _head.InstrumentId;

    /// <inheritdoc cref="OrderCommand.AccountId"/>
    public int AccountId => _head.AccountId;

    /// <inheritdoc cref="OrderCommand.SessionId"/>
    public int SessionId => _head.SessionId;

    /// <inheritdoc cref="OrderCommand.StrategyId"/>
    public int StrategyId => _head.StrategyId;

    /// <summary>What is asked for.</summary>
    public CommandType Type => _head.Type;

    /// <summary>Of a new order or replace; of a mass cancel, of which side orders must be.</summary>
    public Side Side => _head.Side;

    /// <summary>Of a new order or replace.</summary>
    public OrderType OrderType => _head.OrderType;

    /// <summary>Of a new order.</summary>
    public TimeInForce TimeInForce => _head.TimeInForce;

    /// <inheritdoc cref="OrderCommand.Flags"/>
    public OrderFlags Flags => _head.Flags;

    /// <summary>Of a pegged order.</summary>
    public PegReference Peg => _head.Peg;

    /// <summary>Of a new order.</summary>
    public SelfTradePrevention SelfTrade => _head.SelfTrade;

    /// <inheritdoc cref="OrderCommand.Fields"/>
    public ReplaceFields Fields => _head.Fields;

    /// <inheritdoc cref="OrderCommand.Scope"/>
    public MassCancelScope Scope => _head.Scope;

    /// <inheritdoc cref="OrderCommand.Phase"/>
    public TradingPhase Phase => _head.Phase;

    /// <inheritdoc cref="OrderCommand.CancelsForbidden"/>
    public bool CancelsForbidden => _head.CancelsForbidden != 0;

    /// <inheritdoc cref="OrderCommand.Refusal"/>
    public RejectReason Refusal => _head.Refusal;

    /// <inheritdoc cref="OrderCommand.IsPossResend"/>
    public bool IsPossResend => _head.IsPossResend != 0;

    /// <inheritdoc cref="OrderCommand.SessionSequence"/>
    public long SessionSequence => Word(CommandParts.SessionSequence);

    /// <inheritdoc cref="OrderAttributes.StopPrice"/>
    public Price StopPrice => new(Word(CommandParts.StopPrice));

    /// <inheritdoc cref="OrderAttributes.OffsetTicks"/>
    public long OffsetTicks => Word(CommandParts.Offset);

    /// <inheritdoc cref="OrderAttributes.DisplayQuantity"/>
    public Quantity DisplayQuantity => new(Word(CommandParts.Display));

    /// <inheritdoc cref="OrderAttributes.MinimumQuantity"/>
    public Quantity MinimumQuantity => new(Word(CommandParts.Minimum));

    /// <inheritdoc cref="OrderAttributes.ExpireTimeNs"/>
    public long ExpireTimeNs => Word(CommandParts.ExpireTime);

    /// <inheritdoc cref="OrderCommand.SellOrderId"/>
    public ulong SellOrderId => (ulong)Word(CommandParts.StopPrice);

    /// <inheritdoc cref="OrderCommand.SellAccountId"/>
    public int SellAccountId => (int)Word(CommandParts.Offset);

    /// <summary>Whether any of <see cref="Attributes"/> is there.</summary>
    public bool HasAttributes => (_head.Parts & CommandParts.Attributes) != 0;

    /// <inheritdoc cref="OrderCommand.Attributes"/>
    public OrderAttributes Attributes => HasAttributes
        ? new OrderAttributes
        {
            StopPrice = StopPrice,
            OffsetTicks = OffsetTicks,
            DisplayQuantity = DisplayQuantity,
            MinimumQuantity = MinimumQuantity,
            ExpireTimeNs = ExpireTimeNs,
        }
        : default;

    /// <summary>Whether <see cref="ClientOrderId"/> is there.</summary>
    public bool HasClientOrderId => (_head.Parts & CommandParts.ClientId) != 0;

    /// <summary>Whether <see cref="OriginalClientOrderId"/> is there.</summary>
    public bool HasOriginalClientOrderId => (_head.Parts & CommandParts.OriginalId) != 0;

    /// <inheritdoc cref="OrderCommand.ClientOrderId"/>
    public ReadOnlySpan<byte> ClientOrderId => HasClientOrderId ? Parts.IdAt(_bytes, WordsEnd) : default;

    /// <inheritdoc cref="OrderCommand.OriginalClientOrderId"/>
    public ReadOnlySpan<byte> OriginalClientOrderId => HasOriginalClientOrderId ? Parts.IdAt(_bytes, OriginalStart) : default;

    /// <summary>How long it is.</summary>
    public int Length => HasOriginalClientOrderId ? Parts.EndOfId(_bytes, OriginalStart) : OriginalStart;

    /// <summary>Its bytes, where they lie.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes[..Length];

    /// <summary>How long before it was sequenced its bytes were here, nanoseconds; 0 is not told. Commands say so that are of before their hops
    /// had a file of their own.</summary>
    public uint ReceivedBeforeNs => _head.ReceivedBeforeNs;

    /// <inheritdoc cref="ReceivedBeforeNs"/>
    public uint ValidatedBeforeNs => _head.ValidatedBeforeNs;

    private int WordsEnd => Parts.EndOf(CommandCodec.PlainBytes, (uint)(_head.Parts & CommandParts.Words));

    private int OriginalStart => HasClientOrderId ? Parts.EndOfId(_bytes, WordsEnd) : WordsEnd;

    /// <summary>A copy as a value, ids and all.</summary>
    public OrderCommand ToCommand()
    {
        OrderCommand command = new()
        {
            Sequence = Sequence,
            TimeNs = TimeNs,
            OrderId = OrderId,
            Price = Price,
            Quantity = Quantity,
            Attributes = Attributes,
            InstrumentId = InstrumentId,
            AccountId = AccountId,
            SessionId = SessionId,
            StrategyId = StrategyId,
            Type = Type,
            Side = Side,
            OrderType = OrderType,
            TimeInForce = TimeInForce,
            Flags = Flags,
            Peg = Peg,
            SelfTrade = SelfTrade,
            Fields = Fields,
            Scope = Scope,
            Phase = Phase,
            CancelsForbidden = CancelsForbidden,
            Refusal = Refusal,
            IsPossResend = IsPossResend,
            SessionSequence = SessionSequence,
        };
        _ = Orders.ClientOrderId.TryCreate(ClientOrderId, out command.ClientOrderId);
        _ = Orders.ClientOrderId.TryCreate(OriginalClientOrderId, out command.OriginalClientOrderId);
        return command;
    }

    /// <summary>The key of its own id; means nothing when it has none.</summary>
    internal ClientOrderKey OwnKey => Digest.KeyOf(SessionId, _bytes[WordsEnd..]);

    /// <summary>The key of the id of the order that it is about; means nothing when it has none.</summary>
    internal ClientOrderKey OriginalKey => Digest.KeyOf(SessionId, _bytes[OriginalStart..]);

    private long Word(CommandParts part) => Parts.Word(_bytes, CommandCodec.PlainBytes, (uint)_head.Parts, (uint)part);
}
