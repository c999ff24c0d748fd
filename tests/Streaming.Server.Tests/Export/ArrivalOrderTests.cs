using Streaming.Runtime.Records;
using Streaming.Server.Export;

namespace Streaming.Server.Tests.Export;

public sealed class ArrivalOrderTests
{
    [Fact]
    public void Partitions_are_merged_by_append_time()
    {
        InputRecord[] records = [Record(0, 0, 10), Record(0, 1, 30), Record(1, 0, 20), Record(1, 1, 40)];
        Assert.Equal([10, 20, 30, 40], ArrivalOrder.Merge(records).Select(r => r.AppendTimeMs));
    }

    [Fact]
    public void The_order_inside_a_partition_stays_where_its_clock_went_back()
    {
        InputRecord[] records = [Record(0, 0, 50), Record(0, 1, 10), Record(1, 0, 20), Record(0, 2, 60)];
        Assert.Equal([(1, 0L), (0, 0), (0, 1), (0, 2)], ArrivalOrder.Merge(records).Select(r => (r.Source.Partition, r.Offset)));
    }

    private static InputRecord Record(int partition, long offset, long appendTimeMs) =>
        new() { Source = new("events", partition), Offset = offset, Key = null, Value = null, AppendTimeMs = appendTimeMs };
}
