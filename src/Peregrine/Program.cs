using System.CommandLine;
using Peregrine.Bench.Verbs;
using Peregrine.Cli;
using Peregrine.Feeds;
using Peregrine.Tools.Verbs;
using Peregrine.Verbs;

RootCommand root = new("Peregrine: the low-latency trading link of a broker, and its tools.");
Command[] verbs =
[
    RunVerb.Create(), .. ConsoleVerbs.All, SimulateVerb.Create(),
    .. ToolVerbs.All(BenchVerbs.OfJournal), ConfigVerb.Create(), .. BenchVerbs.All,
];
foreach (Command verb in verbs)
{
    root.Add(verb);
}

_ = root.WithExample("peregrine run");
return CommandRunner.Run(root, args, fault => fault is FeedException);
