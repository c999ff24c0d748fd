using Streaming.Models.Hstu;
using Streaming.Models.Numerics;
using Streaming.Models.Weights;

namespace Streaming.Models.Tests.Hstu;

public sealed class HstuTimeBucketTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)] // ln 1 = 0
    [InlineData(2, 2)] // .693 / .301 = 2.30
    [InlineData(3, 3)] // 1.099 / .301 = 3.65
    [InlineData(4, 4)] // 1.386 / .301 = 4.61
    [InlineData(10, 7)] // 2.303 / .301 = 7.65
    [InlineData(60, 13)] // 4.094 / .301 = 13.60
    [InlineData(3_600, 27)] // 8.189 / .301 = 27.21
    [InlineData(86_400, 37)] // 11.367 / .301 = 37.76
    [InlineData(long.MaxValue, 128)] // 43.67 / .301 = 145.1
    public void Bucket_is_the_truncated_logarithm_worked_out_by_hand(long seconds, int bucket)
    {
        Assert.Equal(bucket, HstuTimeBucket.Of(seconds, 0));
        Assert.Equal(bucket, HstuTimeBucket.Of(0, seconds));
    }

    [Fact]
    public void Distance_of_the_farthest_times_does_not_overflow() => Assert.Equal(128, HstuTimeBucket.Of(long.MinValue, long.MaxValue));

    [Fact]
    public void Bucket_equals_the_formula_for_small_and_for_random_distances()
    {
        var random = new SeededRandom(5);
        var small = Enumerable.Range(0, 100_000).Select(seconds => (long)seconds);
        var any = Enumerable.Range(0, 100_000).Select(_ => (long)(random.NextBits() >> (1 + (int)(random.NextBits() % 62))));
        foreach (var distance in small.Concat(any))
        {
            var expected = Math.Clamp((int)((float)Math.Log(Math.Max(1f, distance)) / 0.301f), 0, 128);
            Assert.Equal(expected, HstuTimeBucket.Of(1_000, 1_000 - distance));
        }
    }

    [Fact]
    public void Buckets_of_many_times_are_those_of_each()
    {
        var random = new SeededRandom(6);
        var times = Enumerable.Range(0, 10_000).Select(i => (i % 3) switch
        {
            0 => 1_700_000_000L + random.NextIndex(100),
            1 => (long)random.NextBits() >> (int)(random.NextBits() % 64),
            _ => i % 2 == 0 ? long.MinValue : long.MaxValue,
        }).ToArray();
        foreach (var time in new[] { 0, 1_700_000_000L, long.MinValue, long.MaxValue })
        {
            var buckets = new byte[times.Length];
            HstuTimeBucket.Of(time, times, buckets);
            Assert.Equal(times.Select(other => (byte)HstuTimeBucket.Of(time, other)), buckets);
        }
    }
}
