using System.Text;
using System.Text.Json;
using MessagePack;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Peregrine.Api;

/// <summary>Lets every request and answer of the API be MessagePack instead of JSON: the same maps, by content type.</summary>
internal static class MessagePackBodies
{
    /// <summary>The content type; application/vnd.msgpack and application/x-msgpack are taken too.</summary>
    public const string ContentType = "application/msgpack";

    /// <summary>Largest body that is taken, in bytes.</summary>
    public const int BodyBytesMax = 65_536;

    private static readonly MessagePackSerializerOptions Untrusted =
        MessagePackSerializerOptions.Standard.WithSecurity(MessagePackSecurity.UntrustedData);

    /// <summary>Turns a MessagePack body into JSON before the endpoint.</summary>
    public static async Task ReadRequest(HttpContext context, RequestDelegate next)
    {
        bool hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        if (hasBody && IsMessagePack(context.Request.ContentType) && await TryReadBody(context).ConfigureAwait(false) is { } fault)
        {
            await Problems.OfField(StatusCodes.Status400BadRequest, "Bad MessagePack", "body",
                $"{fault}, expected one MessagePack map with texts as keys").ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        await next(context).ConfigureAwait(false);
    }

    /// <summary>Turns an answer in JSON into MessagePack where the client wants that.</summary>
    public static async Task WriteAnswer(HttpContext context, RequestDelegate next)
    {
        bool wants = context.Request.GetTypedHeaders().Accept.Any(type => IsMessagePack(type.MediaType.Value));
        if (!wants)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        Stream body = context.Response.Body;
        using MemoryStream json = new();
        context.Response.Body = json;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            context.Response.Body = body;
        }

        bool isJson = context.Response.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true && json.Length > 0;
        byte[] bytes = isJson ? JsonToMessagePack.Convert(json.GetBuffer().AsMemory(0, (int)json.Length)) : json.ToArray();
        context.Response.ContentType = isJson ? ContentType : context.Response.ContentType;
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers[HeaderNames.Vary] = HeaderNames.Accept;
        await body.WriteAsync(bytes).ConfigureAwait(false);
    }

    // Null when all is well, else what is wrong.
    private static async Task<string?> TryReadBody(HttpContext context)
    {
        using MemoryStream packed = new();
        await context.Request.Body.CopyToAsync(packed, context.RequestAborted).ConfigureAwait(false);
        try
        {
            byte[] bytes = packed.ToArray();
            long end = EndOfFirst(bytes);
            if (end < bytes.Length)
            {
                return $"{bytes.Length - end} bytes behind the first value";
            }

            byte[] json = Encoding.UTF8.GetBytes(MessagePackSerializer.ConvertToJson(bytes, Untrusted));
            using (JsonDocument.Parse(json))
            {
                // Keys that are no texts, and numbers that are none, have no place in JSON.
            }

            context.Request.Body = new MemoryStream(json);
            context.Request.ContentType = "application/json";
            context.Request.ContentLength = json.Length;
            return null;
        }
        catch (Exception fault) when (fault is MessagePackSerializationException or EndOfStreamException)
        {
            return "no MessagePack";
        }
        catch (JsonException)
        {
            return "a key that is no text, or a number that is none";
        }
    }

    private static long EndOfFirst(byte[] bytes)
    {
        MessagePackReader reader = new(bytes);
        reader.Skip();
        return reader.Consumed;
    }

    private static bool IsMessagePack(string? type) =>
        type?.Split(';')[0].Trim().ToLowerInvariant() is ContentType or "application/vnd.msgpack" or "application/x-msgpack";
}
