using Microsoft.Extensions.Logging;
using Peregrine.Cli;
using Peregrine.Hosting.Configuration;
using Peregrine.Sequencing.Rules;

namespace Peregrine.Running;

/// <summary>Reads the configuration again and puts its rules in force in the running link; tells in the log what came of it.</summary>
/// <param name="running">What the link was started with.</param>
/// <param name="load">Reads the configuration of the start again.</param>
/// <remarks>Thread: any, one at a time; the others wait.</remarks>
internal sealed class RulesReload(ConfigurationResult running, Func<ConfigurationResult> load, LinkHost host, ILogger log)
{
    private readonly Lock _lock = new();

    /// <summary>Reads and changes. Whatever is wrong, the link goes on as it was.</summary>
    public void Run()
    {
        lock (_lock)
        {
            try
            {
                ConfigurationResult next = load();
                log.ConfigurationRead(next.Source);
                PeregrineOptions options = next.Options ?? throw new CommandException(next.Explain());
                log.RulesChanged(host.ChangeRules(options).GetAwaiter().GetResult());
                TellNotTaken(next);
            }
            catch (Exception fault) when (fault is CommandException or ArgumentException or RulesRefusedException)
            {
                Tell(fault.Message);
                log.RulesKept();
            }
        }
    }

    private void TellNotTaken(ConfigurationResult next)
    {
        if (RestartKeys.FindChanged(running, next) is { Count: > 0 } keys)
        {
            log.NeedsRestart(string.Join(", ", keys));
        }
    }

    // One log line each, so that every line has its time.
    private void Tell(string lines)
    {
        foreach (string line in lines.Split(Environment.NewLine))
        {
            log.RulesFault(line);
        }
    }
}
