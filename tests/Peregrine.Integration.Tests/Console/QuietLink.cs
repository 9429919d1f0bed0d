using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using MessagePack;
using Peregrine.Integration.Tests.Link;

namespace Peregrine.Integration.Tests.Console;

/// <summary>A link for all tests of a class, on which nobody else trades, and what asks it over HTTP.</summary>
public sealed class QuietLink : IDisposable
{
    public const string MessagePackType = "application/msgpack";
    private readonly TemporaryFolder _folder = new();
    private readonly LinkProcess _link;

    public QuietLink()
    {
        _link = LinkProcess.StartWith(_folder.File("data"), "--no-simulator", "--set", "journal.durability=none");
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_link.ConsolePort}"), Timeout = TimeSpan.FromSeconds(20) };
        Token = File.ReadAllText(_folder.File("data/access-token")).Trim();
    }

    public HttpClient Http { get; }

    public string Token { get; }

    /// <summary>Asks, with the token unless there is to be another Authorization header.</summary>
    /// <param name="body">JSON, or any text; sent as MessagePack where the type says so and it can be.</param>
    public async Task<(int Status, JsonNode? Body, string? Type)> Ask(string method, string path, string? body = null,
        string type = "application/json", string? token = null, string? accept = null)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        _ = request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token ?? Token}");
        if (accept is not null)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(type == MessagePackType
                ? MessagePackSerializer.ConvertFromJson(body)
                : Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        using HttpResponseMessage response = await Http.SendAsync(request);
        byte[] bytes = await response.Content.ReadAsByteArrayAsync();
        string? answered = response.Content.Headers.ContentType?.MediaType;
        string text = answered == MessagePackType ? MessagePackSerializer.ConvertToJson(bytes) : Encoding.UTF8.GetString(bytes);
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text), answered);
    }

    public void Dispose()
    {
        Http.Dispose();
        _link.Dispose();
        _folder.Dispose();
    }
}
