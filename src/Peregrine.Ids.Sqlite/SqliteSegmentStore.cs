using Microsoft.Data.Sqlite;

namespace Peregrine.Ids.Sqlite;

/// <summary>
/// Segments in an SQLite file. A lease is one transaction, synced to the disk before it returns; several processes may share the file.
/// </summary>
/// <remarks>Thread: one call at a time. Source of the pragmas: sqlite.org/pragma.html.</remarks>
public sealed class SqliteSegmentStore : ISegmentStore, IDisposable
{
    private const int BusyTimeoutSeconds = 5;
    private readonly SqliteConnection _connection;
    private readonly string _path;

    /// <summary>Opens the file, making it when missing.</summary>
    /// <exception cref="SegmentStoreException">It cannot be opened or written, or is not a database of this kind.</exception>
    public SqliteSegmentStore(string path)
    {
        _path = path;
        SqliteConnectionStringBuilder builder = new() { DataSource = path, DefaultTimeout = BusyTimeoutSeconds, Pooling = false };
        _connection = new SqliteConnection(builder.ToString());
        try
        {
            _connection.Open();
            Execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;");
            Execute("CREATE TABLE IF NOT EXISTS id_segment (tag TEXT PRIMARY KEY, next INTEGER NOT NULL CHECK (next > 0)) STRICT;");
        }
        catch (SqliteException failure)
        {
            _connection.Dispose();
            throw Failed("opening", failure);
        }
    }

    /// <inheritdoc/>
    public IdSegment Lease(string tag, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        try
        {
            using SqliteCommand command = _connection.CreateCommand();
            command.CommandText = "INSERT INTO id_segment (tag, next) VALUES ($tag, 1 + $count) ON CONFLICT (tag) DO UPDATE SET next = next + $count RETURNING next;";
            _ = command.Parameters.AddWithValue("$tag", tag);
            _ = command.Parameters.AddWithValue("$count", count);
            long next = (long)command.ExecuteScalar()!;
            return new IdSegment(next - count, count);
        }
        catch (SqliteException failure)
        {
            throw Failed("leasing from", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private void Execute(string text)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = text;
        _ = command.ExecuteNonQuery();
    }

    private SegmentStoreException Failed(string doing, SqliteException failure) =>
        new($"{doing} the id store {_path} failed: {failure.Message.TrimEnd('.')}; check that the file is an id store and that this user may write it and its folder", failure);
}
