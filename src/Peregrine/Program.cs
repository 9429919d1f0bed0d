using System.CommandLine;
using Peregrine.Cli;
using Peregrine.Verbs;

RootCommand root = new("Peregrine: the low-latency trading link of a broker, and its tools.");
root.Add(RunVerb.Create());
root.Add(TopVerb.Create());
root.Add(SimulateVerb.Create());
root.Add(ReplayVerb.Create());
root.Add(RecordVerb.Create());
root.Add(MatchVerb.Create());
root.Add(JournalVerb.Create());
root.Add(ConfigVerb.Create());
root.Add(BenchVerb.Create());
_ = root.WithExample("peregrine run");
return CommandRunner.Run(root, args);
