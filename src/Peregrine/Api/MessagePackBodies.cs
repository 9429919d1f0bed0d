using System.Text;
using MessagePack;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Peregrine.Api;

/// <summary>Lets every request and answer of the API be MessagePack instead of JSON: the same maps, by content type.</summary>
internal static class MessagePackBodies
{
    /// <summary>The content type; application/vnd.msgpack and application/x-msgpack are taken too.</summary>
    public const string ContentType = "application/msgpack";

    /// <summary>Largest body that is taken, in bytes.</summary>
    public const int BodyBytesMax = 65_536;

    private static readonly MessagePackSerializerOptions Untrusted = MessagePackSerializerOptions.Standard.WithSecurity(MessagePackSecurity.UntrustedData);

    /// <summary>Turns a MessagePack body into JSON before the endpoint, and its answer into MessagePack where the client wants that.</summary>
    public static async Task Invoke(HttpContext context, RequestDelegate next)
    {
        if (IsMessagePack(context.Request.ContentType) && !await TryReadBody(context).ConfigureAwait(false))
        {
            await Problems.Of(StatusCodes.Status400BadRequest, "Bad MessagePack", "the body is no MessagePack map").ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

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

    private static async Task<bool> TryReadBody(HttpContext context)
    {
        using MemoryStream packed = new();
        await context.Request.Body.CopyToAsync(packed).ConfigureAwait(false);
        try
        {
            byte[] json = Encoding.UTF8.GetBytes(MessagePackSerializer.ConvertToJson(packed.ToArray(), Untrusted));
            context.Request.Body = new MemoryStream(json);
            context.Request.ContentType = "application/json";
            context.Request.ContentLength = json.Length;
            return true;
        }
        catch (MessagePackSerializationException)
        {
            return false;
        }
    }

    private static bool IsMessagePack(string? type) =>
        type?.Split(';')[0].Trim().ToLowerInvariant() is ContentType or "application/vnd.msgpack" or "application/x-msgpack";
}
