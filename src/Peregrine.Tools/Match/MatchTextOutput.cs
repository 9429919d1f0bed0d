using System.Globalization;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <summary>A play for people: each command with its line, below it its events, one a line; then the books.</summary>
/// <param name="namesInstruments">Whether each event says of which instrument it is.</param>
internal sealed class MatchTextOutput(TextWriter output, MatchParts parts, bool namesInstruments) : IMatchOutput
{
    private const string Indent = "       ";
    private const int KindWidth = 12;
    private bool _isFirst = true;

    /// <inheritdoc/>
    public void OnCommand(ScriptCommand command)
    {
        // An instrument that no line defines is there without a word.
        if (parts.Events && command.Text.Length > 0)
        {
            _isFirst = false;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{command.Line,5}  {command.Text}"));
        }
    }

    /// <inheritdoc/>
    public void OnEvent(MatchFact fact)
    {
        if (!parts.Events)
        {
            return;
        }

        string symbol = namesInstruments && fact.Instrument is { } instrument ? $"{instrument.Symbol}  " : "";
        string time = fact is { Type: MatchEventType.PhaseChanged, TimeNs: { } timeNs }
            ? $"  at {ScriptTime.Format(timeNs, fact.Instrument?.Profile.UtcOffset ?? TimeSpan.Zero)}"
            : "";
        output.WriteLine($"{Indent}{fact.Kind.PadRight(KindWidth)}{symbol}{FactText.Of(fact)}{time}".TrimEnd());
    }

    /// <inheritdoc/>
    public void OnBook(BookPicture book, int line)
    {
        if (line == 0 ? parts.Books : parts.Events)
        {
            WriteGap(line);
            BookText.Write(output, book);
        }
    }

    /// <inheritdoc/>
    public void OnOrders(BookPicture book, int line)
    {
        if (!parts.Events)
        {
            return;
        }

        foreach (RestingOrder order in book.BuyQueue.Concat(book.SellQueue).Concat(book.Stops).Concat(book.Parked))
        {
            string place = ScriptWords.Of(ScriptState.Places, order.Place).PadRight(KindWidth);
            output.WriteLine($"{Indent}{place}{FactText.Of(in order, book.Instrument, book.Names)}");
        }
    }

    /// <inheritdoc/>
    public void OnExpectation(ExpectCommand command, string? found)
    {
        if (found is not null)
        {
            _isFirst = false;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{command.Line,5}  {command.Text}"));
            output.WriteLine($"{Indent}NOT MET, found: {found}");
        }
    }

    /// <inheritdoc/>
    public void OnEnd(int met, int notMet)
    {
        if (met + notMet > 0)
        {
            WriteGap(0);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"expectations: {met} met, {notMet} not met"));
        }
    }

    // Between the events and the books, and between two books.
    private void WriteGap(int line)
    {
        if (line == 0 && !_isFirst)
        {
            output.WriteLine();
        }

        _isFirst = false;
    }
}
