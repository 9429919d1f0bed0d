using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Peregrine.Bench.KestrelEcho;

Option<int> port = new("--port") { Description = "Port to listen on; 0 lets the system pick one." };
Option<string?> tls = new("--tls") { Description = "Certificate, PEM." };
Option<string?> key = new("--key") { Description = "Its private key, PEM." };
RootCommand command = new("TCP echo on Kestrel's connection handlers, to be measured by peregrine bench net.") { port, tls, key };
command.SetAction(async (result, stop) =>
{
    WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
    _ = builder.Logging.ClearProviders();
    _ = builder.WebHost.UseKestrelHttpsConfiguration();
    _ = builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.Limits.MaxConcurrentConnections = null;
        kestrel.Listen(IPAddress.Loopback, result.GetValue(port), listen =>
        {
            if (result.GetValue(tls) is { } certificate)
            {
                _ = listen.UseHttps(X509Certificate2.CreateFromPemFile(certificate, result.GetValue(key)), https =>
                {
                    https.SslProtocols = SslProtocols.Tls13;
                    https.ClientCertificateMode = ClientCertificateMode.NoCertificate;
                });
            }

            _ = listen.UseConnectionHandler<EchoHandler>();
        });
    });
    WebApplication application = builder.Build();
    await application.StartAsync(stop);
    string address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    Console.Out.WriteLine($"listening on {new Uri(address.Replace("https", "http", StringComparison.Ordinal)).Authority}");
    while (await Console.In.ReadLineAsync(stop) is { } line)
    {
        if (line == "stats")
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{{\"syscalls\":0,\"bytes\":{EchoHandler.Bytes},\"gcs\":{GC.CollectionCount(0)}," +
                $"\"allocatedBytes\":{GC.GetTotalAllocatedBytes()}}}"));
        }
    }

    await application.StopAsync(stop);
});
return await command.Parse(args).InvokeAsync();
