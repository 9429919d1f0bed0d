namespace Peregrine.Net.Backends;

/// <summary>
/// Chooses a backend by trying, never by the kernel's version: a container may forbid what the kernel has, and a distribution may have
/// brought back what its version does not promise.
/// </summary>
internal static class BackendProbe
{
    /// <summary>The environment variable that decides over the option.</summary>
    public const string Variable = "PEREGRINE_NET_BACKEND";

    public static Backend Choose(EventLoop loop, int wakeDescriptor, out string choice)
    {
        NetBackend wanted = Wanted(loop.Options.Backend, out string why);
        if (wanted is NetBackend.Epoll or NetBackend.EpollEdge)
        {
            EpollBackend epoll = new(loop, wanted == NetBackend.EpollEdge, wakeDescriptor);
            choice = $"{epoll.Description} ({why})";
            return epoll;
        }

        if (UringBackend.TryCreate(loop, wakeDescriptor, out UringBackend? uring, out string reason))
        {
            choice = $"{uring!.Description} ({why})";
            return uring;
        }

        EpollBackend fallback = new(loop, isEdge: false, wakeDescriptor);
        choice = $"{fallback.Description} (io_uring does not work here: {reason})";
        if (wanted == NetBackend.IoUring)
        {
            loop.Log($"io_uring was asked for ({why}) and does not work here: {reason}; {fallback.Description} takes over");
        }

        return fallback;
    }

    private static NetBackend Wanted(NetBackend option, out string why)
    {
        string? variable = Environment.GetEnvironmentVariable(Variable);
        switch (variable)
        {
            case null or "" or "auto":
                why = option == NetBackend.Auto ? "chosen by trying" : "asked for by option";
                return option;
            case "epoll":
            case "epoll-et":
            case "io_uring":
                why = $"asked for by {Variable}={variable}";
                return variable switch { "epoll" => NetBackend.Epoll, "epoll-et" => NetBackend.EpollEdge, _ => NetBackend.IoUring };
            default:
                throw new ArgumentException($"{Variable}: '{variable}', expected epoll, epoll-et, io_uring or auto");
        }
    }
}
