using System.Globalization;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Streaming.Core.Contracts;

namespace Streaming.Server.Tests.Replay;

/// <summary>The SQLite files of a stopped instance's tasks, to plant faults in.</summary>
internal sealed class TaskStates(string folder)
{
    /// <summary>Folders of state that was set aside.</summary>
    public IReadOnlyList<string> SetAside => [.. Directory.EnumerateDirectories(folder, "*.foreign-*", SearchOption.AllDirectories)];

    /// <summary>
    /// Sets every user task back to half of what it has committed, as far as its offset goes; the users keep what they have applied. A sound
    /// task reads the records again and skips them all.
    /// </summary>
    /// <returns>Records that will be read again.</returns>
    public long SetOffsetsBack() => Each(SetOffsetBack).Sum(o => o.Committed - o.Back);

    /// <summary>
    /// Does the same and takes from every user the memory of having applied those records: what state and offset would be if they were not
    /// written in one transaction. The records are then applied twice.
    /// </summary>
    /// <returns>Records that will be applied again.</returns>
    public long PlantDoubleApply() => Each(database =>
    {
        var offsets = SetOffsetBack(database);
        Forget(database, offsets.Back);
        return offsets;
    }).Sum(o => o.Committed - o.Back);

    private IReadOnlyList<T> Each<T>(Func<SqliteConnection, T> work) =>
        [.. Directory.EnumerateFiles(Path.Combine(folder, "users"), "state.db", SearchOption.AllDirectories).Select(file => On(file, work))];

    private static T On<T>(string file, Func<SqliteConnection, T> work)
    {
        using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        database.Open();
        return work(database);
    }

    private static (long Committed, long Back) SetOffsetBack(SqliteConnection database)
    {
        using var read = database.CreateCommand();
        read.CommandText = "SELECT value FROM identity WHERE name = 'next_offset'";
        // A task that was killed before its first commit has no identity yet.
        if (read.ExecuteScalar() is not string text)
            return default;
        var committed = long.Parse(text, CultureInfo.InvariantCulture);
        using var write = database.CreateCommand();
        write.CommandText = "UPDATE identity SET value = $back WHERE name = 'next_offset'";
        write.Parameters.AddWithValue("$back", (committed / 2).ToString(CultureInfo.InvariantCulture));
        write.ExecuteNonQuery();
        return (committed, committed / 2);
    }

    private static void Forget(SqliteConnection database, long from)
    {
        foreach (var (userId, state) in Users(database))
        {
            if (state.SourceOffset < from)
                continue;
            state.SourceOffset = from - 1;
            // The second guard against a double apply.
            state.RecentEventIds.Clear();
            using var write = database.CreateCommand();
            write.CommandText = "UPDATE users SET value = $value WHERE key = $key";
            write.Parameters.AddWithValue("$key", userId);
            write.Parameters.AddWithValue("$value", state.ToByteArray());
            write.ExecuteNonQuery();
        }
    }

    private static List<(string UserId, UserState State)> Users(SqliteConnection database)
    {
        using var read = database.CreateCommand();
        read.CommandText = "SELECT key, value FROM users";
        using var rows = read.ExecuteReader();
        var users = new List<(string, UserState)>();
        while (rows.Read())
            users.Add((rows.GetString(0), UserState.Parser.ParseFrom(rows.GetFieldValue<byte[]>(1))));
        return users;
    }
}
