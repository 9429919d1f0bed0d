using Peregrine.Gateway.Local;
using Peregrine.Primitives;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Sessions;
using Peregrine.Sequencing.Tests.Doors;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests.Doors;

/// <summary>Two clients behind a door, for tests that hold for every door: they ask, and are answered, in the same words.</summary>
internal abstract class DoorUser : IDisposable
{
    /// <summary>Clients 0 and 1, of accounts 0 and 1.</summary>
    public static readonly ClientSession[] Clients = [new("FIRST", [0]), new("SECOND", [1])];

    /// <summary>The answers to each client in order: kind, client order id, and a reason where there is one.</summary>
    public List<string>[] Told { get; } = [[], []];

    /// <summary>Answers so far; counted also where <see cref="Told"/> is not kept.</summary>
    public long Answers { get; protected set; }

    /// <summary>False: answers are counted only, and nothing is allocated for them.</summary>
    public bool KeepsAnswers { get; set; } = true;

    /// <summary>The options of a link with the door, for these clients.</summary>
    public abstract LinkOptions Configure(LinkOptions options, IReadOnlyList<ClientSession> clients);

    /// <summary>Comes in; also after a restart.</summary>
    public abstract void Enter(LinkRig rig);

    /// <summary>Asks for a new order of 5 lots at a price.</summary>
    public abstract void New(int client, long number, Side side, long ticks, int account);

    /// <summary>Asks to cancel an order.</summary>
    public abstract void Cancel(int client, long number, long original, Side side);

    /// <summary>Takes the answers that are there.</summary>
    public abstract void Take(LinkRig rig);

    public virtual void Dispose()
    {
    }

    /// <summary>Passes of the link until so many answers came.</summary>
    public void Await(LinkRig rig, long answers)
    {
        for (int pass = 0; Answers < answers; pass++)
        {
            if (pass > 1_000_000 || !rig.Link.TryPass())
            {
                Assert.Fail($"{Answers} of {answers} answers: {string.Join("; ", Told.SelectMany(told => told))}; {rig.Link.Failure}");
            }

            Take(rig);
        }
    }

    protected static OrderCommand NewOf(int client, long number, Side side, long ticks, int account)
    {
        OrderCommand command = new()
        {
            Type = CommandType.New, SessionId = SessionId.Of(Clients[client].CompId), AccountId = account, Side = side, OrderType = OrderType.Limit,
            TimeInForce = TimeInForce.Day, Price = new Price(ticks), Quantity = new Quantity(5),
        };
        command.ClientOrderId = IdOf(number);
        return command;
    }

    protected static OrderCommand CancelOf(int client, long number, long original, Side side) => new()
    {
        Type = CommandType.Cancel, SessionId = SessionId.Of(Clients[client].CompId), AccountId = client, Side = side,
        ClientOrderId = IdOf(number), OriginalClientOrderId = IdOf(original),
    };

    protected void Tell(int client, IntakeStatus status, ReportType type, RejectReason reason, in ClientOrderId id)
    {
        Answers++;
        if (KeepsAnswers)
        {
            Told[client].Add(status != IntakeStatus.Ok ? $"{status} {id}" : reason == RejectReason.None ? $"{type} {id}" : $"{type} {id} {reason}");
        }
    }

    private static ClientOrderId IdOf(long number)
    {
        Span<byte> text = stackalloc byte[20];
        _ = number.TryFormat(text, out int digits);
        _ = ClientOrderId.TryCreate(text[..digits], out ClientOrderId id);
        return id;
    }
}

/// <summary>Behind local ports, one of both clients.</summary>
internal sealed class LocalUser : DoorUser
{
    private LocalPort _port = null!;

    public override LinkOptions Configure(LinkOptions options, IReadOnlyList<ClientSession> clients)
    {
        _port = new LocalPort(clients, 1 << 14);
        return options with { LocalPorts = [_port] };
    }

    public override void Enter(LinkRig rig)
    {
    }

    public override void New(int client, long number, Side side, long ticks, int account) =>
        Assert.True(_port.TrySubmit(NewOf(client, number, side, ticks, account)));

    public override void Cancel(int client, long number, long original, Side side) =>
        Assert.True(_port.TrySubmit(CancelOf(client, number, original, side)));

