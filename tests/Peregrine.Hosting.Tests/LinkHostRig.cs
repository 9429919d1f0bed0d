using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Peregrine.Gateway;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Hosting.Tests;

/// <summary>A folder, small options, and what was logged, for hosts that tests start.</summary>
internal sealed class LinkHostRig : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hosting-");

    /// <summary>Where a link keeps its data.</summary>
    public string Folder => _folder.FullName;

    /// <summary>What hosts of this rig logged.</summary>
    public LogLines Lines { get; } = new();

    /// <summary>Options of a link that takes little.</summary>
    public LinkOptions Small(LinkOptions before) => before with
    {
        DataFolder = Folder,
        FixEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
        Sessions = [new ClientSession("CLIENT", AccountIds: [0])],
        Rules = new TradingRules(
            [new Instrument(0, "ACME", PriceDecimals: 2, TickUnits: 1, LotUnits: 1, IsOpen: true)],
            [new Account(0, "HOUSE", new AccountLimits(MaxQuantityUnits: 10_000, MaxNotionalUnits: 1_000_000, CollarBasisPoints: 500))]),
        SegmentBytes = 8 << 20,
        SessionStoreBytes = 1 << 20,
        OrdersMax = 1_024,
        ClientOrderIdsMax = 4_096,
        InFlightMax = 256,
    };

    /// <summary>A builder whose hosts log here and take nothing from the environment.</summary>
    public HostApplicationBuilder Builder()
    {
        HostApplicationBuilder builder = new(new HostApplicationBuilderSettings { DisableDefaults = true });
        _ = builder.Logging.AddProvider(Lines);
        return builder;
    }

    /// <summary>A host with a small link, not started.</summary>
    public IHost Host(Action<LinkHostOptions>? change = null)
    {
        HostApplicationBuilder builder = Builder();
        _ = builder.Services.AddPeregrineLink(options =>
        {
            options.Link = Small(options.Link);
            change?.Invoke(options);
        });
        return builder.Build();
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
