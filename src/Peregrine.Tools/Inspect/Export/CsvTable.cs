using System.Text;
using nietras.SeparatedValues;

namespace Peregrine.Tools.Inspect.Export;

/// <summary>Comma separated values as in RFC 4180, but lines end with a line feed: a header, then one line a command. UTF-8 without a mark.</summary>
internal sealed class CsvTable : CommandTable
{
    private readonly IReadOnlyList<ExportColumn> _columns = CommandColumns.Create();
    private readonly StreamWriter _text;
    private readonly SepWriter _writer;

    public CsvTable(Stream stream)
    {
        _text = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        _writer = Sep.New(',').Writer(options => options with { Escape = true }).To(_text, leaveOpen: true);
        _writer.Header.Add([.. _columns.Select(column => column.Name)]);
    }

    /// <inheritdoc/>
    public override void Add(in CommandRow row)
    {
        using SepWriter.Row line = _writer.NewRow();
        for (int index = 0; index < _columns.Count; index++)
        {
            _columns[index].Format(line[index], in row);
        }
    }

    /// <inheritdoc/>
    public override void Finish()
    {
        _writer.Dispose();
        _text.Flush();
    }
}
