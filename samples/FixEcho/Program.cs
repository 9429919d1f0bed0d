using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Net;
using Peregrine.Primitives;
using Peregrine.Samples;

Option<int> port = new("--port") { Description = "Port to listen on; 0 lets the system pick one.", DefaultValueFactory = _ => 5001 };
Option<string?> dictionaries = new("--dictionaries")
{
    Description = "Folder of QuickFIX XML dictionaries (FIX40.xml to FIX50SP2.xml); what is not there is Peregrine's own.",
};
RootCommand command = new(
    "FIX acceptor of every version on one port, as acceptance suites of FIX sessions expect it: sender ISLD, targets TW40 to TW44, " +
    "TW50, TW50SP1, TW50SP2 and TW; each logon begins with number 1. NewOrderSingle, SecurityDefinition and Email come back as they are. " +
    "It ends with SIGINT or SIGTERM.\n\nExample:\n  FixEcho --port 5001 --dictionaries /usr/share/quickfix")
{
    port, dictionaries,
};
command.SetAction(Run);
ParseResult parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine($"FixEcho: {string.Join($"{Environment.NewLine}FixEcho: ", parsed.Errors.Select(error => error.Message))}");
    Console.Error.WriteLine("See FixEcho --help");
    return 2;
}

return parsed.Invoke();

int Run(ParseResult result)
{
    try
    {
        using EventLoop loop = new(new EventLoopOptions());
        using FixAcceptor acceptor = new(loop, new FixAcceptorOptions
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, result.GetValue(port)),
            CompId = "ISLD",
            FrameBytesMax = 65_536,
            LogonTimeoutMs = 3_000,

            // The suites hold an acceptor to what QuickFIX does with a wrong length.
            TrustsBodyLength = true,
        });
        Versions versions = new(result.GetValue(dictionaries));
        foreach ((string target, string beginString, string applVerId) in Versions.Sessions)
        {
            FixDictionary dictionary = versions.Find(beginString, applVerId)!;
            FixSessionOptions options = OptionsOf(versions, target, beginString, applVerId, dictionary);
            acceptor.Add(new FixSession(options, new MemorySessionStore(), new Echo(dictionary)));
        }

        bool isStopped = false;
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            Volatile.Write(ref isStopped, true);
            loop.Wake();
        }

        Console.Out.WriteLine($"listening on {acceptor.EndPoint}");
        while (!Volatile.Read(ref isStopped))
        {
            _ = loop.Poll(timeoutMs: 50);
            acceptor.OnTick(Clock.UnixNs);
            acceptor.Continue(Clock.UnixNs);
            loop.FlushAll();
        }

        return 0;
    }
    catch (Exception fault) when (fault is IOException or InvalidDataException)
    {
        Console.Error.WriteLine($"FixEcho: {fault.Message}");
        return 1;
    }
}

static FixSessionOptions OptionsOf(Versions versions, string target, string beginString, string applVerId, FixDictionary dictionary) => new()
{
    CompId = "ISLD",
    PeerCompId = target,
    BeginString = beginString,
    DefaultApplVerId = applVerId,
    Dictionary = dictionary,
    Dictionaries = version => versions.Find(beginString, version),
    MessageTypes = ["D", "d", "C"],
    Validation = new FixValidation { AllowUserDefinedTags = false },
    ResetOnLogon = true,
    EarlyBytesMax = 1 << 20,
    MessageBytesMax = 65_536,
};
