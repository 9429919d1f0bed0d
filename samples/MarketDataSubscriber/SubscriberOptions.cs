using System.Globalization;
using Peregrine.MarketData.V1;

namespace Peregrine.Samples;

/// <summary>What the command line asks for.</summary>
public sealed record SubscriberOptions
{
    /// <summary>The text of --help.</summary>
    public const string Help = """
        usage: MarketDataSubscriber HOST:PORT SYMBOL... [options]

        Subscribes to symbols ("*" alone: all), keeps their books, checks them, and prints them.

          --depth D    best, levels, orders or trades; levels if not given
          --count N    stop after N frames of market data (snapshots and increments)
          --json       one line per frame: the protobuf message as JSON
          --quiet      print no books, only what goes wrong and a last line
          --help       this text

        exit code: 0 the N frames came, or Ctrl-C, or the server shut down and no N was given;
                   1 no connection, a wrong book, or an end that was not asked for; 2 wrong arguments

        example: MarketDataSubscriber 127.0.0.1:9881 AAPL MSFT --depth orders --count 100
        """;

    /// <summary>Name or address of the server.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port of the server, 1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>One or more symbols, or "*" alone.</summary>
    public required IReadOnlyList<string> Symbols { get; init; }

    /// <summary>How much of each instrument.</summary>
    public required Depth Depth { get; init; }

    /// <summary>Frames of market data to stop after; null for no end.</summary>
    public required long? CountMax { get; init; }

    /// <summary>One line of JSON per frame instead of books.</summary>
    public required bool IsJson { get; init; }

    /// <summary>No books.</summary>
    public required bool IsQuiet { get; init; }

    /// <summary>Reads the command line.</summary>
    /// <param name="arguments">As Main gets them.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentException">An argument is missing or wrong; the message says which, and what is expected.</exception>
    public static SubscriberOptions Parse(IEnumerable<string> arguments)
    {
        List<string> words = [];
        Depth depth = Depth.Levels;
        long? countMax = null;
        bool isJson = false, isQuiet = false;
        Queue<string> rest = new(arguments);
        while (rest.TryDequeue(out string? word))
        {
            switch (word)
            {
                case "--depth":
                    depth = ParseDepth(ValueOf(word, rest));
                    break;
                case "--count":
                    countMax = ParseCount(ValueOf(word, rest));
                    break;
                case "--json":
                    isJson = true;
                    break;
                case "--quiet":
                    isQuiet = true;
                    break;
                case ['-', ..]:
                    throw new ArgumentException($"unknown option {word}; expected --depth, --count, --json, --quiet or --help");
                default:
                    words.Add(word);
                    break;
            }
        }

        if (words.Count < 2)
        {
            throw new ArgumentException("expected HOST:PORT and at least one symbol");
        }

        (string host, int port) = ParseAddress(words[0]);
        return new SubscriberOptions
        {
            Host = host, Port = port, Symbols = words[1..], Depth = depth, CountMax = countMax, IsJson = isJson, IsQuiet = isQuiet,
        };
    }

    private static string ValueOf(string option, Queue<string> rest) =>
        rest.TryDequeue(out string? value) ? value : throw new ArgumentException($"{option} needs a value");

    private static Depth ParseDepth(string text) => text switch
    {
        "best" => Depth.Best,
        "levels" => Depth.Levels,
        "orders" => Depth.Orders,
        "trades" => Depth.Trades,
        _ => throw new ArgumentException($"--depth {text}: expected best, levels, orders or trades"),
    };

    private static long ParseCount(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count) && count > 0
            ? count
            : throw new ArgumentException($"--count {text}: expected a whole number from 1 on");

    // An IPv6 address stands in brackets: [::1]:9881.
    private static (string Host, int Port) ParseAddress(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0
            ? (text[..colon].TrimStart('[').TrimEnd(']'), port)
            : throw new ArgumentException($"'{text}' is no HOST:PORT, such as 127.0.0.1:9881");
    }
}
