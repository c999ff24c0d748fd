using System.Text;
using Streaming.Core.Partitioning;

namespace Streaming.Core.Tests.Partitioning;

public sealed class Murmur2Tests
{
    /// <summary>From Kafka's own UtilsTest.testMurmur2.</summary>
    public static TheoryData<string, int> KafkaVectors => new()
    {
        { "21", -973932308 },
        { "foobar", -790332482 },
        { "a-little-bit-long-string", -985981536 },
        { "a-little-bit-longer-string", -1486304829 },
        { "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971 },
        { "abc", 479470107 },
    };

    [Theory]
    [MemberData(nameof(KafkaVectors))]
    public void Hashes_are_those_of_kafkas_java_client(string key, int hash)
    {
        // As many partitions as there can be: the partition is then the hash without its sign bit.
        Assert.Equal((hash & int.MaxValue) % int.MaxValue, Murmur2.Partition(Encoding.UTF8.GetBytes(key), int.MaxValue));
        Assert.Equal((hash & int.MaxValue) % 12, Murmur2.Partition(key, 12));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ключ-日本-😀")]
    public void Text_is_hashed_as_utf_8(string key) =>
        Assert.Equal(Murmur2.Partition(Encoding.UTF8.GetBytes(key), 1000), Murmur2.Partition(key, 1000));

    [Fact]
    public void A_key_beyond_the_stack_buffer_is_hashed_whole()
    {
        var key = new string('k', 700);

        Assert.Equal(Murmur2.Partition(Encoding.UTF8.GetBytes(key), 1000), Murmur2.Partition(key, 1000));
        Assert.NotEqual(Murmur2.Partition(key[..512], int.MaxValue), Murmur2.Partition(key, int.MaxValue));
    }
}
