using System.Text;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Stores;

public sealed class TaskStoreTests : IDisposable
{
    private static readonly StateKey Key = StateKey.User("u1");
    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "task", "state.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_see_what_was_put_while_it_is_gathered_sealed_and_written()
    {
        using var store = new TaskStore(TaskDatabase.Open(File));
        Assert.Null(store.Get(Key));

        store.Put(Key, [1]);
        Assert.Equal([1], store.Get(Key));

        var batch = store.Seal(Identity(1));
        Assert.Equal([1], store.Get(Key));

        store.Put(Key, [2]);
        Assert.Equal([2], store.Get(Key));

        store.Write(batch);
        store.EndCommit();
        Assert.Equal([2], store.Get(Key));
        using var other = new TaskStore(TaskDatabase.Open(File));
        Assert.Equal([1], other.Get(Key));
    }

    [Fact]
    public void A_second_batch_cannot_be_sealed_before_the_first_is_written()
    {
        using var store = new TaskStore(TaskDatabase.Open(File));
        store.Seal(Identity(1));

        Assert.Throws<InvalidOperationException>(() => store.Seal(Identity(2)));
    }

    [Fact]
    public void Values_and_identity_are_written_together_or_not_at_all()
    {
        using (var database = TaskDatabase.Open(File))
        {
            database.Write(Batch(1, (Key, [1])));

            // The identity is the last that a transaction writes; without its table the values must not stay either.
            StoreDump.Execute(File, "ALTER TABLE identity RENAME TO elsewhere");
            var error = Assert.Throws<StoreException>(() => database.Write(Batch(2, (Key, [2]))));
            Assert.Contains(File, error.Message, StringComparison.Ordinal);
            StoreDump.Execute(File, "ALTER TABLE elsewhere RENAME TO identity");
        }

        using var again = TaskDatabase.Open(File);
        Assert.Equal([1], again.Read(Key));
        Assert.Equal(1, again.Identity()!.NextOffset);
    }

    [Fact]
    public void An_identity_comes_back_as_it_was_written()
    {
        var identity = new StoreIdentity("cluster", "topic", 3, 42, new LogMark(41, 0xfedcba9876543210), 7);
        using (var database = TaskDatabase.Open(File))
        {
            Assert.Null(database.Identity());
            database.Write(new CommitBatch(new Dictionary<StateKey, byte[]>(), identity));
        }

        using var again = TaskDatabase.Open(File);
        Assert.Equal(identity, again.Identity());
    }

    [Fact]
    public void A_store_that_format_1_wrote_is_read()
    {
        // Golden: the schema and a few rows, as version 1 of the format wrote them. This text must never change.
        StoreDump.Execute(File, """
            PRAGMA journal_mode = WAL;
            CREATE TABLE users(key TEXT PRIMARY KEY, value BLOB NOT NULL);
            CREATE TABLE history(key TEXT PRIMARY KEY, value BLOB NOT NULL);
            CREATE TABLE contents(key TEXT PRIMARY KEY, value BLOB NOT NULL);
            CREATE TABLE semantic_ids(key TEXT PRIMARY KEY, value BLOB NOT NULL);
            CREATE TABLE collisions(key TEXT PRIMARY KEY, value BLOB NOT NULL);
            CREATE TABLE identity(name TEXT PRIMARY KEY, value TEXT NOT NULL);
            INSERT INTO users VALUES ('u1', x'01');
            INSERT INTO history VALUES ('u1' || char(31) || '00000007', x'02');
            INSERT INTO contents VALUES ('c1' || char(31) || '12', x'03');
            INSERT INTO semantic_ids VALUES ('c1', x'04');
            INSERT INTO collisions VALUES ('codebook' || char(31) || '1-2', x'05');
            INSERT INTO identity VALUES ('cluster_id', 'cluster'), ('topic', 'user-events'), ('partition', '3'), ('next_offset', '42'), ('mark', '41:00000000000000ff');
            PRAGMA user_version = 1;
            """);

        using var database = TaskDatabase.Open(File);

        Assert.Equal(new StoreIdentity("cluster", "user-events", 3, 42, new LogMark(41, 255), 0), database.Identity());
        Assert.Equal([1], database.Read(StateKey.User("u1")));
        Assert.Equal([2], database.Read(StateKey.Segment("u1", 7)));
        Assert.Equal([3], database.Read(StateKey.Content("c1", 12)));
        Assert.Equal([4], database.Read(StateKey.SemanticId("c1")));
        Assert.Equal([5], database.Read(StateKey.Collision("codebook", [1, 2])));
    }

    [Fact]
    public void What_is_written_is_format_1()
    {
        using (var database = TaskDatabase.Open(File))
            database.Write(Batch(1, (StateKey.Segment("u1", 7), [2]), (StateKey.Collision("codebook", [1, 2]), [5])));

        Assert.Equal("1", StoreDump.Query(File, "SELECT 'version', CAST(user_version AS TEXT) FROM pragma_user_version").Single().Second);
        Assert.Equal([("u1\u001f00000007", "02")], StoreDump.Query(File, "SELECT key, hex(value) FROM history"));
        Assert.Equal([("codebook\u001f1-2", "05")], StoreDump.Query(File, "SELECT key, hex(value) FROM collisions"));
        Assert.Equal(
            ["collisions", "contents", "history", "identity", "semantic_ids", "users"],
            StoreDump.Query(File, "SELECT name, type FROM sqlite_master WHERE type = 'table' ORDER BY name").Select(t => t.First));
    }

    [Fact]
    public void A_newer_format_is_refused()
    {
        StoreDump.Execute(File, "PRAGMA user_version = 2");

        var error = Assert.Throws<StoreException>(() => TaskDatabase.Open(File));

        Assert.Contains("format 2", error.Message, StringComparison.Ordinal);
        Assert.Contains(File, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_an_error_that_names_it()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, new string('x', 8192), Encoding.ASCII);

        Assert.Contains(File, Assert.Throws<StoreException>(() => TaskDatabase.Open(File)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("users")]
    public void A_damaged_page_is_an_error_that_names_the_file(string table)
    {
        using (var database = TaskDatabase.Open(File))
            database.Write(Batch(1, (Key, new byte[3000])));
        var page = int.Parse(StoreDump.Query(File, $"SELECT name, CAST(rootpage AS TEXT) FROM sqlite_master WHERE name = '{table}'").Single().Second, System.Globalization.CultureInfo.InvariantCulture);
        using (var bytes = System.IO.File.OpenWrite(File))
        {
            bytes.Position = (page - 1) * 4096L;
            bytes.Write(new byte[4096]);
        }

        using var damaged = TaskDatabase.Open(File);
        var error = Assert.Throws<StoreException>(() => table == "identity" ? damaged.Identity() : (object?)damaged.Read(Key));

        Assert.Contains(File, error.Message, StringComparison.Ordinal);
    }

    private static StoreIdentity Identity(long next) => new("cluster", "topic", 0, next, null, 0);

    private static CommitBatch Batch(long next, params (StateKey Key, byte[] Value)[] values) =>
        new(values.ToDictionary(v => v.Key, v => v.Value), Identity(next));
}
