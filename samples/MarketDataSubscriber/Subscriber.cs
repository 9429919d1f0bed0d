using Google.Protobuf;
using Peregrine.MarketData.V1;

namespace Peregrine.Samples;

/// <summary>One connection's worth of frames: keeps the books, checks the protocol, prints.</summary>
/// <param name="options">What the user asked for.</param>
/// <param name="output">Books, or JSON.</param>
/// <param name="notices">What the user has to be told in any case.</param>
public sealed class Subscriber(SubscriberOptions options, TextWriter output, TextWriter notices)
{
    private const uint VersionKnown = 1;
    private const uint PriceDecimalsMax = 18;
    private const int HeartbeatsMissedMax = 3;
    private static readonly TimeSpan WelcomePatience = TimeSpan.FromSeconds(10);

    private readonly BookPrinter _printer = new(output);
    private readonly Dictionary<uint, Instrument> _instruments = [];
    private readonly Dictionary<(uint InstrumentId, Depth Depth), SubscriberBook> _books = [];
    private bool _isWelcome;

    /// <summary>How long to wait for the next frame.</summary>
    public TimeSpan Patience { get; private set; } = WelcomePatience;

    /// <summary>Snapshots and increments so far.</summary>
    public long FrameCount { get; private set; }

    /// <summary>What to send first.</summary>
    /// <returns>A Subscribe for all symbols.</returns>
    public Request Subscribe() => new() { Subscribe = new Subscribe { Symbols = { options.Symbols }, Depth = options.Depth } };

    /// <summary>Takes the next frame.</summary>
    /// <param name="frame">As it came; null when the server closed the connection.</param>
    /// <returns>False when this was the last one, and all is as the user asked.</returns>
    /// <exception cref="SubscriberException">The end, and not the one that the user asked for.</exception>
    public bool Take(Frame? frame)
    {
        if (frame is null)
        {
            throw new SubscriberException("the server closed the connection without a Goodbye");
        }

        if (options.IsJson)
        {
            output.WriteLine(JsonFormatter.Default.Format(frame));
        }

        if (!_isWelcome && frame.BodyCase is not (Frame.BodyOneofCase.Welcome or Frame.BodyOneofCase.Goodbye))
        {
            throw new SubscriberException($"the first frame is no Welcome but {frame.BodyCase}: is this a market data port?");
        }

        return Dispatch(frame);
    }

    private bool Dispatch(Frame frame)
    {
        switch (frame.BodyCase)
        {
            case Frame.BodyOneofCase.Welcome:
                OnWelcome(frame.Welcome);
                return true;
            case Frame.BodyOneofCase.Instrument:
                OnInstrument(frame.Instrument);
                return true;
            case Frame.BodyOneofCase.Snapshot:
                return OnSnapshot(frame.Snapshot);
            case Frame.BodyOneofCase.Increment:
                return OnIncrement(frame.Increment);
            case Frame.BodyOneofCase.Conflated:
                OnConflated(frame.Conflated);
                return true;
            case Frame.BodyOneofCase.Refused:
                // There is one request only: without it, nothing would ever come.
                throw new SubscriberException($"refused, {frame.Refused.Reason}: {frame.Refused.Text}");
            case Frame.BodyOneofCase.Goodbye:
                return OnGoodbye(frame.Goodbye);
            default:
                // A heartbeat has done its work by coming; a kind of frame that this program does not know is not for it.
                return true;
        }
    }

    private void OnWelcome(Welcome welcome)
    {
        if (welcome.Version != VersionKnown)
        {
            throw new SubscriberException($"the server speaks version {welcome.Version}, this program version {VersionKnown}");
        }

        _isWelcome = true;
        Patience = welcome.HeartbeatMs == 0 ? Timeout.InfiniteTimeSpan : HeartbeatsMissedMax * TimeSpan.FromMilliseconds(welcome.HeartbeatMs);
        Say($"connected: {welcome.InstrumentCount} instruments from {welcome.Source}, a heartbeat each {welcome.HeartbeatMs} ms");
    }

    private void OnInstrument(Instrument instrument)
    {
        if (instrument.PriceDecimals > PriceDecimalsMax)
        {
            throw new SubscriberException($"{instrument.Symbol}: {instrument.PriceDecimals} decimals, expected {PriceDecimalsMax} at most");
        }

        _instruments[instrument.InstrumentId] = instrument;
        _books.TryAdd((instrument.InstrumentId, instrument.Depth), new SubscriberBook(instrument.Depth));
    }

    private bool OnSnapshot(Snapshot snapshot)
    {
        (Instrument instrument, SubscriberBook book) = Find(snapshot.InstrumentId, snapshot.Depth);
        Check(instrument, book, () => book.Apply(snapshot));
        if (book.IsWhole)
        {
            Show(instrument, book, snapshot.Trades);
        }

        return Count();
    }

    private bool OnIncrement(Increment increment)
    {
        (Instrument instrument, SubscriberBook book) = Find(increment.InstrumentId, increment.Depth);
        Check(instrument, book, () => book.Apply(increment));
        Show(instrument, book, increment.Trades);
        return Count();
    }

    // The snapshot that follows brings the book up to date; until then it is old, but not wrong.
    private void OnConflated(Conflated conflated)
    {
        (Instrument instrument, SubscriberBook book) = Find(conflated.InstrumentId, conflated.Depth);
        notices.WriteLine($"{Name(instrument, book)}: conflated after sequence {conflated.LastSequence}, time {conflated.Count} on this connection: "
            + "this program reads too slowly, a snapshot follows");
    }

    private bool OnGoodbye(Goodbye goodbye)
    {
        string text = $"the server said goodbye, {goodbye.Reason}: {goodbye.Text}";
        if (goodbye.Reason != Reason.ShuttingDown || options.CountMax is not null)
        {
            throw new SubscriberException(text);
        }

        notices.WriteLine(text);
        return false;
    }

    private (Instrument Instrument, SubscriberBook Book) Find(uint instrumentId, Depth depth) =>
        _books.TryGetValue((instrumentId, depth), out SubscriberBook? book)
            ? (_instruments[instrumentId], book)
            : throw new SubscriberException(
                $"a frame for instrument {instrumentId} at depth {BookPrinter.DepthText(depth)}, which no Instrument named");

    private static void Check(Instrument instrument, SubscriberBook book, Action apply)
    {
        try
        {
            apply();
        }
        catch (SubscriberException exception)
        {
            throw new SubscriberException($"{Name(instrument, book)}: {exception.Message}");
        }
    }

    private void Show(Instrument instrument, SubscriberBook book, IEnumerable<Trade> trades)
    {
        if (options.IsJson || options.IsQuiet)
        {
            return;
        }

        if (book.Depth == Depth.Trades)
        {
            _printer.Print(instrument, trades);
        }
        else
        {
            _printer.Print(instrument, book);
        }
    }

    private bool Count() => ++FrameCount != options.CountMax;

    private void Say(string text)
    {
        if (!options.IsJson && !options.IsQuiet)
        {
            output.WriteLine(text);
        }
    }

    private static string Name(Instrument instrument, SubscriberBook book) => $"{instrument.Symbol} {BookPrinter.DepthText(book.Depth)}";
}
