using System.Globalization;
using System.CommandLine;
using Peregrine.Cli;
using Peregrine.Feeds;
using Peregrine.Feeds.Record;
using Peregrine.Trading.MarketData;

namespace Peregrine.Tools.Verbs;

/// <summary>peregrine record: any feed as ITCH 5.0.</summary>
internal static class RecordVerb
{
    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "A recorded feed, as replay takes it." };
        Argument<string> output = new("OUT") { Description = "The file to write; it gets its name when it is whole." };
        Option<string> format = new("--format") { Description = "itch: plain BinaryFILE. moldudp64: packets in a pcap capture.",
            DefaultValueFactory = _ => "itch" };
        Option<bool> truncated = new("--allow-truncated") { Description = "A feed that ends in the middle of a message is no failure." };
        Command record = new("record", "Writes a recorded feed as ITCH 5.0, plain or in MoldUDP64.") { file, output, format, truncated };
        record.SetAction(result => Run(result.GetRequiredValue(file), result.GetRequiredValue(output), result.GetRequiredValue(format),
            result.GetValue(truncated)));
        return record.WithExample("peregrine record AAPL_2012-06-21_34200000_37800000_message_50.csv aapl.pcap --format moldudp64");
    }

    private static int Run(string path, string outputPath, string format, bool isTruncatedAllowed)
    {
        if (format is not ("itch" or "moldudp64"))
        {
            throw new CommandException($"--format: '{format}', expected itch or moldudp64", 2);
        }

        using FeedReader feed = FeedFile.Open(path);
        using OutputFile output = new(outputPath, path);
        MessageSink sink = format == "itch" ? new BinaryFileSink(output.Stream) : new MoldCaptureSink(output.Stream);
        ItchRecorder recorder = new(feed, sink);
        FeedStatus ending;
        try
        {
            ending = recorder.Run(Terminal.Progress);
        }
        catch (IOException fault)
        {
            throw new CommandException($"{outputPath}: cannot be written: {fault.Message.TrimEnd('.')}; make room or choose another place");
        }
        finally
        {
            Terminal.EndProgress();
        }

        if (ending == FeedStatus.Truncated && !isTruncatedAllowed)
        {
            throw new CommandException(feed.Explain(ending));
        }

        output.Commit();
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, 
            $"{outputPath}: {recorder.Written:N0} ITCH 5.0 messages from {recorder.Read:N0} of {feed.Format}; " +
            $"{recorder.LeftOut:N0} that ITCH has no word for are left out"));
        return 0;
    }
}
