using Peregrine.Sequencing.Sessions;
using Peregrine.Sequencing.Snapshots;
using Peregrine.Testing;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests;

/// <summary>Reports that a second core makes again: from exactly the one that was asked for, and never more cores than there may be.</summary>
public class RemakerTests
{
    private const int OrderCount = 20;
    private const int LooksMax = 20_000;

    [Theory]
    [InlineData(1)]
    [InlineData(OrderCount - 1)]
    [InlineData(OrderCount)]
    [InlineData(OrderCount + 1)]
    public void Report_AroundASnapshot_IsTheOneThatWasAskedFor(int wanted)
    {
        using LinkRig rig = new();
        List<long> execIds = Fill(rig);
        using ReportRemaker remaker = new(SourceOf(rig), SessionId.Of("CLIENT"), wanted);

        foreach (int number in new[] { wanted, wanted + 1 })
        {
            (RemadeStatus status, OrderReport report) = Take(remaker, number);

            Assert.Equal((RemadeStatus.Made, execIds[number - 1]), (status, report.ExecId));
        }

        Assert.Equal(RemadeStatus.Gap, remaker.TryTake(wanted - 1, out _));
    }

    [Fact]
    public void Sessions_MoreThanAreServedAtATime_WaitForAPlace()
    {
        using LinkRig rig = new();
        _ = Fill(rig);
        ListLogger log = new();
        using RemakerPool pool = new(SourceOf(rig), log);
        AClient[] sessions = [.. Enumerable.Range(1, 4).Select(number => new AClient(number))];

        // Asked twice, and in the line once.
        RemadeStatus[] said = [.. sessions.Concat(sessions).Select(session => pool.TryTake(session, 1, out _))];

        Assert.All(said, status => Assert.Equal(RemadeStatus.Wait, status));
        Assert.Equal((2, 2), (pool.Started, log.Lines.Length));
        Assert.True(pool.IsMaking, "two are at work and two wait");
    }

    // Three lots of orders, with a snapshot behind the first; the execution ids of the session's reports.
    private static List<long> Fill(LinkRig rig)
    {
        List<long> execIds = [];
        using (FixClient client = rig.Connect(seen: message => Add(message, execIds)))
        {
            for (int lot = 0; lot < 3; lot++)
            {
                for (int order = 0; order < OrderCount; order++)
                {
                    client.New(1 + (lot * OrderCount) + order, '1', "A"u8, 10_000, 1);
                }

                rig.Pump(client, () => execIds.Count == (lot + 1) * OrderCount);
                if (lot == 0)
                {
                    _ = Snapshotter.Take(new SnapshotRequest(Path.Combine(rig.DataFolder, "journal"),
                        Path.Combine(rig.DataFolder, "snapshots"), Keep: 2));
                }
            }
        }

        rig.Link.Dispose();
        return execIds;
    }

    private static void Add(string message, List<long> execIds)
    {
        if (message.Contains("|35=8|", StringComparison.Ordinal))
        {
            execIds.Add(long.Parse(message.Split("|17=")[1].Split('|')[0], System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static ReportSource SourceOf(LinkRig rig) => new(rig.DataFolder, () => long.MaxValue, () => { });

    // It has a thread of its own, at the lowest priority.
    private static (RemadeStatus Status, OrderReport Report) Take(ReportRemaker remaker, long number)
    {
        for (int look = 0; ; look++)
        {
            RemadeStatus status = remaker.TryTake(number, out ReportView report);
            if (status != RemadeStatus.Wait)
            {
                return (status, status == RemadeStatus.Made ? report.ToReport() : default);
            }

            Assert.True(look < LooksMax, $"report {number} is made in the end");
            Thread.Sleep(1);
        }
    }

    private sealed class AClient(int id) : IReportClient
    {
        public int Id { get; } = id;

        public string Name => $"C{Id}";

        public bool IsBehind => true;

        public void GoOn(long nowNs)
        {
        }
    }
}
