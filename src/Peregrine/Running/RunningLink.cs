using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Peregrine.Cli;
using Peregrine.Distribution;
using Peregrine.Gateway;
using Peregrine.Hosting;
using Peregrine.Hosting.Configuration;
using Peregrine.Running.Rehearsing;
using Peregrine.Verbs;

namespace Peregrine.Running;

/// <summary>What <c>peregrine run</c> has its host run: the link with everything around it, announced, with a status on a terminal.</summary>
internal sealed class RunningLink : IHostedLink
{
    private readonly PeregrineOptions _options;
    private readonly LinkHost _host;
    private readonly HangUp _hangUp;
    private readonly ILogger _log;
    private readonly bool _isQuiet;

    /// <summary>Starts everything but the link's own work.</summary>
    /// <param name="start">Without errors.</param>
    /// <param name="loadAgain">Reads the configuration of the start again.</param>
    /// <param name="isQuiet">No live status, only the log.</param>
    /// <exception cref="CommandException">The data folder is not ours alone, a port is in use, the machine has too little.</exception>
    public RunningLink(ConfigurationResult start, Func<ConfigurationResult> loadAgain, RunRequest request, bool isQuiet,
        IHostApplicationLifetime lifetime, LineLog lines, ILoggerFactory loggers)
    {
        ILogger log = loggers.CreateLogger<RunningLink>();
        (_options, _isQuiet, _log) = (start.Options!, isQuiet, log);
        MakeDataFolder(_options.DataFolder);
        _host = new LinkHost(_options, request, loggers);
        Rehearse(lifetime.ApplicationStopping);
        _hangUp = new HangUp(new RulesReload(start, loadAgain, _host, log), lifetime, lines, log);
    }

    /// <inheritdoc/>
    public OrderLink Link => _host.Link;

    /// <inheritdoc/>
    public MarketDataServer? MarketData => _host.Server;

    /// <inheritdoc/>
    public void Run()
    {
        new Announcement(_host, _options, _log).Tell();
        _hangUp.TellIfIgnored();
        using StatusDisplay? display = !_isQuiet && !Console.IsOutputRedirected ? new StatusDisplay(Link, _options) : null;
        _host.Run();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hangUp.Dispose();
        _host.Dispose();
    }

    // When nothing is wrong with the start any more, and before any client is answered.
    private void Rehearse(CancellationToken stop)
    {
        if (!_options.Start.Rehearses || stop.IsCancellationRequested)
        {
            return;
        }

        try
        {
            RehearsalResult played = Rehearsal.Play(_options, stop);
            _log.Rehearsed(played.Seconds, played.Messages, played.Requests, played.MethodsCompiled);
        }
        catch (Exception fault)
        {
            // Whatever it was, the link is as it would be without.
            _log.NotRehearsed(fault.Message);
        }
    }

    // Orders are nobody else's business.
    private static void MakeDataFolder(string path)
    {
        try
        {
            _ = Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"data folder {path} cannot be made: {fault.Message.TrimEnd('.')}; " +
                $"choose another with --data or dataFolder in the configuration");
        }

        PrivateFiles.CheckFolder(path);
    }
}
