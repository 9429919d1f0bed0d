using nietras.SeparatedValues;
using Parquet;
using Parquet.Schema;

namespace Peregrine.Tools.Inspect.Export;

/// <summary>Gets a column's value of a row.</summary>
internal delegate T Getter<out T>(in CommandRow row);

/// <summary>One column of the table, in either format. For Parquet it gathers the values of a row group.</summary>
internal abstract class ExportColumn(string name)
{
    /// <summary>Its name in both formats.</summary>
    public string Name { get; } = name;

    /// <summary>Its type in Parquet.</summary>
    public abstract DataField Field { get; }

    /// <summary>Makes room for a row group.</summary>
    public abstract void Reserve(int rows);

    /// <summary>Keeps the value for the row group.</summary>
    public abstract void Set(int index, in CommandRow row);

    /// <summary>Writes the values that were kept.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter group, int rows);

    /// <summary>Writes the value as text; nothing for none.</summary>
    public abstract void Format(SepWriter.Col column, in CommandRow row);
}

/// <summary>Numbers that every row has.</summary>
internal sealed class RequiredColumn<T>(string name, Getter<T> get) : ExportColumn(name)
    where T : struct, ISpanFormattable
{
    private T[] _values = [];

    /// <inheritdoc/>
    public override DataField Field { get; } = new(name, typeof(T), isNullable: false);

    /// <inheritdoc/>
    public override void Reserve(int rows) => _values = new T[rows];

    /// <inheritdoc/>
    public override void Set(int index, in CommandRow row) => _values[index] = get(in row);

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group, int rows) => group.WriteAsync<T>(Field, _values.AsMemory(0, rows));

    /// <inheritdoc/>
    public override void Format(SepWriter.Col column, in CommandRow row) => column.Format(get(in row));
}

/// <summary>Numbers that a row may lack.</summary>
/// <param name="field">Its type in Parquet where the plain one of <typeparamref name="T"/> does not say enough.</param>
internal sealed class OptionalColumn<T>(string name, Getter<T?> get, DataField? field = null) : ExportColumn(name)
    where T : struct, ISpanFormattable
{
    private T?[] _values = [];

    /// <inheritdoc/>
    public override DataField Field { get; } = field ?? new(name, typeof(T), isNullable: true);

    /// <inheritdoc/>
    public override void Reserve(int rows) => _values = new T?[rows];

    /// <inheritdoc/>
    public override void Set(int index, in CommandRow row) => _values[index] = get(in row);

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group, int rows) => group.WriteAsync<T>(Field, _values.AsMemory(0, rows));

    /// <inheritdoc/>
    public override void Format(SepWriter.Col column, in CommandRow row)
    {
        if (get(in row) is { } value)
        {
            column.Format(value);
        }
        else
        {
            column.Set("");
        }
    }
}

/// <summary>Yes or no, which a row may lack.</summary>
internal sealed class FlagColumn(string name, Getter<bool?> get) : ExportColumn(name)
{
    private bool?[] _values = [];

    /// <inheritdoc/>
    public override DataField Field { get; } = new(name, typeof(bool), isNullable: true);

    /// <inheritdoc/>
    public override void Reserve(int rows) => _values = new bool?[rows];

    /// <inheritdoc/>
    public override void Set(int index, in CommandRow row) => _values[index] = get(in row);

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group, int rows) => group.WriteAsync<bool>(Field, _values.AsMemory(0, rows));

    /// <inheritdoc/>
    public override void Format(SepWriter.Col column, in CommandRow row) =>
        column.Set(get(in row) switch { true => "true", false => "false", null => "" });
}

/// <summary>Words and ids.</summary>
internal sealed class TextColumn(string name, Getter<string?> get) : ExportColumn(name)
{
    private string?[] _values = [];

    /// <inheritdoc/>
    public override DataField Field { get; } = new(name, typeof(string), isNullable: true);

    /// <inheritdoc/>
    public override void Reserve(int rows) => _values = new string?[rows];

    /// <inheritdoc/>
    public override void Set(int index, in CommandRow row) => _values[index] = get(in row);

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group, int rows) => group.WriteAsync(Field, new ArraySegment<string>(_values!, 0, rows));

    /// <inheritdoc/>
    public override void Format(SepWriter.Col column, in CommandRow row) => column.Set(get(in row) ?? "");
}

/// <summary>The sequenced time as a date: to the microsecond in Parquet, where more needs a type that few readers know;
/// to the nanosecond as text.</summary>
internal sealed class TimeColumn(string name) : ExportColumn(name)
{
    private const int NsInTick = 100;
    private DateTime[] _values = [];

    /// <inheritdoc/>
    public override DataField Field { get; } = new DateTimeDataField(name, DateTimeFormat.Timestamp, isAdjustedToUTC: true,
        unit: DateTimeTimeUnit.Micros, isNullable: false);

    /// <inheritdoc/>
    public override void Reserve(int rows) => _values = new DateTime[rows];

    /// <inheritdoc/>
    public override void Set(int index, in CommandRow row) => _values[index] = DateTime.UnixEpoch.AddTicks(row.Command.TimeNs / NsInTick);

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group, int rows) => group.WriteAsync<DateTime>(Field, _values.AsMemory(0, rows));

    /// <inheritdoc/>
    public override void Format(SepWriter.Col column, in CommandRow row) => column.Set(JournalText.Time(row.Command.TimeNs));
}
