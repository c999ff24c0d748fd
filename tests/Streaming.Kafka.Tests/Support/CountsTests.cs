using System.Text;
using Streaming.Runtime.Records;

namespace Streaming.Kafka.Tests.Support;

/// <summary>The check of the fault tests sees each fault that it is there for.</summary>
public sealed class CountsTests
{
    [Fact]
    public void Repeated_identical_outputs_pass() => Counts.Check(Records("x", "y"), Records("0:1", "0:1", "1:2"));

    [Fact]
    public void A_lost_record_is_seen() => Fails(Records("x", "y", "z"), Records("0:1", "2:3"));

    [Fact]
    public void A_record_applied_twice_is_seen() => Fails(Records("x", "y"), Records("0:1", "0:2", "1:3"));

    [Fact]
    public void A_different_result_of_a_replay_is_seen() => Fails(Records("x", "y"), Records("0:1", "0:3", "1:2"));

    [Fact]
    public void An_old_record_that_ends_last_is_seen() => Fails(Records("x", "y"), Records("0:1", "1:2", "0:1"));

    [Fact]
    public void No_output_is_seen() => Fails(Records("x"), []);

    private static void Fails(IReadOnlyList<InputRecord> inputs, IReadOnlyList<InputRecord> outputs) =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Counts.Check(inputs, outputs));

    private static List<InputRecord> Records(params string[] values) =>
        [.. values.Select((v, i) => new InputRecord { Source = new("t", 0), Offset = i, Key = "user"u8.ToArray(), Value = Encoding.UTF8.GetBytes(v), AppendTimeMs = 1 })];
}
