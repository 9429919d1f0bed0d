using Microsoft.Extensions.Configuration;

namespace Peregrine.Hosting.Configuration;

/// <summary>A section of a host's configuration as options of a hosted link.</summary>
internal static class ConfigurationBinding
{
    // What the schema has, and only the command runs.
    private static readonly string[] OfCommand = ["console", "simulator"];

    /// <summary>Fills options, or their faults.</summary>
    public static void Fill(LinkHostOptions options, IConfiguration section)
    {
        ConfigurationResult result = ConfigurationLoader.Load(section);
        options.ConfigurationFaults.AddRange(result.Errors.Select(error => error.ToString()));
        if (result.Options is not { } given)
        {
            return;
        }

        options.Link = given.ToLinkOptions(options.Link.Ids) with
        {
            LocalPorts = options.Link.LocalPorts, Doors = options.Link.Doors, ReportTaps = options.Link.ReportTaps,
        };
        options.MarketData = given.ToServerOptions("core");
        options.FixMarketData = given.ToFixMarketDataOptions();
        options.Ids = given.ToIdSegmentOptions();
        options.IdDatabase = Path.GetFullPath(given.Ids.DatabasePath);
        options.NotHere.AddRange(OfCommand.Where(part => result.Effective.Child(part)?.Child("enabled") is { } enabled
            && enabled.Origin != ConfigurationNode.DefaultOrigin && bool.Parse(enabled.Value!)));
    }
}
