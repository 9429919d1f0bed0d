using System.CommandLine;
using Peregrine.Cli;

namespace Peregrine.Verbs;

internal static class RunVerb
{
    public static Command Create()
    {
        Command run = new("run", "Starts the link.");
        run.SetAction(_ => 0);
        return run.WithExample("peregrine run");
    }
}
