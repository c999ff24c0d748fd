using Microsoft.Data.Sqlite;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>Reads and changes state files behind the runtime's back.</summary>
internal static class StoreDump
{
    private static readonly string[] Tables = ["identity", "users", "history", "contents", "semantic_ids", "collisions"];

    /// <summary>Every row of every store of a role, as text.</summary>
    public static IEnumerable<string> Rows(string root, string role)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(root, role), "state.db", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            foreach (var table in Tables)
            {
                var column = table == "identity" ? "name" : "key";
                foreach (var (key, value) in Query(file, $"SELECT {column}, hex(value) FROM {table} ORDER BY {column}"))
                    yield return $"{Path.GetFileName(Path.GetDirectoryName(file))} {table} {key} {value}";
            }
        }
    }

    /// <summary>The first two columns of a query.</summary>
    public static List<(string First, string Second)> Query(string file, string sql)
    {
        using var connection = Open(file);
        using var command = Command(connection, sql);
        using var rows = command.ExecuteReader();
        var found = new List<(string, string)>();
        while (rows.Read())
            found.Add((rows.GetString(0), rows.GetString(1)));
        return found;
    }

    /// <summary>Runs statements, creating the file if need be.</summary>
    public static void Execute(string file, string sql)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var connection = Open(file);
        using var command = Command(connection, sql);
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Text of the tests themselves.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
