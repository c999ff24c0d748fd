using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Streaming.Runtime.Stores;

/// <summary>
/// One SQLite file (WAL) per task: a table per store, and a table with the identity, written in the same transaction.
/// </summary>
/// <remarks>
/// <c>synchronous = NORMAL</c>: a killed process loses nothing that was committed; a power cut may lose the newest commits as a whole,
/// and since the source offset is in the same transaction, the task then replays a little more. Reads and writes have a connection each.
/// </remarks>
internal sealed class TaskDatabase : IDisposable
{
    private const int FormatVersion = 1;
    private static readonly StoreName[] Stores = Enum.GetValues<StoreName>();

    private readonly SqliteConnection _reader;
    private readonly SqliteConnection _writer;
    private readonly SqliteCommand[] _select;
    private readonly SqliteCommand[] _upsert;
    private readonly SqliteCommand _identity;

    private TaskDatabase(SqliteConnection reader, SqliteConnection writer)
    {
        (_reader, _writer) = (reader, writer);
        Prepare(writer);
        _select = [.. Stores.Select(s => Command(reader, $"SELECT value FROM {Table(s)} WHERE key = $key"))];
        _upsert = [.. Stores.Select(s => Command(writer, $"INSERT INTO {Table(s)}(key, value) VALUES ($key, $value) ON CONFLICT(key) DO UPDATE SET value = excluded.value"))];
        _identity = Command(writer, "INSERT INTO identity(name, value) VALUES ($key, $value) ON CONFLICT(name) DO UPDATE SET value = excluded.value");
    }

    /// <exception cref="StoreException">The file cannot be opened, is corrupted, or has a newer format.</exception>
    public static TaskDatabase Open(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new(Connect(path), Connect(path));
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"state store '{path}' cannot be opened: {e.Message}", e);
        }
    }

    public byte[]? Read(StateKey key)
    {
        try
        {
            var command = _select[(int)key.Store];
            command.Parameters[0].Value = key.Key;
            return command.ExecuteScalar() as byte[];
        }
        catch (SqliteException e)
        {
            throw new StoreException($"state store '{_reader.DataSource}' cannot be read: {e.Message}", e);
        }
    }

    public void Write(CommitBatch batch)
    {
        try
        {
            using var transaction = _writer.BeginTransaction();
            foreach (var (key, value) in batch.Values)
                Execute(_upsert[(int)key.Store], transaction, key.Key, value);
            if (batch.Identity is not null)
            {
                foreach (var (name, value) in Fields(batch.Identity))
                    Execute(_identity, transaction, name, value);
            }
            transaction.Commit();
        }
        catch (SqliteException e)
        {
            throw new StoreException($"state store '{_writer.DataSource}' cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Empties every table.</summary>
    /// <exception cref="StoreException">The disk refuses.</exception>
    public void Clear()
    {
        try
        {
            foreach (var store in Stores)
                Scalar(_writer, $"DELETE FROM {Table(store)}");
            Scalar(_writer, "DELETE FROM identity");
        }
        catch (SqliteException e)
        {
            throw new StoreException($"state store '{_writer.DataSource}' cannot be emptied: {e.Message}", e);
        }
    }

    /// <summary>What the store holds the state of; null before the first commit.</summary>
    /// <exception cref="StoreException">The file is damaged.</exception>
    public StoreIdentity? Identity()
    {
        try
        {
            var fields = IdentityFields();
            return fields.Count == 0 ? null : ToIdentity(fields);
        }
        catch (Exception e) when (e is SqliteException or KeyNotFoundException or FormatException)
        {
            throw new StoreException($"state store '{_reader.DataSource}' does not say whose state it is: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        foreach (var command in _select.Concat(_upsert).Append(_identity))
            command.Dispose();
        _reader.Dispose();
        _writer.Dispose();
    }

    private Dictionary<string, string> IdentityFields()
    {
        using var command = _reader.CreateCommand();
        command.CommandText = "SELECT name, value FROM identity";
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        using var rows = command.ExecuteReader();
        while (rows.Read())
            fields[rows.GetString(0)] = rows.GetString(1);
        return fields;
    }

    private static StoreIdentity ToIdentity(Dictionary<string, string> fields)
    {
        var mark = fields["mark"].Split(':');
        return new(
            fields["cluster_id"],
            fields["topic"],
            int.Parse(fields["partition"], CultureInfo.InvariantCulture),
            long.Parse(fields["next_offset"], CultureInfo.InvariantCulture),
            mark.Length == 2 ? new LogMark(long.Parse(mark[0], CultureInfo.InvariantCulture), ulong.Parse(mark[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)) : null,
            ulong.Parse(fields.GetValueOrDefault("origin", "0"), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    private static IEnumerable<(string Name, string Value)> Fields(StoreIdentity identity) =>
    [
        ("cluster_id", identity.ClusterId),
        ("topic", identity.Topic),
        ("partition", identity.Partition.ToString(CultureInfo.InvariantCulture)),
        ("next_offset", identity.NextOffset.ToString(CultureInfo.InvariantCulture)),
        ("origin", identity.Origin.ToString("x16", CultureInfo.InvariantCulture)),
        ("mark", identity.Mark is { } mark ? string.Create(CultureInfo.InvariantCulture, $"{mark.Offset}:{mark.Hash:x16}") : ""),
    ];

    private static void Prepare(SqliteConnection connection)
    {
        var version = (long)Scalar(connection, "PRAGMA user_version")!;
        if (version > FormatVersion)
            throw new StoreException($"state store '{connection.DataSource}' has format {version}; this program reads up to {FormatVersion}");
        foreach (var store in Stores)
            Scalar(connection, $"CREATE TABLE IF NOT EXISTS {Table(store)}(key TEXT PRIMARY KEY, value BLOB NOT NULL)");
        Scalar(connection, "CREATE TABLE IF NOT EXISTS identity(name TEXT PRIMARY KEY, value TEXT NOT NULL)");
        Scalar(connection, $"PRAGMA user_version = {FormatVersion}");
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        Scalar(connection, "PRAGMA journal_mode = WAL");
        Scalar(connection, "PRAGMA synchronous = NORMAL");
        return connection;
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Table names and numbers of this class only.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Table names of this class only; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Parameters.Add("$key", SqliteType.Text);
        if (sql.Contains("$value", StringComparison.Ordinal))
            command.Parameters.Add(new SqliteParameter("$value", null));
        return command;
    }

    private static void Execute(SqliteCommand command, SqliteTransaction transaction, string key, object value)
    {
        command.Transaction = transaction;
        command.Parameters[0].Value = key;
        command.Parameters[1].Value = value;
        command.ExecuteNonQuery();
    }

    private static string Table(StoreName store) => store switch
    {
        StoreName.Users => "users",
        StoreName.History => "history",
        StoreName.Contents => "contents",
        StoreName.SemanticIds => "semantic_ids",
        StoreName.Collisions => "collisions",
        _ => throw new ArgumentOutOfRangeException(nameof(store), store, "unknown store"),
    };
}
