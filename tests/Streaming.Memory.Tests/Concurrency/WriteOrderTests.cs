using Streaming.Memory.Rows;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Versions;

namespace Streaming.Memory.Tests.Concurrency;

/// <summary>
/// The order of the writer's stores: a row is complete before it is shown, and all rows before their version is. A processor that reorders stores makes of a
/// missing release what a wrong order makes everywhere, so the order is what is planted. Readers look in the middle of the writing of a row.
/// </summary>
public sealed class WriteOrderTests
{
    private static readonly Dictionary<string, string> Red = new() { ["color"] = "red" };
    private readonly ManualTime _time = new(1);

    [Fact]
    public void A_reader_in_the_middle_of_a_row_sees_the_batch_before()
    {
        var violations = LookMidRow(Make(), static _ => { });

        Assert.Equal([null, null], violations);
    }

    [Fact]
    public void A_planted_version_that_is_published_before_its_row_is_written_is_caught_at_the_first_row()
    {
        var violations = LookMidRow(Make(), memory =>
        {
            MemoryVersion newest = memory.Versions.Newest;
            memory.Versions.Publish(new MemoryVersion(newest.Number + 1, 1, newest.Sizes));
        });

        Assert.NotNull(violations[0]);
    }

    [Fact]
    public void A_row_that_is_used_again_shows_nothing_of_what_it_was()
    {
        var memory = WithReturnedRow();
        string? seen = null;
        memory.Upsert("new", PairProtocol.VectorOf(2), new HookedAttributes(Red, () => seen = SeenOf(memory)), new(3, "s", 3));

        Assert.Null(seen ?? SeenOf(memory));
        memory.Publish();
        Assert.Equal("new", SeenOf(memory));
    }

    [Fact]
    public void A_planted_row_that_is_shown_before_it_is_written_is_caught()
    {
        var memory = WithReturnedRow();
        RowStore rows = memory.Parts.Rows;
        int row = rows.Take(hasVector: true, eventTimeMs: 3);
        rows[row].Show(source: 0);

        Assert.Equal("old", SeenOf(memory));
    }

    private static List<string?> LookMidRow(VectorNamespace memory, Action<VectorNamespace> plant)
    {
        List<string?> violations = [];
        foreach (string id in (string[])["left", "right"])
        {
            HookedAttributes attributes = new(PairProtocol.AttributesOf(2), () =>
            {
                plant(memory);
                using MemorySnapshot snapshot = memory.Snapshot();
                violations.Add(PairProtocol.Violation(snapshot));
            });
            memory.Upsert(id, PairProtocol.VectorOf(2), attributes, new(2, "s", 2));
        }
        return violations;
    }

    // The index of attributes still lists its row, and a fact, which has a row elsewhere, has got its attributes.
    private VectorNamespace WithReturnedRow()
    {
        var memory = Make();
        memory.Upsert("old", PairProtocol.VectorOf(1), Red, new(1, "s", 1));
        memory.Publish();
        Assert.Equal("old", SeenOf(memory));
        memory.Delete("old", new(2, "s", 2));
        memory.Compact();
        for (int stored = memory.StoredRows; memory.StoredRows == stored;)
            memory.Publish();
        memory.Upsert("fact", [], Red, new(2, "s", 2));
        Assert.Null(SeenOf(memory));
        return memory;
    }

    private static string? SeenOf(VectorNamespace memory) =>
        memory.Search(PairProtocol.Probe, 1, new SearchOptions { Where = Red }).Neighbours.SingleOrDefault().Id;

    private VectorNamespace Make()
    {
        VectorNamespace memory = new(
            new() { Name = "order", Dimension = PairProtocol.Dimension, Metric = Metric.Dot, Format = VectorFormat.SinglePrecision, ChunkEntries = 32, PageRows = 16 }, _time);
        PairProtocol.Write(memory, "left", 1);
        PairProtocol.Write(memory, "right", 1);
        memory.Publish();
        return memory;
    }
}
