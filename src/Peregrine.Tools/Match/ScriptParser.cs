using System.Globalization;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <summary>Reads a script, and finds every line that is wrong before anything runs. docs/match-script.md is the language.</summary>
internal sealed partial class ScriptParser
{
    private static readonly string[] Statements =
    [
        "buy", "sell", "new", "cancel", "reduce", "replace", "mass-cancel", "disconnect", "phase", "time", "instrument", "use", "terms",
            "venue", "rule",
        "book", "orders", "expect", "capacity",
    ];

    private readonly List<ScriptCommand> _commands = [];
    private readonly List<ScriptError> _errors = [];
    private readonly ScriptNames _names = new();
    private readonly Dictionary<ulong, ScriptInstrument> _instrumentOf = [];
    private ScriptLine _line = new(0, "");
    private long? _nowNs;
    private int _capacity = ScriptLimits.OrdersMax;
    private int _errorCount;

    /// <summary>Reads a whole script.</summary>
    /// <param name="program">What it says; of use only without errors.</param>
    /// <returns>The errors, by line; empty when there are none.</returns>
    public static IReadOnlyList<ScriptError> Parse(TextReader reader, out ScriptProgram program)
    {
        ScriptParser parser = new();
        int number = 0;
        while (reader.ReadLine() is { } text)
        {
            if (++number > ScriptLimits.LinesMax)
            {
                parser.Add(number, $"the script has more than {ScriptLimits.LinesMax} lines; split it");
                break;
            }

            parser.ReadLine(number, text);
        }

        if (parser._errorCount > ScriptLimits.ErrorsMax)
        {
            parser._errors.Add(new ScriptError(number, $"and {parser._errorCount - ScriptLimits.ErrorsMax} more errors"));
        }

        program = new ScriptProgram(parser._commands, parser._names, parser._capacity);
        return parser._errors;
    }

    private void ReadLine(int number, string text)
    {
        if (text.Length > ScriptLimits.LineLengthMax)
        {
            Add(number, $"the line has {text.Length} characters, expected {ScriptLimits.LineLengthMax} at most");
            return;
        }

        _line = new ScriptLine(number, number == 1 ? text.TrimStart('\uFEFF') : text);
        if (_line.IsAtEnd)
        {
            return;
        }

        try
        {
            ReadStatement(_line.Take("a command"));
        }
        catch (ScriptFault fault)
        {
            Add(number, fault.Message);
        }
    }

    private void Add(int line, string message)
    {
        if (++_errorCount <= ScriptLimits.ErrorsMax)
        {
            _errors.Add(new ScriptError(line, message));
        }
    }

    private void ReadStatement(string word)
    {
        switch (word.ToLowerInvariant())
        {
            case "buy" or "bid":
                ReadNew(null, Side.Buy);
                break;
            case "sell" or "ask" or "offer":
                ReadNew(null, Side.Sell);
                break;
            case "new":
                ReadNamedNew();
                break;
            case "cancel":
                Do(new CancelCommand(_line.Number, _line.Text, ReadOrderId()));
                break;
            case "reduce":
                ReadReduce();
                break;
            case "replace":
                ReadReplace();
                break;
            case "mass-cancel" or "masscancel":
                ReadMassCancel();
                break;
            case "disconnect":
                Do(new MassCancelCommand(_line.Number, _line.Text, new MassCancelFilter() with { Session = ReadFilterOwner("a session") }));
                break;
            case "phase":
                ReadPhase();
                break;
            case "time":
                long timeNs = ReadNextTime();
                Do(new TimeCommand(_line.Number, _line.Text, timeNs));
                _nowNs = timeNs;
                break;
            case "instrument":
                ReadInstrument();
                break;
            case "use":
                ScriptInstrument used = ReadSymbol();
                _line.End([]);
                _current = used;
                break;
            case "terms":
                ReadTerms();
                break;
            case "venue":
                ReadVenue();
                break;
            case "rule":
                ReadRule();
                break;
            case "book":
                Do(new BookCommand(_line.Number, _line.Text, ReadInstruments()));
                break;
            case "orders":
                Do(new OrdersCommand(_line.Number, _line.Text));
                break;
            case "expect":
                Do(new ExpectCommand(_line.Number, _line.Text, ReadExpectation()));
                break;
            case "capacity":
                ReadCapacity();
                break;
            default:
                throw ScriptLine.Unknown(word, "a command", Statements);
        }
    }

    // A command counts only when nothing follows that it does not understand.
    private void Do(ScriptCommand command)
    {
        _line.End([]);
        _commands.Add(command);
    }

    private void ReadCapacity()
    {
        long capacity = ReadWhole("a number of orders");
        if (capacity is < 1 or > ScriptLimits.OrdersMax)
        {
            throw new ScriptFault($"capacity '{capacity}', expected 1 to {ScriptLimits.OrdersMax}");
        }

        if (_commands.Count > 0)
        {
            throw new ScriptFault("capacity comes after other commands, expected before them; move it to the top");
        }

        _line.End([]);
        _capacity = (int)capacity;
    }

    private ulong ReadOrderId() => _names.OrderId(_line.Take("the name of an order"));

    private long ReadWhole(string what)
    {
        string text = _line.Take(what);
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new ScriptFault($"found '{text}', expected {what}");
    }

    private long ReadNextTime()
    {
        long timeNs = ReadTime(isEndOfDay: false);
        return timeNs >= (_nowNs ?? 0) ? timeNs
            : _nowNs is null ? throw new ScriptFault("the time lies before 1970, expected a later one")
            : throw new ScriptFault($"the time {ScriptTime.Format(timeNs, UtcOffset)} lies before " +
                $"{ScriptTime.Format(_nowNs.Value, UtcOffset)}, expected a later one; name the date when the next day is meant");
    }

    private long ReadTime(bool isEndOfDay)
    {
        string text = _line.Take(ScriptTime.Expected);

        // "2026-01-05 09:30" is one time in two tokens.
        if (text.Length == 10 && text[4] == '-' && _line.Next is { Length: > 3 } next && char.IsAsciiDigit(next[0])
            && next.Contains(':', StringComparison.Ordinal))
        {
            text = $"{text}T{_line.Take("")}";
        }

        return !ScriptTime.TryParse(text, _nowNs, UtcOffset, out long timeNs, out bool isDate)
            ? throw new ScriptFault($"found '{text}', expected {ScriptTime.Expected}")
            : isDate && isEndOfDay ? timeNs + (TimeSpan.TicksPerDay * 100) - 1
            : timeNs;
    }

    private int ReadFilterOwner(string what)
    {
        int number = _names.Owner(_line.Take(what));
        return number >= 0 ? number : throw new ScriptFault($"found '{number}', expected {what} that is no negative number");
    }
}
