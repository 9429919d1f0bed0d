using System.Globalization;
using System.Text.Json;

namespace Peregrine.Bench.Books;

/// <summary>Results of the bench of books as text.</summary>
internal static class BooksReport
{
    public static string ToMarkdown(IReadOnlyList<BooksBenchResult> results)
    {
        List<string> lines =
        [
            BenchReport.Machine(),
            "",
            "| stage | messages | ns a message min / median / max | M messages/s at the median | orders at the end | allocated, B | GCs |",
            "|---|---:|---|---:|---:|---:|---:|",
        ];
        foreach (BooksBenchResult result in results)
        {
            double[] ns = [.. result.NsPerMessage.Order()];
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Options.Stage} | {result.Messages:N0} | {ns[0]:N1} / {ns[ns.Length / 2]:N1} / {ns[^1]:N1} | " +
                $"{1e3 / ns[ns.Length / 2]:N1} | {result.Orders:N0} | {result.BytesAllocated:N0} | {result.Collections} |"));
        }

        return string.Join(Environment.NewLine, lines);
    }

    public static string ToJson(IReadOnlyList<BooksBenchResult> results) => JsonSerializer.Serialize(results.Select(result => new
    {
        stage = result.Options.Stage,
        messages = result.Messages,
        nsPerMessage = result.NsPerMessage,
        messagesPerSecond = result.NsPerMessage.Select(ns => 1e9 / ns),
        digest = result.Digest.ToString("x16", CultureInfo.InvariantCulture),
        orders = result.Orders,
        bytesAllocated = result.BytesAllocated,
        collections = result.Collections,
    }));
}
