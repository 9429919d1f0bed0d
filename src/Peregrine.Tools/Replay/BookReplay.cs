using System.Globalization;
using Peregrine.Cli;
using Peregrine.Feeds;
using Peregrine.Feeds.Orders;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Tools.Replay;

/// <summary>What to do with a feed.</summary>
internal sealed record ReplayOptions
{
    /// <summary>Where the best bid and offer after every message go; null for nowhere.</summary>
    public string? BboPath { get; init; }

    /// <summary>What the first row of an order book file says; null without.</summary>
    public BookSeed? Seed { get; init; }

    /// <summary>Turns messages into orders; null without.</summary>
    public OrderReplay? Orders { get; init; }

    /// <summary>Multiple of the recorded speed; 0 is as fast as it goes.</summary>
    public double Speed { get; init; }

    /// <summary>A feed that ends in the middle of a message counts as whole up to there.</summary>
    public bool AllowTruncated { get; init; }

    /// <summary>Gets a line for a person now and then.</summary>
    public Action<string> Progress { get; init; } = _ => { };
}

/// <summary>Reads a feed to its end through decoder and books.</summary>
internal sealed class BookReplay(FeedReader feed, ReplayOptions options)
{
    // A look at the clock every so many messages.
    private const int ProgressMessages = 65_536;
    private const long ProgressNs = 200_000_000;

    private long _nextProgressNs;

    /// <summary>The books as they are now.</summary>
    public MarketBooks Books { get; } = new();

    /// <summary>What was counted.</summary>
    public ReplayCounts Counts { get; } = new();

    /// <summary>How the feed ended: End, or Truncated.</summary>
    public FeedStatus Ending { get; private set; }

    /// <summary>Wall time in nanoseconds, waiting for <see cref="ReplayOptions.Speed"/> included.</summary>
    public long WallNs { get; private set; }

    /// <summary>Replays.</summary>
    /// <exception cref="CommandException">A message is malformed, or an output cannot be written. Nothing is left behind.</exception>
    public void Run()
    {
        using BboWriter? bbo = options.BboPath is { } path ? new BboWriter(path, feed.Name, feed.PriceScale) : null;
        Pacer pacer = new(options.Speed);
        long startNs = Clock.MonotonicNs;
        FeedStatus status;
        while ((status = feed.TryRead(out BookUpdate update)) == FeedStatus.Ok)
        {
            pacer.WaitFor(update.TimeNs);
            Apply(update);
            bbo?.Write(Books, update.InstrumentId);
            if (Counts.Messages % ProgressMessages == 0)
            {
                ShowProgress(startNs);
            }
        }

        Ending = status;
        WallNs = Math.Max(Clock.MonotonicNs - startNs, 1);
        if (status == FeedStatus.Malformed)
        {
            throw new CommandException(feed.Explain(status));
        }

        RefuseForeign();
        if (status == FeedStatus.End || options.AllowTruncated)
        {
            bbo?.Commit();
        }
    }

    private void Apply(in BookUpdate update)
    {
        Counts.Add(update);
        bool isDifferent = options.Orders is { } orders && orders.Play(Books, update);
        _ = Books.Apply(update);
        if (isDifferent)
        {
            options.Orders!.Reset(Books, update.InstrumentId);
        }

        if (Counts.Messages == 1 && options.Seed is { } seed)
        {
            seed.ApplyTo(Books, update.InstrumentId);
            options.Orders?.Seed(Books, update.InstrumentId);
        }
    }

    private void RefuseForeign()
    {
        if (Counts.Messages == 0 && feed.OtherPackets > 0)
        {
            throw new CommandException($"{feed.Name}: none of its {feed.OtherPackets} packets is MoldUDP64; expected {feed.Expected}");
        }
    }

    private void ShowProgress(long startNs)
    {
        long nowNs = Clock.MonotonicNs;
        if (nowNs >= _nextProgressNs)
        {
            _nextProgressNs = nowNs + ProgressNs;
            double seconds = (nowNs - startNs) / 1e9;
            options.Progress(string.Create(CultureInfo.InvariantCulture, 
                $"{feed.Progress() * 100,3:N0} %  {Counts.Messages:N0} messages  {Counts.Messages / seconds / 1e6:N1} M/s  " +
                $"{Books.OrderCount:N0} orders"));
        }
    }
}
