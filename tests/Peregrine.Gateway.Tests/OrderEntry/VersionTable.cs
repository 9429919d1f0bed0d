using System.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Gateway.Sessions;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>A session of a version with nobody at its end, and what it sends held against the version's own dictionary.</summary>
internal sealed class VersionTable : IFixApplication
{
    /// <summary>1970-01-02 00:00:00.</summary>
    public const long DayNs = 86_400_000_000_000;

    private readonly MemorySessionStore _store = new();
    private readonly FixDictionary _dictionary;
    private readonly FixValidator _validator;
    private readonly FixIndex _index;
    private readonly ReportEncoder _encoder;

    public VersionTable(string version)
    {
        Dialect = OrderDialect.Find(version)!;
        _dictionary = FixDictionaries.Find(Dialect.BeginString, Dialect.ApplVerId)!;
        _validator = new FixValidator(_dictionary, FixValidation.Default);
        _index = new FixIndex(_dictionary);
        _encoder = new ReportEncoder(new NameTable(Rules), Dialect, Names);
        Session = new FixSession(new FixSessionOptions
        {
            CompId = "US", PeerCompId = "THEM", BeginString = Dialect.BeginString, DefaultApplVerId = Dialect.ApplVerId,
        }, _store, this);
    }

    /// <summary>A tick is 0.05, a lot 10.</summary>
    public static TradingRules Rules { get; } = new(
        [new Instrument(0, "TEST", 2, 5, 10, IsOpen: true)],
        [new Account(0, "A", new AccountLimits(1, 1, 1)), new Account(1, "B", new AccountLimits(1, 1, 1))]);

    public static TheoryData<string> Versions => [.. OrderDialect.Names];

    public OrderDialect Dialect { get; }

    /// <summary>Names of lists and crosses that its reports repeat: none, until a test says some.</summary>
    public OrderNames Names { get; } = new();

    public FixSession Session { get; }

    /// <summary>Sends a report, as itself or as a copy, and gives the message with | for the separator.</summary>
    public string Tell(in OrderReport report, bool isCopy = false)
    {
        if (isCopy)
        {
            _encoder.Copy(Session, report.View(), 115, "THEIRS"u8);
        }
        else
        {
            _encoder.Send(Session, report.View(), mark: Session.Mark + 1);
        }

        return Last();
    }

    /// <summary>The news of a loss.</summary>
    public string TellNews()
    {
        SessionNews.Send(Session, Dialect, "something");
        return Last();
    }

    /// <summary>The message that was sent last.</summary>
    public string Last() => Text(Session.NextOutgoing - 1);

    public string Text(long sequence)
    {
        Assert.True(_store.TryRead(sequence, out ReadOnlySpan<byte> message, out _));
        return Encoding.ASCII.GetString(message).Replace('\u0001', '|');
    }

    /// <summary>What is wrong with a message by the version's dictionary; null for nothing.</summary>
    public string? FindFault(string text)
    {
        byte[] frame = Encoding.ASCII.GetBytes(text.Replace('|', '\u0001'));
        if (!_index.TryParse(frame))
        {
            return "no message";
        }

        FixMessage message = new(frame, _index);
        if (_dictionary.MessageOf(message.MsgType) is not { } type)
        {
            return "no such type of message";
        }

        FixFault fault = _validator.Validate(message, type, out int tag);
        return fault == FixFault.None ? null : $"{fault} of {tag}";
    }

    public static OrderReport Report(ReportType type = ReportType.Accepted) => new()
    {
        ExecId = 17,
        OrderId = 99,
        TimeNs = DayNs,
        Type = type,
        Status = OrderStatus.New,
        Side = Side.Buy,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Day,
        Price = new Price(1_000),
        Quantity = new Quantity(30),
        LeavesQuantity = new Quantity(30),
        AccountId = 1,
        ClientOrderId = ClientOrderId.From("c1"),
        OriginalClientOrderId = ClientOrderId.From("c0"),
    };

    public void OnLogon(FixSession session)
    {
    }

    public void OnLogoff(FixSession session, string reason)
    {
    }

    public bool OnMessage(FixSession session, in FixMessage message) => true;
}
