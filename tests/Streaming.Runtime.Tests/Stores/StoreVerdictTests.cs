using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Tests.Stores;

public sealed class StoreVerdictTests
{
    private static readonly TopicPartition Partition = new("t", 1);
    private static readonly InputRecord Applied = Record(4, 77, [1], [2]);
    private static readonly StoreIdentity Stored = new("c", "t", 1, 5, LogMark.Of(Applied), 9);

    public static TheoryData<string, InputRecord> OtherRecords => new()
    {
        { "append time", Record(4, 78, [1], [2]) },
        { "key", Record(4, 77, [9], [2]) },
        { "value", Record(4, 77, [1], [9]) },
        { "tombstone", Record(4, 77, [1], null) },
    };

    [Fact]
    public void The_same_log_is_not_foreign() => Assert.Null(Decide(new(0, 5, Applied)));

    [Fact]
    public void A_compacted_mark_says_nothing() => Assert.Null(Decide(new(0, 9, null)));

    [Theory]
    [MemberData(nameof(OtherRecords))]
    public void Another_record_at_the_mark_is_foreign(string difference, InputRecord other) =>
        Assert.True(Decide(new(0, 9, other)) is { } reason && reason.Contains("offset 4", StringComparison.Ordinal), difference);

    [Fact]
    public void A_log_that_ends_before_the_state_is_foreign() => Assert.Contains("ends at 4", Decide(new(0, 4, null)), StringComparison.Ordinal);

    [Fact]
    public void Another_cluster_topic_or_partition_is_foreign()
    {
        Assert.NotNull(StoreVerdict.Decide(Stored, "other", Partition, new(0, 5, Applied)).Foreign);
        Assert.NotNull(StoreVerdict.Decide(Stored, "c", new("other", 1), new(0, 5, Applied)).Foreign);
        Assert.NotNull(StoreVerdict.Decide(Stored, "c", new("t", 2), new(0, 5, Applied)).Foreign);
    }

    private static string? Decide(LogPosition log) => StoreVerdict.Decide(Stored, "c", Partition, log).Foreign;

    private static InputRecord Record(long offset, long time, byte[] key, byte[]? value) =>
        new() { Source = Partition, Offset = offset, Key = key, Value = value, AppendTimeMs = time };
}
