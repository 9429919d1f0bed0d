using System.CommandLine;
using System.Net;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Net;
using Peregrine.Primitives;
using Peregrine.Samples;

Option<string> host = new("--host") { Description = "Address of the acceptor.", DefaultValueFactory = _ => "127.0.0.1" };
Option<int> port = new("--port") { Description = "Its port.", DefaultValueFactory = _ => 9880 };
Option<string> sender = new("--sender") { Description = "Our CompID.", DefaultValueFactory = _ => "CLIENT1" };
Option<string> target = new("--target") { Description = "Its CompID.", DefaultValueFactory = _ => "PEREGRINE" };
Option<string> version = new("--version-of-fix") { Description = "FIX.4.0 to FIX.4.4, or FIXT.1.1.", DefaultValueFactory = _ => "FIX.4.4" };
Option<string> application = new("--appl-ver-id") { Description = "Of FIXT.1.1: 2 to 9, as DefaultApplVerID.", DefaultValueFactory = _ => "9" };
Option<string> symbol = new("--symbol") { Description = "What the orders buy.", DefaultValueFactory = _ => "AAPL" };
Option<int> orders = new("--orders") { Description = "Limit orders to send once logged on.", DefaultValueFactory = _ => 1 };
Option<int> seconds = new("--seconds") { Description = "How long to stay; then it logs out.", DefaultValueFactory = _ => 5 };
RootCommand command = new(
    "FIX initiator on Peregrine.Fix.Net: logs on with new numbers, sends limit orders, prints what comes back, logs out.\n\n" +
    "Example:\n  FixClient --port 9880 --sender CLIENT1 --target PEREGRINE --symbol AAPL --orders 3")
{
    host, port, sender, target, version, application, symbol, orders, seconds,
};
command.SetAction(Run);
ParseResult parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine($"FixClient: {string.Join($"{Environment.NewLine}FixClient: ", parsed.Errors.Select(error => error.Message))}");
    Console.Error.WriteLine("See FixClient --help");
    return 2;
}

return parsed.Invoke();

int Run(ParseResult result)
{
    try
    {
        using EventLoop loop = new(new EventLoopOptions());
        Desk desk = new(result.GetValue(symbol)!, result.GetValue(orders));
        FixSession session = new(new FixSessionOptions
        {
            CompId = result.GetValue(sender)!,
            PeerCompId = result.GetValue(target)!,
            BeginString = result.GetValue(version)!,
            DefaultApplVerId = result.GetValue(application)!,
            IsInitiator = true,
            ResetOnLogon = true,
        }, new MemorySessionStore(), desk);
        IPEndPoint endPoint = new(IPAddress.Parse(result.GetValue(host)!), result.GetValue(port));
        using FixInitiator initiator = new(loop, new FixInitiatorOptions { EndPoint = endPoint }, session);
        long endNs = Clock.UnixNs + (result.GetValue(seconds) * 1_000_000_000L);
        bool saysGoodbye = false;
        while (!desk.IsOver && Clock.UnixNs < endNs + 3_000_000_000L)
        {
            _ = loop.Poll(timeoutMs: 50);
            initiator.OnTick(Clock.UnixNs);
            initiator.Continue(Clock.UnixNs);
            loop.FlushAll();
            if (!saysGoodbye && Clock.UnixNs >= endNs)
            {
                saysGoodbye = true;
                session.Logout("", Clock.UnixNs);
            }
        }

        if (desk.WasOn)
        {
            return 0;
        }

        string reason = session.LastEndReason.Length > 0 ? session.LastEndReason : "nobody answers";
        Console.Error.WriteLine($"FixClient: no logon at {endPoint}: {reason}");
        return 1;
    }
    catch (Exception fault) when (fault is ArgumentException or FormatException)
    {
        Console.Error.WriteLine($"FixClient: {fault.Message}");
        return 2;
    }
}
