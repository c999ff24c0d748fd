using FsCheck;
using FsCheck.Fluent;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Upkeep;

namespace Streaming.Memory.Tests.Model;

/// <summary>
/// The law: for any interleaving of writes, expiry, revocation, publishes, snapshots and restarts from disk, every outcome and every answer,
/// of old snapshots too, equals that of the dictionary oracle. A failure prints its seed and the shrunk interleaving.
/// </summary>
public sealed class SnapshotLawTests
{
    // From here on a use is later than most event times, and decides.
    private static readonly Operation UsesCount = new Operation.Advance(10_000);

    [Theory]
    [InlineData(Metric.Dot, 100, 100, 100, 0)]
    [InlineData(Metric.Cosine, 3, 100, 1, 9)]
    [InlineData(Metric.L2, 4, 2, 1, 0)]
    [InlineData(Metric.Dot, 2, 0, 0, 5)]
    public void Any_interleaving_answers_as_the_oracle_does(Metric metric, int maxEntries, int maxTombstones, int maxFilterDeletes, int timeToLiveMs)
    {
        NamespaceOptions options = new()
        {
            Name = "law",
            Dimension = 3,
            Metric = metric,
            MaxEntries = maxEntries,
            MaxTombstones = maxTombstones,
            MaxFilterDeletes = maxFilterDeletes,
            ChunkEntries = 32,
            PageRows = 2,
            TrainAt = 32,
            TimeToLive = timeToLiveMs == 0 ? null : TimeSpan.FromMilliseconds(timeToLiveMs),
        };
        Prop.ForAll(Operations.OfFewIds, operations => new SideBySide(options).Run(operations))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    [Theory]
    [InlineData(Metric.Dot, false, false)]
    [InlineData(Metric.Dot, false, true)]
    [InlineData(Metric.Cosine, false, false)]
    [InlineData(Metric.L2, false, false)]
    [InlineData(Metric.L2, true, true)]
    [InlineData(Metric.Dot, true, false)]
    public void Trained_lists_answer_as_the_oracle_does_when_all_of_them_are_scanned(Metric metric, bool exact, bool hasUpkeepInBatches)
    {
        // Batches are so large then, and a publish does so little, that entries move and space is reclaimed within batches.
        var (onePublishOf, leastUpkeep) = hasUpkeepInBatches ? (8, 1) : (1, UpkeepPace.Least);
        NamespaceOptions options = new()
        {
            Name = "law",
            Dimension = 3,
            Metric = metric,
            MaxEntries = 250,
            ChunkEntries = 32,
            PageRows = 8,
            TrainAt = 32,
            EntriesPerList = 1,
        };
        int trained = 0;
        Prop.ForAll(
            Operations.OfManyIds,
            operations => trained = Math.Max(
                trained,
                new SideBySide(options, Everything(exact), leastUpkeep: leastUpkeep).Run([.. operations.Where((o, i) => o is not Operation.Publish || i % onePublishOf == 0)])))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));
        Assert.InRange(trained, 9, int.MaxValue);
    }

    /// <summary>The same with seconds for milliseconds, because uses are kept to the second, and without restarts, which forget them.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void The_least_recently_used_leaves_as_in_the_oracle(int maxEntries)
    {
        CheckUses(maxEntries, OracleFault.None);
    }

    [Theory]
    [InlineData(OracleFault.DeletesNewerByFilter)]
    [InlineData(OracleFault.ForgetsDeletesByFilter)]
    [InlineData(OracleFault.IgnoresValidFrom)]
    [InlineData(OracleFault.IsValidTooLate)]
    public void A_planted_fault_is_caught(OracleFault fault)
    {
        NamespaceOptions options = new() { Name = "law", Dimension = 3, Metric = Metric.Dot, ChunkEntries = 32, PageRows = 2 };
        AssertCaught(() => Prop.ForAll(Operations.OfFewIds, operations => new SideBySide(options, effort: null, fault).Run(operations))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400)));
    }

    [Theory]
    [InlineData(OracleFault.IgnoresUses)]
    [InlineData(OracleFault.ForgetsUsesOfReplaced)]
    public void A_planted_fault_of_the_order_of_uses_is_caught(OracleFault fault) => AssertCaught(() => CheckUses(maxEntries: 3, fault));

    private static void CheckUses(int maxEntries, OracleFault fault)
    {
        NamespaceOptions options = new()
        {
            Name = "law",
            Dimension = 3,
            Metric = Metric.Dot,
            MaxEntries = maxEntries,
            Eviction = EvictionOrder.LeastRecentlyUsed,
            ChunkEntries = 32,
            PageRows = 2,
        };
        Prop.ForAll(
            Operations.OfFewIds,
            operations => new SideBySide(options, effort: null, fault).Run([UsesCount, .. operations.Where(o => o is not Operation.Restart).Select(o => o.InSeconds())]))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static void AssertCaught(Action law) =>
        Assert.Contains("Falsifiable", Assert.ThrowsAny<Exception>(law).Message, StringComparison.Ordinal);

    private static SearchOptions Everything(bool exact) => new() { Lists = int.MaxValue, Candidates = int.MaxValue, Exact = exact };
}
