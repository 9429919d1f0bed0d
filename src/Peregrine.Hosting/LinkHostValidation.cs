using Microsoft.Extensions.Options;

namespace Peregrine.Hosting;

/// <summary>Finds everything that is wrong with options, before anything is opened.</summary>
internal sealed class LinkHostValidation : IValidateOptions<LinkHostOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, LinkHostOptions options)
    {
        // What a configuration with faults would have given is not known.
        List<string> faults = options.ConfigurationFaults.Count > 0
            ? options.ConfigurationFaults
            : [.. options.Link.FindFaults(), .. Lines(options.Ids.Validate), .. Lines(() => options.MarketData?.Validate()), .. OfSessions(options)];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> OfSessions(LinkHostOptions options)
    {
        if (options.Link.Sessions.Count + options.Link.LocalPorts.Count + options.Link.Doors.Count == 0)
        {
            yield return "Sessions: none, expected a FIX session, a local port or a door at least: nobody could enter an order";
        }

        if (options.Link.Rules.Instruments.Count == 0)
        {
            yield return "Rules: no instruments, expected one at least: nothing could be traded";
        }

        if (options.IdDatabase.Length == 0)
        {
            yield return "IdDatabase: '', expected the path of a file";
        }
    }

    private static string[] Lines(Action validate)
    {
        try
        {
            validate();
            return [];
        }
        catch (ArgumentException faults)
        {
            return faults.Message.Split(Environment.NewLine);
        }
    }
}
