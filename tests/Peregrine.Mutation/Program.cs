using System.Diagnostics;
using Peregrine.Mutation;

// ./dev mutate: applies the kept mutants and tells which of them no test notices.
Options options;
try
{
    options = Options.Parse(args);
}
catch (FormatException fault)
{
    Console.Error.WriteLine($"mutate: {fault.Message}");
    return 2;
}

string root = Directory.GetCurrentDirectory();
List<Mutant> all;
try
{
    all = [.. Directory.EnumerateFiles(Path.Combine(root, MutantList.Folder), "*.mutants").Order(StringComparer.Ordinal)
        .SelectMany(file => MutantList.Parse(Path.GetRelativePath(root, file), File.ReadAllText(file)))];
}
catch (FormatException fault)
{
    Console.Error.WriteLine($"mutate: {fault.Message}");
    return 1;
}

string[] faults = [.. MutantList.Faults(all, name => File.Exists(Path.Combine(root, name)) ? File.ReadAllText(Path.Combine(root, name)) : null)];
foreach (string fault in faults)
{
    Console.Error.WriteLine($"mutate: {fault}");
}

List<Mutant> chosen = [.. all.Where(mutant => options.Filters.Count == 0
    || options.Filters.Any(filter => $"{mutant.File} {mutant.Name}".Contains(filter, StringComparison.OrdinalIgnoreCase)))];
if (options.IsList)
{
    Console.WriteLine($"{all.Count} mutants, {all.Count(mutant => mutant.Equivalent is not null)} of them equivalent, " +
        $"{faults.Length} faults of the lists");
    return faults.Length == 0 ? 0 : 1;
}

if (faults.Length > 0)
{
    return 1;
}

if (chosen.Count == 0)
{
    Console.Error.WriteLine($"mutate: no mutant matches '{string.Join("' or '", options.Filters)}'; ./dev mutate --list counts them");
    return 1;
}

if (options.Sample > 0)
{
    chosen = MutantList.Sample([.. chosen.Where(mutant => mutant.Equivalent is null)], options.Sample, options.Seed);
    Console.WriteLine($"a sample of {chosen.Count} by seed {options.Seed}; again: ./dev mutate --sample {options.Sample} --seed {options.Seed}");
}

string work = Path.Combine(root, "artifacts", "mutants");
if (Directory.Exists(work))
{
    Directory.Delete(work, recursive: true);
}

_ = Directory.CreateDirectory(work);
Runner runner = new(root, work, options.Configuration, new Compiler(root, work), options.TimeoutSeconds * 1000);
return new Round(runner, options).Run(chosen);

namespace Peregrine.Mutation
{
    /// <summary>What was asked for.</summary>
    internal sealed record Options(List<string> Filters, int Sample, ulong Seed, bool IsList, bool IsTrusted, int TimeoutSeconds,
        string Configuration)
    {
        public static Options Parse(string[] arguments)
        {
            Options options = new([], 0, 1, false, false, 120, "Release");
            for (int index = 0; index < arguments.Length; index++)
            {
                string name = arguments[index];
                string Value() => ++index < arguments.Length ? arguments[index] : throw new FormatException($"{name} has no value");
                options = name switch
                {
                    "--list" => options with { IsList = true },
                    "--trust" => options with { IsTrusted = true },
                    "--sample" => options with { Sample = (int)Number(name, Value(), 100_000) },
                    "--seed" => options with { Seed = Number(name, Value(), ulong.MaxValue) },
                    "--timeout" => options with { TimeoutSeconds = (int)Number(name, Value(), 3600) },
                    "--configuration" => options with { Configuration = Value() },
                    _ when name.StartsWith('-') =>
                        throw new FormatException($"unknown option {name}; expected filters, --list, --sample N, --seed S, " +
                            $"--timeout SECONDS or --trust"),
                    _ => options with { Filters = [.. options.Filters, name] },
                };
            }

            return options;
        }

        private static ulong Number(string name, string value, ulong most) =>
            ulong.TryParse(value, out ulong number) && number >= 1
            && number <= most ? number : throw new FormatException($"{name} {value}: expected a whole number from 1 to {most}");
    }

    /// <summary>One walk over mutants, told line by line.</summary>
    internal sealed class Round(Runner runner, Options options)
    {
        private readonly Dictionary<Outcome, int> _counts = [];
        private readonly List<string> _left = [];

        public int Run(IReadOnlyList<Mutant> mutants)
        {
            List<Mutant> tried = [.. mutants.Where(mutant => mutant.Equivalent is null)];
            if (!options.IsTrusted && !AreSuitesWell(tried))
            {
                return 1;
            }

            Stopwatch clock = Stopwatch.StartNew();
            for (int index = 0; index < tried.Count; index++)
            {
                long startMs = clock.ElapsedMilliseconds;
                Verdict verdict = runner.Try(tried[index]);
                _counts[verdict.Outcome] = _counts.GetValueOrDefault(verdict.Outcome) + 1;
                double seconds = (clock.ElapsedMilliseconds - startMs) / 1000.0;
                double leftMinutes = clock.Elapsed.TotalMinutes / (index + 1) * (tried.Count - index - 1);
                string line = $"{Word(verdict.Outcome),-14} {tried[index].File["src/".Length..]} [{tried[index].Name}] {verdict.Detail}";
                Console.WriteLine($"[{index + 1,3}/{tried.Count}] {seconds,5:F1} s, {leftMinutes,4:F1} min left  {line}");
                if (verdict.Outcome is not (Outcome.Killed or Outcome.KilledByTime))
                {
                    _left.Add(line);
                }
            }

            return Close(mutants.Count - tried.Count, clock.Elapsed);
        }

        private bool AreSuitesWell(List<Mutant> mutants)
        {
            bool areWell = true;
            List<Mutant> suites = [.. mutants.DistinctBy(mutant => $"{mutant.Suite} {mutant.Configuration}")];
            Console.WriteLine($"{suites.Count} suites, each once without any change");
            foreach (Mutant mutant in suites)
            {
                if (runner.CheckSuite(mutant) is { } fault)
                {
                    Console.Error.WriteLine($"mutate: {mutant.List} [{mutant.Name}]: suite {mutant.Suite}: {fault}");
                    areWell = false;
                }
            }

            return areWell;
        }

        private int Close(int equivalent, TimeSpan took)
        {
            if (_left.Count > 0)
            {
                Console.WriteLine("\nnot killed:");
                _left.ForEach(Console.WriteLine);
            }

            int killed = _counts.GetValueOrDefault(Outcome.Killed) + _counts.GetValueOrDefault(Outcome.KilledByTime);
            int survived = _counts.GetValueOrDefault(Outcome.Survived);
            int broken = _counts.GetValueOrDefault(Outcome.DoesNotBuild) + _counts.GetValueOrDefault(Outcome.NoTest);
            Console.WriteLine($"{took.TotalMinutes:F1} minutes{(broken > 0 ? $"; {broken} mutants are to be mended in their list" : "")}");
            Console.WriteLine($"{killed} killed, {survived} survived, {equivalent} equivalent");
            return survived + broken == 0 ? 0 : 1;
        }

        private static string Word(Outcome outcome) => outcome switch
        {
            Outcome.Killed => "killed",
            Outcome.KilledByTime => "killed by time",
            Outcome.Survived => "SURVIVED",
            Outcome.DoesNotBuild => "DOES NOT BUILD",
            Outcome.NoTest => "NO TEST",
            _ => "equivalent",
        };
    }
}
