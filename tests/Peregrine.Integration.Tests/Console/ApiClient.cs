using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Peregrine.Integration.Tests.Console;

/// <summary>The HTTP API of a running link, as any program would call it.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    public ApiClient(int port, string? token = null)
    {
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(20) };
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }
    }

    public HttpClient Http => _http;

    public async Task<JsonNode> Get(string path) => (await _http.GetFromJsonAsync<JsonNode>(path))!;

    public async Task<(int Status, JsonNode Body)> Post(string path, object body)
    {
        using HttpResponseMessage response = await _http.PostAsJsonAsync(path, body);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    public async Task<(int Status, JsonNode Body)> Delete(string path)
    {
        using HttpResponseMessage response = await _http.DeleteAsync(path);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    public async Task Until(string path, Func<JsonNode, bool> holds, string what)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(30);
        while (true)
        {
            using HttpResponseMessage response = await _http.GetAsync(path);
            if (response.IsSuccessStatusCode && holds(JsonNode.Parse(await response.Content.ReadAsStringAsync())!))
            {
                return;
            }

            Assert.True(DateTime.UtcNow < end, $"waited in vain: {what}");
            await Task.Delay(50);
        }
    }

    public void Dispose() => _http.Dispose();
}
