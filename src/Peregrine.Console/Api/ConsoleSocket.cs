using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Peregrine.Api;

/// <summary>One console: sends what changed, at a rate that a browser can bear, and skips what it has no time for.</summary>
/// <remarks>One task sends, one listens. Bound: a message is only made when the one before is out, so nothing queues.</remarks>
internal sealed class ConsoleSocket(ApiContext context, WebSocket socket)
{
    private const int StepMs = 100;
    private const int StepsPerQuotes = 5;
    private const int StepsPerStatus = 10;
    private const int LevelsShown = 15;
    private const int TradesShown = 100;
    private const int OrdersShown = 200;
    private const int RequestBytesMax = 1_024;
    private const int ConsolesMax = 64;
    private static int _consoles;
    private readonly Dictionary<string, long> _quoteMarks = [];
    private string? _watched;
    private string? _sentSymbol;
    private long _bookMark;
    private long _tradeMark;
    private long _barFromMs;
    private long _orderMark;
    private long _rejectMark;
    private long _pointMark;
    private List<InstrumentView> _instruments = [];
    private IReadOnlyList<string> _accounts = [];

    /// <summary>Serves a request for /ws.</summary>
    public static async Task Serve(HttpContext http, ApiContext context, CancellationToken stop)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await Problems.OfField(StatusCodes.Status400BadRequest, "A WebSocket is expected here", "Upgrade",
                "not asked for, expected websocket: connect with ws://").ExecuteAsync(http).ConfigureAwait(false);
            return;
        }

        // A page of another site could read along otherwise: browsers tell where a page is from, and let it connect anywhere.
        string? origin = http.Request.Headers.Origin;
        if (origin is { Length: > 0 } && (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) || from.Authority != http.Request.Host.Value))
        {
            await Problems.OfField(StatusCodes.Status403Forbidden, "Another site's page", "Origin",
                $"{Problems.Shown(origin)}, expected http://{http.Request.Host}").ExecuteAsync(http).ConfigureAwait(false);
            return;
        }

        if (Interlocked.Increment(ref _consoles) > ConsolesMax)
        {
            _ = Interlocked.Decrement(ref _consoles);
            await Problems.Of(StatusCodes.Status503ServiceUnavailable, "Too many consoles", $"{ConsolesMax} are open; close one").ExecuteAsync(http)
                .ConfigureAwait(false);
            return;
        }

        try
        {
            using WebSocket socket = await http.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
            using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stop, http.RequestAborted);
            ConsoleSocket console = new(context, socket);
            Task listening = console.Listen(ended);
            await console.Send(ended.Token).ConfigureAwait(false);
            await listening.ConfigureAwait(false);
        }
        finally
        {
            _ = Interlocked.Decrement(ref _consoles);
        }
    }

    private async Task Listen(CancellationTokenSource ended)
    {
        byte[] buffer = new byte[RequestBytesMax];
        try
        {
            while (socket.State == WebSocketState.Open)
            {
                WebSocketReceiveResult result = await socket.ReceiveAsync(buffer, ended.Token).ConfigureAwait(false);
                if (result.MessageType == WebSocketMessageType.Close || !result.EndOfMessage)
                {
                    break;
                }

                Watch(buffer.AsSpan(0, result.Count));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException)
        {
            // The console is gone, or the link goes down: the sender ends as well.
        }

        await ended.CancelAsync().ConfigureAwait(false);
    }

    private void Watch(ReadOnlySpan<byte> message)
    {
        try
        {
            ConsoleMessage? request = JsonSerializer.Deserialize(message, ApiJson.Default.ConsoleMessage);
            if (request is { Type: "watch", Symbol: { } symbol } && context.Market.Book(symbol, 1) is not null)
            {
                Volatile.Write(ref _watched, symbol);
            }
        }
        catch (JsonException)
        {
            // No console of ours sends such a thing; there is nobody to tell.
        }
    }

    private async Task Send(CancellationToken ended)
    {
        try
        {
            using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(StepMs));
            for (int step = 0; socket.State == WebSocketState.Open; step++)
            {
                foreach (ConsoleMessage message in Changes(step))
                {
                    await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, ApiJson.Default.ConsoleMessage), WebSocketMessageType.Text,
                        endOfMessage: true, ended).ConfigureAwait(false);
                }

                _ = await timer.WaitForNextTickAsync(ended).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException)
        {
            // As in Listen.
        }
    }

    private IEnumerable<ConsoleMessage> Changes(int step)
    {
        if (step % StepsPerStatus == 0)
        {
            List<InstrumentView> instruments = context.Instruments();
            IReadOnlyList<string> accounts = context.Accounts;
            if (!instruments.SequenceEqual(_instruments) || !accounts.SequenceEqual(_accounts))
            {
                (_instruments, _accounts) = (instruments, accounts);
                _ = context.Metrics.PointsAfter(0, out _pointMark);
                yield return context.Hello();
            }

            yield return new ConsoleMessage("status") { Status = context.Status() };
            List<MetricsPoint> points = context.Metrics.PointsAfter(_pointMark, out _pointMark);
            if (points.Count > 0)
            {
                yield return new ConsoleMessage("point") { Points = points };
            }
        }

        if (step % StepsPerQuotes == 0 && context.Market.QuotesAfter(_quoteMarks) is { Count: > 0 } quotes)
        {
            yield return new ConsoleMessage("quotes") { Quotes = quotes };
        }

        foreach (ConsoleMessage message in OfWatched())
        {
            yield return message;
        }

        context.Blotter.Update();
        List<OrderView> orders = [.. context.Blotter.OrdersAfter(_orderMark, OrdersShown, report => report.SessionId == context.Desk.Session,
            out _orderMark).Select(report => context.Orders.ToOrder(report))];
        if (orders.Count > 0)
        {
            yield return new ConsoleMessage("orders") { Orders = orders };
        }

        List<RejectView> rejects = [.. context.Blotter.RejectsAfter(_rejectMark, out _rejectMark).Select(report => context.Orders.ToReject(report))];
        if (rejects.Count > 0)
        {
            yield return new ConsoleMessage("rejects") { Rejects = rejects };
        }
    }

    private IEnumerable<ConsoleMessage> OfWatched()
    {
        if (Volatile.Read(ref _watched) is not { } symbol)
        {
            yield break;
        }

        bool isNew = symbol != _sentSymbol;
        if (isNew)
        {
            (_sentSymbol, _bookMark, _tradeMark, _barFromMs) = (symbol, -1, 0, 0);
        }

        long change = context.Market.ChangeOf(symbol);
        if (change == _bookMark || context.Market.Book(symbol, LevelsShown) is not { } book)
        {
            yield break;
        }

        _bookMark = change;
        yield return new ConsoleMessage("book") { Symbol = symbol, Book = book };
        List<TradeView> trades = context.Market.TradesAfter(symbol, _tradeMark, TradesShown) ?? [];
        if (trades.Count > 0)
        {
            _tradeMark = trades[^1].Id;
            yield return new ConsoleMessage("trades") { Symbol = symbol, Trades = trades };
        }

        List<BarView> bars = trades.Count > 0 || isNew ? context.Market.Bars(symbol, 5, _barFromMs) ?? [] : [];
        if (bars.Count > 0 || isNew)
        {
            _barFromMs = bars.Count > 0 ? bars[^1].Time : 0;
            yield return new ConsoleMessage("bars") { Symbol = symbol, Bars = bars };
        }
    }
}
