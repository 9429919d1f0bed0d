using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.OpenApi;
using Peregrine.Cli;
using Scalar.AspNetCore;

namespace Peregrine.Api;

/// <summary>The web server: the console's page, its WebSocket, and the API with its document and a page to try it.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private const string ConsolePolicy =
        "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";
    private const string TokenScheme = "accessToken";
    private readonly WebApplication _app;

    private ApiServer(WebApplication app, IPEndPoint endPoint)
    {
        _app = app;
        EndPoint = endPoint;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Listens and serves.</summary>
    /// <exception cref="CommandException">The port is in use or not allowed.</exception>
    public static async Task<ApiServer> Start(ApiContext context)
    {
        WebApplicationBuilder builder =
            WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        _ = builder.Logging.ClearProviders();
        _ = builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(context.Options.EndPoint, listen => ConnectionGuard.Use(listen, context.Log));
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MessagePackBodies.BodyBytesMax;
            kestrel.Limits.MaxConcurrentConnections = context.Options.ConnectionsMax;
            kestrel.Limits.KeepAliveTimeout = ConnectionGuard.IdleTime;
            kestrel.Limits.MaxConcurrentUpgradedConnections = 128;
        });

        // Signals are the command's business.
        _ = builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        _ = builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        _ = builder.Services.AddProblemDetails();
        _ = builder.Services.AddOpenApi("v1", openApi => openApi.AddDocumentTransformer((document, _, _) => Describe(document)));
        WebApplication app = builder.Build();
        Configure(app, context);
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (IOException fault)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new CommandException($"console: {fault.Message.TrimEnd('.')}; choose another port with --set console.port=..., " +
                $"or leave the console away with --no-console");
        }

        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new ApiServer(app, IPEndPoint.Parse(address["http://".Length..]));
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource soon = new(TimeSpan.FromSeconds(2));
        try
        {
            await _app.StopAsync(soon.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Somebody holds a request open: it is dropped with the rest.
        }

        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static Task Describe(OpenApiDocument document)
    {
        document.Info.Title = "Peregrine";
        document.Info.Version = "v1";
        document.Info.Description = "Instruments, books, trades, orders, sessions and metrics of a link. " +
            "JSON or MessagePack (application/msgpack) by content type; errors are RFC 9457 problem details.";
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [TokenScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer",
                Description = $"The access token: printed at the first start, and in the file {AccessToken.FileName} in the data folder. " +
                    $"Only for what changes something." },
        };
        OpenApiSecurityRequirement wanted = new() { [new OpenApiSecuritySchemeReference(TokenScheme, document)] = [] };
        foreach (OpenApiOperation operation in document.Paths.Values.SelectMany(path => path.Operations ?? [])
            .Where(operation => operation.Key == HttpMethod.Post || operation.Key == HttpMethod.Delete).Select(operation => operation.Value))
        {
            operation.Security = [wanted];
        }

        return Task.CompletedTask;
    }

    private static void Configure(WebApplication app, ApiContext context)
    {
        CancellationToken stopping = app.Lifetime.ApplicationStopping;
        // Answers into MessagePack first, so that problems of everything behind are MessagePack too.
        _ = app.Use((http, next) => IsApi(http) ? MessagePackBodies.WriteAnswer(http, next) : next(http));
        _ = app.UseExceptionHandler();
        _ = app.UseStatusCodePages(BareAnswers.Fill);
        _ = app.Use(BareAnswers.CatchUnreadable);
        _ = app.Use((http, next) => CheckHost(http, context, next));
        _ = app.UseWebSockets();
        _ = app.Use((http, next) => IsApi(http) ? MessagePackBodies.ReadRequest(http, next) : next(http));
        UsePage(app);
        _ = app.UseRouting();
        RouteGroupBuilder group = app.MapGroup("/api");
        group.MapMarket(context);
        group.MapOrders(context);
        group.MapSessions(context);
        _ = app.MapOpenApi("/api/openapi/{documentName}.json");
        _ = app.MapScalarApiReference("/api/try", scalar => scalar
            .WithTitle("Peregrine API").WithOpenApiRoutePattern("/api/openapi/{documentName}.json").AddPreferredSecuritySchemes(TokenScheme)
            .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideDeveloperTools().HideClientButton());
        _ = app.MapGet("/api", () => TypedResults.Redirect("/api/try/")).ExcludeFromDescription();
        _ = app.Map("/ws", http => ConsoleSocket.Serve(http, context, stopping));
    }

    private static bool IsApi(HttpContext http) => http.Request.Path.StartsWithSegments("/api");

    // A page elsewhere can make a browser resolve its own name to 127.0.0.1: only names that this server goes by are served.
    private static Task CheckHost(HttpContext http, ApiContext context, RequestDelegate next)
    {
        string host = http.Request.Host.Host.Trim('[', ']');
        bool isLoopback = IPAddress.IsLoopback(context.Options.EndPoint.Address);
        bool isOurs = IPAddress.TryParse(host, out _) || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        if (isLoopback && !isOurs)
        {
            return Problems.OfField(StatusCodes.Status421MisdirectedRequest, "Another host's name", "Host",
                $"{Problems.Shown(host)}, expected 127.0.0.1 or localhost").ExecuteAsync(http);
        }

        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        if (!http.Request.Path.StartsWithSegments("/api/try"))
        {
            http.Response.Headers.ContentSecurityPolicy = ConsolePolicy;
        }

        return next(http);
    }

    private static void UsePage(WebApplication app)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "console");
        if (File.Exists(Path.Combine(folder, "index.html")))
        {
            PhysicalFileProvider files = new(folder);
            _ = app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
            _ = app.UseStaticFiles(new StaticFileOptions { FileProvider = files,
                OnPrepareResponse = sent => sent.Context.Response.Headers.CacheControl = "no-cache" });
        }
        else
        {
            _ = app.MapGet("/", () => TypedResults.Text("The console's page is not built: run ./dev build. The API is at /api."))
                .ExcludeFromDescription();
        }
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
