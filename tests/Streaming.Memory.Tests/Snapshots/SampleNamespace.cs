using System.Globalization;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Snapshots;
using Streaming.Memory.Training;

namespace Streaming.Memory.Tests.Snapshots;

/// <summary>A namespace of a few entries in two lists of a codebook that is written down here, so that its snapshot has the same bytes on every machine.</summary>
internal static class SampleNamespace
{
    public const int Entries = 34;
    public static readonly SourcePosition[] Positions = [new("t-0", 42, 41, 0xFEDC_BA98_7654_3210), new("t-1", 7, -1, 0)];

    public static NamespaceOptions Options { get; } = new()
    {
        Name = "sample",
        Dimension = 2,
        Metric = Metric.Dot,
        TrainAt = 32,
        ChunkEntries = 32,
        PageRows = 16,
        TimeToLive = TimeSpan.FromDays(1),
        MaxEntries = 1_000,
        MaxTombstones = 10,
        MaxFilterDeletes = 5,
    };

    /// <summary>32 vectors around two centres, one more that is written after the lists are trained, a fact, an entry that was deleted, others
    /// that a filter deletes, a long id, one that is valid later.</summary>
    public static VectorNamespace Make(TimeProvider time)
    {
        Trained trained = Codebook();
        VectorNamespace memory = new(Options, time, _ => Task.FromResult(trained));
        for (int i = 0; i < 32; i++)
            memory.Upsert(Id(i), [i % 2 == 0 ? 1 : -1, i / 16f], i == 3 ? Attributes("blå", "1-2-3") : null, new(1_000 + i, "t-0", i), i == 4 ? 5_000_000 : null, i == 6 ? 3_900_000 : 0);
        memory.Upsert("fact", [], Attributes("red", ""), new(2_000, "t-1", 6), 0);
        memory.Upsert("gone", [1, 1], null, new(2_001, "t-1", 4));
        memory.Publish();
        memory.Publish();
        memory.Upsert("late", [0.5f, 0.25f], null, new(2_002, "t-1", 5));
        memory.Delete("gone", new(2_003, "t-1", 8));
        memory.Delete("never", new(2_004, "t-2", 1));
        memory.DeleteWhere(Attributes("green", "4-*"), new(1_500, "t-1", 2));
        memory.DeleteWhere(Attributes("green", "4-*"), new(1_400, "t-0", 40));
        memory.Publish();
        return memory;
    }

    public static string Id(int i) => i == 5 ? "an id that is too long for a row" : string.Create(CultureInfo.InvariantCulture, $"e{i}");

    public static Dictionary<string, string> Attributes(string color, string semanticId) => new(StringComparer.Ordinal) { ["color"] = color, ["semantic_id"] = semanticId };

    private static Trained Codebook()
    {
        Codebook codebook = new(Metric.Dot, 2, [1, 1, -1, 1], [-1, -0.25f, 0.25f, 1, -1, -0.5f, 0.5f, 1], 0, 0);
        return new Trained(codebook, new CentroidScan(codebook), new NearestCentroid(codebook), 0.125f);
    }
}
