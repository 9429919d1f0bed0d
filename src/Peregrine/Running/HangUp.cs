using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Peregrine.Running;

/// <summary>SIGHUP: the configuration is read again, or the terminal is gone and the run ends.</summary>
internal sealed class HangUp : IDisposable
{
    private readonly RulesReload _reload;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly LineLog _lines;
    private readonly ILogger _log;
    private readonly PosixSignalRegistration _registration;

    /// <summary>Listens from now on.</summary>
    public HangUp(RulesReload reload, IHostApplicationLifetime lifetime, LineLog lines, ILogger log)
    {
        (_reload, _lifetime, _lines, _log) = (reload, lifetime, lines, log);
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, On);
    }

    /// <summary>Listens no more.</summary>
    public void Dispose() => _registration.Dispose();

    /// <summary>Tells it when the signal cannot come.</summary>
    // What a process was started with stays so: the runtime does not take over a signal that is ignored. Source: proc(5), SigIgn; bit 0 is SIGHUP.
    public void TellIfIgnored()
    {
        string? ignored = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        if (ignored is not null && (Convert.ToUInt64(ignored["SigIgn:".Length..].Trim(), 16) & 1) != 0)
        {
            _log.HangUpIsIgnored();
        }
    }

    private void On(PosixSignalContext context)
    {
        context.Cancel = true;
        _lines.IsGone = false;
        _log.HungUp();
        if (!Console.IsOutputRedirected && _lines.IsGone)
        {
            // The terminal has hung up, and that is what the signal said: nothing is changed on the way out.
            _lifetime.StopApplication();
            return;
        }

        _reload.Run();
    }
}
