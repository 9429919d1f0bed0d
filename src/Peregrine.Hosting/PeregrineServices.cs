using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Peregrine.Hosting.Configuration;

namespace Peregrine.Hosting;

/// <summary>Puts a link into a host: it starts and stops with it, logs by its ILogger, shows its figures by its meters, tells its health.</summary>
/// <remarks>One link a host: a second call adds to the options of the first.</remarks>
public static class PeregrineServices
{
    /// <summary>Name of the health check; its tag is "ready".</summary>
    public const string HealthCheckName = "peregrine-link";

    /// <summary>Adds a link with options made in code.</summary>
    /// <param name="services">Of the host.</param>
    /// <param name="configure">Fills the options; called when the host starts. All that is wrong with them is thrown then, as an
    /// <see cref="OptionsValidationException"/>.</param>
    public static IServiceCollection AddPeregrineLink(this IServiceCollection services, Action<LinkHostOptions> configure)
    {
        _ = services.AddOptions<LinkHostOptions>().Configure(configure).ValidateOnStart();
        services.AddValidation();
        return services.AddPeregrineLink(OpenByOptions);
    }

    /// <summary>Adds a link with the keys of <c>peregrine.json</c>: docs/configuration.md. What the section does not have is the default.</summary>
    /// <param name="services">Of the host.</param>
    /// <param name="section">Of the host's configuration, such as <c>builder.Configuration.GetSection("Peregrine")</c>. Read when the host starts;
    /// unknown keys, values out of range and what does not fit together are thrown then, all at once.</param>
    public static IServiceCollection AddPeregrineLink(this IServiceCollection services, IConfiguration section) =>
        services.AddPeregrineLink(options => ConfigurationBinding.Fill(options, section));

    /// <summary>Adds a link that the program puts together itself.</summary>
    /// <param name="services">Of the host.</param>
    /// <param name="open">Starts it, when the host starts, on the thread that runs it.</param>
    public static IServiceCollection AddPeregrineLink(this IServiceCollection services, Func<IServiceProvider, IHostedLink> open)
    {
        if (services.Any(service => service.ServiceType == typeof(LinkService)))
        {
            return services;
        }

        _ = services.AddMetrics();
        _ = services.AddSingleton(provider => new LinkService(
            () => open(provider),
            provider.GetRequiredService<IHostApplicationLifetime>(),
            provider.GetRequiredService<ILogger<LinkService>>(),
            provider.GetRequiredService<IMeterFactory>()));
        _ = services.AddHostedService(provider => provider.GetRequiredService<LinkService>());
        _ = services.AddSingleton<LinkHealthCheck>();
        _ = services.AddHealthChecks().Add(
            new HealthCheckRegistration(HealthCheckName, provider => provider.GetRequiredService<LinkHealthCheck>(), null, ["ready"]));
        return services;
    }

    private static void AddValidation(this IServiceCollection services)
    {
        if (services.All(service => service.ImplementationType != typeof(LinkHostValidation)))
        {
            _ = services.AddSingleton<IValidateOptions<LinkHostOptions>, LinkHostValidation>();
        }
    }

    private static HostedLink OpenByOptions(IServiceProvider provider) =>
        new(provider.GetRequiredService<IOptions<LinkHostOptions>>().Value, provider.GetRequiredService<ILoggerFactory>());
}
