using System.Net;
using Microsoft.Extensions.Logging;
using Peregrine.Distribution.Subscribing;
using Peregrine.Testing;

namespace Peregrine.Distribution.Tests.Subscribing;

public class MarketDataClientTests
{
    [Fact]
    public void Client_ConnectedAndLost_IsLoggedWithTheServerAndTheReason()
    {
        ListLogger log = new();
        ServerRig rig = new(null, "AAA");
        IPEndPoint server = rig.Server.EndPoint;
        int lost = 0;
        using (MarketDataClient client = new(server, new SubscribedBooks(), [], log, () => Interlocked.Increment(ref lost)))
        {
            client.Start();
            ServerRig.Until(() => client.IsConnected, "the client is connected");
            rig.Dispose();
            ServerRig.Until(() => Volatile.Read(ref lost) == 1, "the client has lost its server");
        }

        LoggedMessage[] messages = log.Messages;
        Assert.Equal([(LogLevel.Information, 4201), (LogLevel.Warning, 4202)], messages.Select(message => (message.Level, message.Id)));
        Assert.Equal($"market data of {server}: connected", messages[0].Text);
        Assert.Equal($"Server={server}", messages[0].Values);
        Assert.StartsWith($"market data of {server}: connection lost (", messages[1].Text, StringComparison.Ordinal);
        Assert.EndsWith("); connecting again", messages[1].Text, StringComparison.Ordinal);
    }
}
