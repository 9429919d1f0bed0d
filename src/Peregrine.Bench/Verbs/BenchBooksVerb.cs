using System.CommandLine;
using Peregrine.Bench.Books;
using Peregrine.Cli;

namespace Peregrine.Bench.Verbs;

/// <summary>peregrine bench books: a recorded feed into books, and as orders into the matching engine.</summary>
internal static class BenchBooksVerb
{
    public static Command Create()
    {
        Argument<string> file = new("file") { Description = "A recorded feed, as peregrine replay reads it; it is held in memory." };
        Option<string> stages = new("--stage") { Description =
            "What to measure, with commas: books, decoded messages into books; feed, the bytes through decoder and books; orders, " +
            "the messages as orders through the matching engine; replay, the same beside the feed's books, compared, " +
            "as peregrine replay --orders does.", DefaultValueFactory = _ => "books,feed,orders,replay" };
        Option<int> rounds = new("--rounds") { Description = "Passes over the whole feed that are measured.", DefaultValueFactory = _ => 25 };
        Option<bool> json = new("--json") { Description = "Write the figures as JSON." };
        Command books = new("books", "A recorded feed on one thread: ns a message into books and through the matching engine, allocations.") { file,
            stages, rounds, json };
        books.SetAction(result =>
        {
            string[] names = result.GetRequiredValue(stages).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            string? wrong = names.FirstOrDefault(name => name is not ("books" or "feed" or "orders" or "replay"));
            if (wrong is not null || names.Length == 0)
            {
                throw new CommandException($"--stage: '{wrong}', expected books, feed, orders, replay or several", 2);
            }

            BooksBenchOptions options = new()
            {
                Path = result.GetRequiredValue(file),
                Stage = "",
                Rounds = result.GetValue(rounds) is int number and >= 1 and <= 100_000
                    ? number
                    : throw new CommandException("--rounds: expected 1 to 100000", 2),
                Progress = Terminal.Progress,
            };
            List<BooksBenchResult> results;
            try
            {
                results = [.. names.Select(name => new BooksBench(options with { Stage = name }).Run())];
            }
            finally
            {
                Terminal.EndProgress();
            }

            Console.Out.WriteLine(result.GetValue(json) ? BooksReport.ToJson(results) : BooksReport.ToMarkdown(results));
            return 0;
        });
        return books.WithExample("peregrine bench books AAPL_2012-06-21_34200000_37800000_message_50.csv --stage books,orders");
    }
}
