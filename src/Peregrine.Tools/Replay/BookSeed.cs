using System.Globalization;
using Peregrine.Cli;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Tools.Replay;

/// <summary>A level of a LOBSTER order book file.</summary>
internal readonly record struct SeedLevel(Side Side, long Price, long Quantity);

/// <summary>
/// LOBSTER order book files: each row is the book just after the message of the same line, as ask price, ask size, bid price, bid size, level
/// after level. The first row seeds a book: what the messages did not add is anonymous quantity.
/// </summary>
internal sealed class BookSeed
{
    private const int RowCharsMax = 1 << 16;
    private const int ColumnsOfLevel = 4;

    private BookSeed(IReadOnlyList<SeedLevel> levels) => Levels = levels;

    /// <summary>The levels of the row, each side from the best on; empty places left out.</summary>
    public IReadOnlyList<SeedLevel> Levels { get; }

    /// <summary>Reads the first row.</summary>
    /// <exception cref="CommandException">It is not there or no such row.</exception>
    public static BookSeed Read(string path)
    {
        foreach (IReadOnlyList<SeedLevel> levels in ReadRows(path))
        {
            return new BookSeed(levels);
        }

        throw new CommandException($"{path}: empty; expected a LOBSTER order book file");
    }

    /// <summary>Reads row after row.</summary>
    /// <exception cref="CommandException">The file is not there, or a row is none.</exception>
    public static IEnumerable<IReadOnlyList<SeedLevel>> ReadRows(string path)
    {
        using StreamReader reader = Open(path);
        char[] text = new char[RowCharsMax];
        long row = 0;
        while (ReadRow(path, reader, text, ++row) is { } line)
        {
            yield return Parse(path, row, line);
        }
    }

    /// <summary>Makes the books as the row has them, after the first message was applied.</summary>
    public void ApplyTo(MarketBooks books, int instrumentId)
    {
        foreach (SeedLevel level in Levels)
        {
            long anonymous = level.Quantity - books.QuantityAt(instrumentId, level.Side, level.Price);
            if (anonymous > 0)
            {
                books.AddAnonymous(instrumentId, level.Side, level.Price, anonymous);
            }
        }
    }

    private static List<SeedLevel> Parse(string path, long row, string line)
    {
        string[] columns = line.Split(',');
        if (columns.Length % ColumnsOfLevel != 0)
        {
            throw new CommandException($"{path}: row {row} has {columns.Length} columns; expected ask price, ask size, bid price, " +
                $"bid size, level after level");
        }

        List<SeedLevel> levels = [];
        for (int column = 0; column < columns.Length; column += 2)
        {
            Side side = column % ColumnsOfLevel == 0 ? Side.Sell : Side.Buy;
            long price = Number(path, row, columns, column);
            long quantity = Number(path, row, columns, column + 1);
            if (Math.Abs(price) == BboWriter.EmptyPrice)
            {
                continue;
            }

            if (quantity <= 0 || price <= 0 || levels.Any(level => level.Side == side && level.Price == price))
            {
                throw new CommandException($"{path}: row {row}, column {column + 1}: {price} with size {quantity}; " +
                    $"expected a price and size above 0, each price once");
            }

            levels.Add(new SeedLevel(side, price, quantity));
        }

        return levels;
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: cannot be read: {fault.Message.TrimEnd('.')}; expected a LOBSTER order book file");
        }
    }

    // No ReadLine: a file without line ends would be read into memory as a whole.
    private static string? ReadRow(string path, StreamReader reader, char[] text, long row)
    {
        int length = 0;
        int next;
        while ((next = reader.Read()) >= 0 && next != '\n')
        {
            if (length == RowCharsMax)
            {
                throw new CommandException($"{path}: row {row} is longer than {RowCharsMax} characters; expected a LOBSTER order book file");
            }

            text[length++] = (char)next;
        }

        return next < 0 && length == 0 ? null : new string(text, 0, length).TrimEnd('\r');
    }

    private static long Number(string path, long row, string[] columns, int column) =>
        long.TryParse(columns[column], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
        && value is > -(1L << 56) and < 1L << 56
            ? value
            : throw new CommandException($"{path}: row {row}, column {column + 1}: " +
                $"'{columns[column][..Math.Min(columns[column].Length, 32)]}'; expected a whole number (prices in 1/10,000)");
}