    public override void Take(LinkRig rig)
    {
        while (_port.TryRead(out LocalEvent local))
        {
            IntakeStatus status = local.Kind switch
            {
                LocalEventKind.NoOrderId => IntakeStatus.NoOrderId,
                LocalEventKind.JournalFull => IntakeStatus.NoSpace,
                LocalEventKind.Blocked => IntakeStatus.Blocked,
                LocalEventKind.Throttled => IntakeStatus.Throttled,
                _ => IntakeStatus.Ok,
            };
            if (local.Kind != LocalEventKind.Completed)
            {
                int client = local.Report.SessionId == SessionId.Of(Clients[0].CompId) ? 0 : 1;
                Tell(client, status, local.Report.Type, local.Report.Reason, in local.Report.ClientOrderId);
            }
        }
    }
}

/// <summary>Behind the smallest of doors.</summary>
internal sealed class PlainUser : DoorUser
{
    public PlainDoor Door { get; private set; } = null!;

    public override LinkOptions Configure(LinkOptions options, IReadOnlyList<ClientSession> clients)
    {
        Door = new PlainDoor([.. clients]);
        return options with { Doors = [Door] };
    }

    public override void Enter(LinkRig rig)
    {
    }

    public override void New(int client, long number, Side side, long ticks, int account) =>
        Assert.True(Door.TryAsk(client, NewOf(client, number, side, ticks, account)));

    public override void Cancel(int client, long number, long original, Side side) =>
        Assert.True(Door.TryAsk(client, CancelOf(client, number, original, side)));

    public override void Take(LinkRig rig)
    {
        while (Door.Answers.TryRead(out PlainAnswer answer))
        {
            Tell(answer.Place, answer.Status, answer.Type, answer.Reason, answer.ClientOrderId);
        }
    }
}

/// <summary>Behind FIX, a connection each.</summary>
internal sealed class FixUser : DoorUser
{
    private readonly FixClient?[] _clients = new FixClient?[2];
    private long _counted;
    private long _countedBefore;

    public override LinkOptions Configure(LinkOptions options, IReadOnlyList<ClientSession> clients) => options with { Sessions = clients };

    public override void Enter(LinkRig rig)
    {
        for (int client = 0; client < 2; client++)
        {
            int own = client;
            FixClient? before = _clients[client];
            before?.Dispose();
            _clients[client] = rig.Connect(before?.NextOutgoing ?? 1, before?.NextIncoming ?? 1, KeepsAnswers ? message => Tell(own, message) : null,
                Clients[client].CompId);
        }

        _countedBefore += _counted;
        _counted = 0;
    }

    public override void New(int client, long number, Side side, long ticks, int account) =>
        _clients[client]!.New(number, side == Side.Buy ? '1' : '2', account == 0 ? "A"u8 : "B"u8, ticks, 5);

    public override void Cancel(int client, long number, long original, Side side) =>
        _clients[client]!.Cancel(number, original, side == Side.Buy ? '1' : '2');

    public override void Take(LinkRig rig)
    {
        foreach (FixClient? client in _clients)
        {
            client!.Receive();
        }

        if (!KeepsAnswers)
        {
            _counted = _clients[0]!.Messages('8') + _clients[1]!.Messages('8');
            Answers = _countedBefore + _counted;
        }
    }

    public override void Dispose()
    {
        foreach (FixClient? client in _clients)
        {
            client?.Dispose();
        }
    }

    private void Tell(int client, string message)
    {
        Dictionary<string, string> fields = message.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split('=', 2))
            .GroupBy(parts => parts[0]).ToDictionary(same => same.Key, same => same.First()[1]);
        string text = fields.GetValueOrDefault("58", "");
        string name = text.Split(':')[0];
        switch (fields["35"])
        {
            case "8":
                ReportType type = fields["150"] switch
                {
                    "0" => ReportType.Accepted,
                    "F" => ReportType.Trade,
                    "4" => ReportType.Cancelled,
                    _ => ReportType.Rejected,
                };
                Tell(client, IntakeStatus.Ok, type, Enum.TryParse(name, out RejectReason reason) ? reason : RejectReason.None,
                    ClientOrderId.From(fields["11"]));
                break;
            case "j":
                IntakeStatus status = text.StartsWith("no order ids", StringComparison.Ordinal) ? IntakeStatus.NoOrderId
                    : name == "JournalFull" ? IntakeStatus.NoSpace : Enum.Parse<IntakeStatus>(name);
                Tell(client, status, default, default, ClientOrderId.From(fields["379"]));
                break;
            default:
                break;
        }
    }
}
