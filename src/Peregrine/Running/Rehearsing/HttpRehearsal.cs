using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Peregrine.Running.Rehearsing;

/// <summary>What browsers and programs ask of the console's API, asked of the rehearsal's.</summary>
/// <remarks>Thread: one owner. Blocks: until an answer is there.</remarks>
internal sealed class HttpRehearsal : IDisposable
{
    private readonly HttpClient _client;
    private readonly string _symbol;
    private int _orders;

    public HttpRehearsal(IPEndPoint endPoint, string token, string symbol)
    {
        _symbol = symbol;
        _client = new HttpClient { BaseAddress = new Uri($"http://{endPoint}/"), Timeout = TimeSpan.FromSeconds(2) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Requests so far.</summary>
    public int Sent { get; private set; }

    public void PlayRound()
    {
        foreach (string path in (ReadOnlySpan<string>)
            ["", "api/status", "api/instruments", "api/quotes", $"api/books/{_symbol}", $"api/trades/{_symbol}", $"api/bars/{_symbol}", "api/orders",
            "api/sessions", "api/rejects", "api/metrics", "api/books/NOWHERE", "api/books/X?depth=abc"])
        {
            Send(new HttpRequestMessage(HttpMethod.Get, path));
        }

        string id = $"rehearsal-{++_orders}";
        Enter($$"""{"symbol":"{{_symbol}}","side":"buy","quantity":10,"price":99,"clientOrderId":"{{id}}"}""");
        Send(new HttpRequestMessage(HttpMethod.Get, $"api/orders/{id}"));
        Send(new HttpRequestMessage(HttpMethod.Delete, $"api/orders/{id}"));
        Enter("""{"symbol":"NOWHERE","side":"up"}""");
    }

    public void Dispose() => _client.Dispose();

    private void Enter(string body) =>
        Send(new HttpRequestMessage(HttpMethod.Post, "api/orders") { Content = new StringContent(body, Encoding.UTF8, "application/json") });

    private void Send(HttpRequestMessage request)
    {
        Sent++;
        using (request)
        {
            using HttpResponseMessage answer = _client.Send(request);
            answer.Content.ReadAsStream().CopyTo(Stream.Null);
        }
    }
}
