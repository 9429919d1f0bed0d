namespace Peregrine.Hosting.Configuration;

/// <summary>A configuration that cannot even be read.</summary>
/// <param name="message">What, the value, what was expected, what to do.</param>
/// <param name="isUsage">It is the command line that has no form.</param>
internal sealed class ConfigurationException(string message, bool isUsage = false) : Exception(message)
{
    /// <summary>It is the command line that has no form.</summary>
    public bool IsUsage => isUsage;
}
