using System.Globalization;
using Peregrine.Cli;

namespace Peregrine.Bench.Net;

/// <summary>How a server is started: everything but what is the same for all.</summary>
/// <param name="Core">The core it is bound to with all its threads.</param>
/// <param name="Wait">spin, yield or block.</param>
/// <param name="Certificate">A PEM file when the server is to speak TLS, and <paramref name="Key"/> with it.</param>
internal sealed record EchoServerSettings(int Core, string Wait, string? Certificate = null, string? Key = null);

/// <summary>Where the servers are.</summary>
/// <param name="Builds">The folder that has one folder for each built project.</param>
/// <param name="Flavour">The folder inside those: release.</param>
/// <param name="Yardsticks">The folder of the servers in C.</param>
/// <param name="NetEcho">Another NetEcho.dll; null is the built one.</param>
internal sealed record EchoServerPaths(string Builds, string Flavour, string Yardsticks, string? NetEcho)
{
    /// <summary>Seen from the folder of this program, which is artifacts/bin/Peregrine/release.</summary>
    public static EchoServerPaths Find(string? netEcho)
    {
        DirectoryInfo own = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string builds = own.Parent?.Parent?.FullName ?? own.FullName;
        return new EchoServerPaths(builds, own.Name, Path.Combine(Path.GetDirectoryName(builds) ?? builds, "yardstick"), netEcho);
    }
}

/// <summary>One server the bench knows.</summary>
/// <param name="Name">As in --servers.</param>
/// <param name="Program">A project's name, or the name of a binary among the yardsticks.</param>
/// <param name="Arguments">What makes it this one.</param>
internal sealed record EchoServerKind(string Name, string Program, params string[] Arguments)
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<EchoServerKind> All =
    [
        new("peregrine-epoll", "NetEcho", "--loops", "1", "--backend", "epoll") { IsManaged = true, HasLoops = true, Tls = TlsSupport.Either },
        new("peregrine-epoll-et", "NetEcho", "--loops", "1", "--backend", "epoll-et") { IsManaged = true, HasLoops = true, Tls = TlsSupport.Either },
        new("peregrine-uring", "NetEcho", "--loops", "1", "--backend", "io_uring") { IsManaged = true, HasLoops = true, Tls = TlsSupport.Either },
        new("c", "echo_epoll"),
        new("c-tls", "echo_tls") { Tls = TlsSupport.Only },
        new("c-uring", "echo_uring"),
        new("c-uring-direct", "echo_uring", "--direct"),
        new("c-uring-zc", "echo_uring", "--zc"),
        new("kestrel", "KestrelEcho") { IsManaged = true, Tls = TlsSupport.Either },
    ];

    /// <summary>Runs on the runtime, not by itself.</summary>
    public bool IsManaged { get; private init; }

    /// <summary>Takes --wait and --core. The servers in C know only --spin; Kestrel knows neither.</summary>
    public bool HasLoops { get; private init; }

    /// <summary>What it speaks.</summary>
    public TlsSupport Tls { get; private init; }

    /// <summary>What ratios refer to.</summary>
    public static string Baseline(bool isTls) => isTls ? "c-tls" : "c";

    /// <summary>Finds one by its name.</summary>
    /// <exception cref="CommandException">There is none, or it does not speak what is asked for.</exception>
    public static EchoServerKind Find(string name, bool isTls)
    {
        EchoServerKind kind = All.FirstOrDefault(kind => kind.Name == name)
            ?? throw new CommandException($"--servers: '{name}', expected {string.Join(", ", All.Select(kind => kind.Name))}", 2);
        return kind.Tls == (isTls ? TlsSupport.None : TlsSupport.Only)
            ? throw new CommandException($"--servers: '{name}' {(isTls ? "speaks no TLS" : "speaks only TLS, add --tls")}; others: " +
                $"{string.Join(", ", All.Where(other => other.Tls == TlsSupport.Either).Select(other => other.Name))}", 2)
            : kind;
    }

    /// <summary>The whole command line, the program first.</summary>
    /// <exception cref="CommandException">It is not built.</exception>
    public List<string> CommandLine(EchoServerPaths paths, EchoServerSettings settings)
    {
        string file = IsManaged ? Path.Combine(paths.Builds, Program, paths.Flavour, $"{Program}.dll") : Path.Combine(paths.Yardsticks, Program);
        file = HasLoops && paths.NetEcho is not null ? paths.NetEcho : file;
        if (!File.Exists(file))
        {
            throw new CommandException($"the server '{Name}' is not built: there is no {file}; './dev bench net' builds all servers and runs this");
        }

        string core = settings.Core.ToString(CultureInfo.InvariantCulture);

        // Bound from the outside too, because the threads of the runtime and the kernel's helpers must stay off the generator's core.
        List<string> line = ["taskset", "-c", core];
        if (IsManaged)
        {
            line.Add(Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet");
        }

        line.AddRange([file, "--port", "0", .. Arguments]);
        if (HasLoops)
        {
            line.AddRange(["--wait", settings.Wait, "--core", core]);
        }
        else if (!IsManaged)
        {
            line.AddRange(settings.Wait == "spin" ? ["--core", core, "--spin"] : ["--core", core]);
        }

        AddTls(line, settings);
        return line;
    }

    private void AddTls(List<string> line, EchoServerSettings settings)
    {
        if (settings is { Certificate: not null, Key: not null })
        {
            line.AddRange([IsManaged ? "--tls" : "--cert", settings.Certificate, "--key", settings.Key]);
        }
    }
}

/// <summary>Whether a server speaks TLS.</summary>
internal enum TlsSupport
{
    None,
    Either,
    Only,
}
