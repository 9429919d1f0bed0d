using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Peregrine.Api;
using Peregrine.Distribution;
using Peregrine.Distribution.Wire;
using Peregrine.Feeds;
using Peregrine.Trading.MarketData;

namespace Peregrine.Running;

/// <summary>Drives the distribution from a recorded feed, at its own pace or a multiple of it.</summary>
internal sealed class FeedFileDriver : IFlowDriver
{
    // The smallest step of prices is taken from so many messages, as feeds do not tell it.
    private const int SampledMessages = 5_000;
    private const long DayNs = 86_400_000_000_000;
    private readonly string _path;
    private readonly double _speed;
    private readonly MarketDataServer _server;
    private readonly ILogger _log;
    private readonly FeedReader _feed;
    private readonly Dictionary<int, int> _ids = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly int _decimals;
    private readonly long _tickUnits;
    private readonly long _timeOffsetNs;
    private long _messages;

    /// <summary>Opens the file; it plays when it is started.</summary>
    /// <param name="speed">Multiple of the recorded speed; 0 is as fast as it goes.</param>
    /// <exception cref="FeedException">It is no feed that is known.</exception>
    public FeedFileDriver(string path, double speed, MarketDataServer server, ILogger log)
    {
        (_path, _speed, _server, _log) = (path, speed, server, log);
        _tickUnits = SampleTick(path);
        _feed = FeedFile.Open(path);
        _decimals = (int)Math.Round(Math.Log10(_feed.PriceScale));

        // Feeds of a day count from its midnight; the date is in the name of LOBSTER files.
        bool isOfADay = _feed is not DbnReader;
        bool isDated = DateTime.TryParseExact(Part(1), "yyyy-MM-dd", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime date);
        _timeOffsetNs = isOfADay ? ((isDated ? date : DateTime.UtcNow.Date) - DateTime.UnixEpoch).Days * DayNs : 0;
        _thread = new Thread(Play) { IsBackground = true, Name = "feed" };
    }

    /// <inheritdoc/>
    public FlowView View()
    {
        string pace = _speed == 0 ? "as fast as it goes" : $"{_speed.ToString(CultureInfo.InvariantCulture)}x";
        return new FlowView("feed", $"{Path.GetFileName(_path)} at {pace}, " +
            $"{Volatile.Read(ref _messages).ToString("N0", CultureInfo.InvariantCulture)} messages", 0, 0);
    }

    /// <inheritdoc/>
    public void Start() => _thread.Start();

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _feed.Dispose();
        _stop.Dispose();
    }

    private static long SampleTick(string path)
    {
        using FeedReader feed = FeedFile.Open(path);
        long tick = 0;
        for (int message = 0; message < SampledMessages && feed.TryRead(out BookUpdate update) == FeedStatus.Ok; message++)
        {
            tick = Gcd(tick, Math.Abs(update.Price));
        }

        return Math.Max(tick, 1);
    }

    private static long Gcd(long left, long right)
    {
        while (right != 0)
        {
            (left, right) = (right, left % right);
        }

        return left;
    }

    private void Play()
    {
        Pacer pacer = new(_speed, _stop.Token);
        FeedStatus status = FeedStatus.End;
        while (!_stop.IsCancellationRequested && (status = _feed.TryRead(out BookUpdate update)) == FeedStatus.Ok)
        {
            pacer.WaitFor(update.TimeNs);
            Volatile.Write(ref _messages, _messages + 1);
            if (update.Kind == BookUpdateKind.Directory)
            {
                Name(update);
            }
            else if (update.Kind != BookUpdateKind.Other)
            {
                update.InstrumentId = IdOf(update);
                update.TimeNs += _timeOffsetNs;
                _server.Publish(update);
                _server.Signal();
            }
        }

        if (!_stop.IsCancellationRequested)
        {
            TellEnd(status);
        }
    }

    private void TellEnd(FeedStatus status)
    {
        switch (status)
        {
            case FeedStatus.End:
                _log.FeedEnded(_path);
                break;
            case FeedStatus.Truncated:
                _log.FeedTruncated(_path, _feed.MessageOffset);
                break;
            default:
                _log.FeedBroken(_feed.Explain(status));
                break;
        }
    }

    private void Name(in BookUpdate update)
    {
        string symbol = Encoding.ASCII.GetString(Itch50Decoder.SymbolOf(_feed.Message)).Trim();
        if (symbol.Length > 0)
        {
            _ids[update.InstrumentId] = Define(symbol);
        }
    }

    // ITCH names its instruments, LOBSTER files have the symbol in their name, DBN has numbers only.
    private int IdOf(in BookUpdate update)
    {
        if (!_ids.TryGetValue(update.InstrumentId, out int id))
        {
            id = Define(_feed is LobsterReader && Part(0) is { Length: > 0 and <= WireLimits.SymbolBytesMax } named
                && named.All(char.IsAsciiLetterOrDigit)
                ? named
                : $"ID-{update.InstrumentId.ToString(CultureInfo.InvariantCulture)}");
            _ids.Add(update.InstrumentId, id);
        }

        return id;
    }

    private int Define(string symbol) => _server.Define(new InstrumentInfo(symbol, _decimals, _tickUnits, 1));

    private string Part(int index)
    {
        string[] parts = Path.GetFileName(_path).Split('_', '.');
        return index < parts.Length ? parts[index] : "";
    }
}
