using Parquet;
using Parquet.Schema;

namespace Peregrine.Tools.Inspect.Export;

/// <summary>Apache Parquet, Snappy compressed. A row group is written when it is full, so that memory does not grow with the journal.</summary>
internal sealed class ParquetTable : CommandTable
{
    /// <summary>Commands in a row group; about 27 MB of memory.</summary>
    public const int GroupRows = 1 << 16;

    private readonly IReadOnlyList<ExportColumn> _columns = CommandColumns.Create();
    private readonly ParquetWriter _writer;
    private int _rows;

    public ParquetTable(Stream stream)
    {
        ParquetSchema schema = new(_columns.Select(column => (Field)column.Field));
        _writer = ParquetWriter.CreateAsync(schema, stream, new ParquetOptions { CompressionMethod = CompressionMethod.Snappy }).GetAwaiter()
            .GetResult();
        foreach (ExportColumn column in _columns)
        {
            column.Reserve(GroupRows);
        }
    }

    /// <inheritdoc/>
    public override void Add(in CommandRow row)
    {
        foreach (ExportColumn column in _columns)
        {
            column.Set(_rows, in row);
        }

        if (++_rows == GroupRows)
        {
            WriteGroup();
        }
    }

    /// <inheritdoc/>
    public override void Finish()
    {
        if (_rows > 0)
        {
            WriteGroup();
        }

        _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    // The file is written synchronously by this thread, so nothing waits here.
    private void WriteGroup()
    {
        using ParquetRowGroupWriter group = _writer.CreateRowGroup();
        foreach (ExportColumn column in _columns)
        {
            column.WriteAsync(group, _rows).GetAwaiter().GetResult();
        }

        _rows = 0;
    }
}
