#if !CHECKED // With the checks of hot loops on, capacities are tiny.
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests.Orders;

/// <summary>What a core takes is known before it is made.</summary>
public class CoreOptionsTests
{
    // The memory of the process is counted: where other tests ran before, the runtime may give back what was theirs meanwhile.
    [Fact]
    [Trait("Needs", "Quiet")]
    public void EstimateBytes_OfEachBound_IsNearWhatTheCoreTakes()
    {
        CoreOptions small = new() { OrdersMax = 1 << 8, ClosedOrdersMax = 1 << 8, ClientOrderIdsMax = 1 << 8 };

        // All stay, so that none is made of what another gave back.
        List<TradingCore> cores = [new TradingCore(small)];
        CoreOptions[] larger =
            [small with { OrdersMax = 1 << 18 }, small with { ClosedOrdersMax = 1 << 18 }, small with { ClientOrderIdsMax = 1 << 20 }];
        foreach (CoreOptions options in larger)
        {
            long before = DataBytes();

            cores.Add(new TradingCore(options));

            long taken = DataBytes() - before;
            long estimate = options.EstimateBytes();
            Assert.True(estimate > taken * 0.9 && estimate < taken * 1.5, $"{options}: {taken:N0} bytes taken, {estimate:N0} estimated");
        }

        GC.KeepAlive(cores);
    }

    // Private writable memory of the process, in pages. Source: proc_pid_statm(5).
    private static long DataBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        string pages = File.ReadAllText("/proc/self/statm").Split(' ')[5];
        return long.Parse(pages, System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }
}
#endif
