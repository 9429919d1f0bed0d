using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Generator.Requests;
using Peregrine.Fix.Generator.Writing;

namespace Peregrine.Fix.Generator;

/// <summary>Adds typed views and writers of FIX messages to each class with [FixMessages].</summary>
/// <remarks>Incremental: what a request gives is made again only when the request, or the text of its dictionary, changed.</remarks>
[Generator]
public sealed class FixMessagesGenerator : IIncrementalGenerator
{
    /// <summary>Names of the steps, for who wants to see which of them ran.</summary>
    public const string RequestStep = "Requests";

    /// <inheritdoc cref="RequestStep"/>
    public const string JobStep = "Jobs";

    /// <inheritdoc cref="RequestStep"/>
    public const string AnswerStep = "Answers";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<Request> requests = context.SyntaxProvider
            .ForAttributeWithMetadataName(Request.Attribute, static (node, _) => node is ClassDeclarationSyntax, Request.Of)
            .WithTrackingName(RequestStep);
        IncrementalValuesProvider<Job> jobs = requests.Combine(context.AdditionalTextsProvider.Collect())
            .Select(static (pair, cancel) => new Job(pair.Left, Files(pair.Left.Dictionary, pair.Right, cancel)))
            .WithTrackingName(JobStep);
        IncrementalValuesProvider<Answer> answers = jobs.Select(static (job, _) => AnswerTo(job)).WithTrackingName(AnswerStep);
        context.RegisterSourceOutput(answers, static (output, answer) =>
        {
            foreach (Fault fault in answer.Faults.Items)
            {
                output.ReportDiagnostic(fault.ToDiagnostic());
            }

            if (answer.Source.Length > 0)
            {
                output.AddSource(answer.Name, SourceText.From(answer.Source, Encoding.UTF8));
            }
        });
    }

    // Those whose path ends with the name that the request has for it; no other is read.
    private static EquatableList<DictionaryFile> Files(string name, ImmutableArray<AdditionalText> texts, CancellationToken cancel)
    {
        string sought = "/" + name.Replace('\\', '/');
        return new EquatableList<DictionaryFile>([.. texts
            .Where(text => name.Length > 0 && ("/" + text.Path.Replace('\\', '/')).EndsWith(sought, StringComparison.Ordinal))
            .Select(text => new DictionaryFile(text.Path, text.GetText(cancel)?.ToString() ?? ""))]);
    }

    private static Answer AnswerTo(Job job)
    {
        Request request = job.Request;
        List<Fault> faults = [];
        string source = "";
        if (!request.IsPartial)
        {
            faults.Add(new Fault(Fault.NotPartial,
                $"{request.Name} is not partial, or is generic: nothing can be added to it; declare it as a partial class without type parameters",
                request.Where));
        }
        else if (Find(job, faults) is { } dictionary)
        {
            List<FixMessageType> messages = Choose(request, dictionary, faults);
            source = messages.Count == 0 ? "" : new MessagesSource(request, dictionary, messages).Write();
        }

        string space = string.Concat(new[] { request.Space }.Concat(request.Outer.Items.Select(outer => outer.Split(' ')[^1]))
            .Where(part => part.Length > 0).Select(part => part + "."));
        string name = string.Concat((space + request.Name).Select(letter => char.IsLetterOrDigit(letter) || letter is '.' or '_' ? letter : '_'));
        return new Answer($"{name}.FixMessages.g.cs", source, new EquatableList<Fault>([.. faults]));
    }

    private static FixDictionary? Find(Job job, List<Fault> faults)
    {
        Request request = job.Request;
        if (FixDictionaries.Find(request.Dictionary) is { } known)
        {
            return known;
        }

        if (job.Files.Items.Length != 1)
        {
            string found = job.Files.Items.Length == 0 ? "no file of AdditionalFiles ends with it"
                : $"several files of AdditionalFiles end with it ({string.Join(", ", job.Files.Items.Select(file => file.Path))}): " +
                    "write more of the path";
            faults.Add(new Fault(Fault.NoDictionary,
                $"dictionary \"{request.Dictionary}\": expected {string.Join(", ", FixDictionaries.Names)} or a file of the project, and {found}",
                request.Where));
            return null;
        }

        DictionaryFile file = job.Files.Items[0];
        DictionarySource source = FixDictionary.ReadSource(new StringReader(file.Text));
        FixDictionary? dictionary = DictionaryCompiler.Compile(source);
        faults.AddRange(source.Faults.Select(fault => new Fault(Fault.BadDictionary, $"dictionary {Path.GetFileName(file.Path)}: {fault.Text}",
            SourcePlace.OfLine(file.Path, fault.Line))));
        return dictionary;
    }

    private static List<FixMessageType> Choose(Request request, FixDictionary dictionary, List<Fault> faults)
    {
        List<FixMessageType> chosen = [];
        foreach (string name in request.Messages.Items)
        {
            FixMessageType? message = dictionary.Messages.FirstOrDefault(message => message.MsgType == name)
                ?? dictionary.Messages.FirstOrDefault(message => message.Name == name);
            if (message is null)
            {
                faults.Add(new Fault(Fault.NoMessage, $"{request.Dictionary} has no message \"{name}\": expected a MsgType (35) or a name, such as " +
                    string.Join(", ", dictionary.Messages.Take(3).Select(some => $"{some.MsgType} or {some.Name}")), request.Where));
            }
            else if (MessagesSource.TooLarge(dictionary, message) is { Length: > 0 } fault)
            {
                faults.Add(new Fault(Fault.TooLarge, $"{message.Name}: {fault}", request.Where));
            }
            else if (!chosen.Contains(message))
            {
                chosen.Add(message);
            }
        }

        if (request.Messages.Items.Length == 0)
        {
            faults.Add(new Fault(Fault.NoMessage, $"{request.Name} names no message of {request.Dictionary}: name at least one", request.Where));
        }

        return chosen;
    }
}
