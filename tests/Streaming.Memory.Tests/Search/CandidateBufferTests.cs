using System.Runtime.Intrinsics;
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

    [Theory]
    [InlineData(40, 900)]
    [InlineData(64, 3)] // Many equal keys.
    [InlineData(5_000, 900)] // More wanted than come.
    public void Blocks_add_what_single_pairs_would(int wanted, int differentSums)
    {
        Random random = new(wanted);
        CandidateBuffer blocks = new(wanted, 3_000), pairs = new(wanted, 3_000);
        for (int block = 0; block < 100; block++)
        {
            ushort[] sums = [.. Enumerable.Range(0, 32).Select(_ => (ushort)random.Next(differentSums))];
            var (chosen, baseKey) = ((uint)random.NextInt64(1L << 32), random.Next(-50, 50));
            blocks.Add(Vector512.Create(sums), chosen, baseKey, block * 32);
            for (int i = 0; i < 32; i++)
            {
                if ((chosen >> i & 1) != 0)
                    pairs.Add(baseKey + sums[i], (baseKey + sums[i]) * 4_096 + block * 32 + i);
            }
        }

        int[] kept = [.. blocks.Best().ToArray().Order()];
        int[] keptKeys = [.. pairs.Best().ToArray().Select(value => value >> 12).Order()];
        int[] places = [.. pairs.Best().ToArray().Select(value => value & 4_095).Order()];

        // Of equal keys at the end of the rank, which ones stay may differ with when the buffer was full.
        Assert.Equal(keptKeys.Length, kept.Length);
        Assert.InRange(kept.Except(places).Count(), 0, keptKeys.Count(key => key == keptKeys[0]));
        Assert.Equal(kept.Length, kept.Distinct().Count());
        blocks.Dispose();
        pairs.Dispose();
    }
}
