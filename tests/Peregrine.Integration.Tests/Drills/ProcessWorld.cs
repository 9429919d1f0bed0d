using System.Diagnostics;
using System.Net;
using Peregrine.Gateway.Tests.Drills;
using Peregrine.Integration.Tests.Link;

namespace Peregrine.Integration.Tests.Drills;

/// <summary>The built command on a data folder, and FIX clients whose numbers outlive it.</summary>
internal sealed class ProcessWorld : IDisposable
{
    private const int PatienceMs = 15_000;
    private const int StepMs = 250;

    private const string Configuration = """
        {
          "instruments": [ { "symbol": "TEST", "tickSize": "0.01", "referencePrice": "100.00" } ],
          "accounts": [ { "name": "ACCOUNT1" }, { "name": "ACCOUNT2" }, { "name": "ACCOUNT3" } ],
          "sessions": [
            { "targetCompId": "DRILL1", "accounts": ["ACCOUNT1"] }, { "targetCompId": "DRILL2", "accounts": ["ACCOUNT2"] },
            { "targetCompId": "DRILL3", "accounts": ["ACCOUNT3"] }
          ],
          "fix": { "sessionStoreMiB": 1 },
          "journal": { "segmentMiB": 8, "snapshot": { "everyCommands": 150 } },
          "capacity": { "orders": 4096, "clientOrderIds": 65536 }
        }
        """;

    private readonly string _root = FolderImage.NewFolder();
    private readonly string _durability;
    private LinkProcess? _link;
    private int _tests;

    public ProcessWorld(string durability)
    {
        _durability = durability;
        DataFolder = Path.Combine(_root, "data");
        File.WriteAllText(Path.Combine(_root, "drill.json"), Configuration);
    }

    public string DataFolder { get; private set; }

    public IReadOnlyList<DrillClient> Clients { get; } = [NewClient("DRILL1"), NewClient("DRILL2"), NewClient("DRILL3")];

    /// <summary>The state hash that the start came to.</summary>
    public string StateHash => _link!.LogLine("state hash ").Split("state hash ")[1].Trim();

    /// <summary>The last of what the link told.</summary>
    public string LastLines => string.Join(" / ", _link!.Log.ToArray().TakeLast(8));

    public string NewFolder(string name) => Path.Combine(_root, name);

    /// <summary>Starts on a folder.</summary>
    /// <returns>Null, or what the command said instead.</returns>
    public string? TryStart(string dataFolder, params string[] options)
    {
        DataFolder = dataFolder;
        try
        {
            _link = LinkProcess.StartWith(
                dataFolder,
                [
                    "--config", Path.Combine(_root, "drill.json"), "--no-simulator", "--no-console",
                    "--set", $"journal.durability={_durability}", .. options,
                ]);
            return null;
        }
        catch (InvalidOperationException refused)
        {
            return refused.Message;
        }
    }

    /// <summary>kill -9, in the middle of whatever it does.</summary>
    public void Kill()
    {
        _link?.Kill();
        _link?.Dispose();
        _link = null;
        foreach (DrillClient client in Clients)
        {
            client.Drop();
        }
    }

    /// <summary>A Logon that is answered, or refused.</summary>
    public bool TryLogon(DrillClient client, bool reset = false)
    {
        client.Connect(new IPEndPoint(IPAddress.Loopback, _link!.Port), reset);
        return Wait(() => client.IsLoggedOn || !client.IsConnected, PatienceMs, client) && client.IsLoggedOn;
    }

    /// <summary>Until each client has an answer to everything it sent, and nothing is left of a resend.</summary>
    /// <returns>False when a client that is logged on does not come to rest.</returns>
    public bool Settle(IEnumerable<string>? orders = null)
    {
        bool isAnswered = orders is null || Wait(() => orders.All(IsAnswered), PatienceMs);
        return isAnswered && Clients.Where(client => client.IsLoggedOn).All(IsAtRest);
    }

    /// <summary>Whether a client has got everything that was on its way to it.</summary>
    /// <remarks>A Heartbeat that is asked for comes behind everything before it; one may fall into a resend, and is then not sent.</remarks>
    public bool IsAtRest(DrillClient client)
    {
        for (int count = 0; count < PatienceMs / StepMs && client.IsLoggedOn; count++)
        {
            string id = $"REST{++_tests}";
            client.Send("1", $"112={id}");
            if (Wait(() => (client.LastTestAnswer == id && !client.Ledger.IsWaiting) || !client.IsConnected, StepMs, client))
            {
                return client.IsLoggedOn;
            }
        }

        return false;
    }

    /// <summary>Takes what has come for anybody.</summary>
    public void Receive()
    {
        foreach (DrillClient client in Clients)
        {
            _ = client.Receive();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        Directory.Delete(_root, recursive: true);
    }

    private static DrillClient NewClient(string compId) => new(compId, sendsAgain: true);

    private bool IsAnswered(string order) => Clients.Any(client => client.Ledger.Answered.Contains(order));

    private bool Wait(Func<bool> isDone, int limitMs, DrillClient? alsoThis = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!isDone())
        {
            if (watch.ElapsedMilliseconds > limitMs)
            {
                return false;
            }

            Receive();
            alsoThis?.Receive();
            _ = Thread.Yield();
        }

        return true;
    }
}
