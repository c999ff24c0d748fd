using Streaming.Memory.Search;

namespace Streaming.Memory.Tests.Search;

public sealed class CandidateBufferTests
{
    [Theory]
    [InlineData(1, 1_000_000, 3_000)]
    [InlineData(40, 1_000_000, 3_000)]
    [InlineData(100, 7, 3_000)] // Many equal keys.
    [InlineData(5_000, 1_000_000, 3_000)] // More wanted than come.
    [InlineData(1_000, 1_000_000, 10)] // More come than were expected.
    [InlineData(int.MaxValue, 1_000_000, 10)]
    public void It_keeps_the_highest_keys_and_says_what_a_newcomer_needs(int wanted, int differentKeys, int expected)
    {
        Random random = new(wanted);
        int[] keys = [.. Enumerable.Range(0, 3_000).Select(_ => random.Next(differentKeys) - differentKeys / 2)];
        CandidateBuffer buffer = new(wanted, expected);
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] >= buffer.Threshold)
                buffer.Add(keys[i], i);
        }

        int[] kept = [.. buffer.Best().ToArray().Select(i => keys[i]).OrderDescending()];
        int threshold = buffer.Threshold;
        buffer.Dispose();

        Assert.Equal(keys.OrderDescending().Take(wanted), kept);
        Assert.True(wanted > keys.Length ? threshold == CandidateBuffer.Lowest : threshold == kept[^1]);
    }
}
