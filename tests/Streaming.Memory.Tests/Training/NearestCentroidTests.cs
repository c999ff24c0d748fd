using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Streaming.Memory.Rules;
using Streaming.Memory.Training;

namespace Streaming.Memory.Tests.Training;

public sealed unsafe class NearestCentroidTests
{
    [Theory]
    [InlineData(1, 8)]
    [InlineData(7, 33)]
    [InlineData(32, 65)]
    [InlineData(64, 1_000)]
    [InlineData(100, 4_096)]
    [InlineData(513, 128)]
    public void What_is_found_is_about_as_near_as_the_nearest(int dimension, int lists)
    {
        Random random = new(dimension);
        float[] centroids = Numbers(random, lists * dimension);
        Codebook codebook = new(Metric.L2, dimension, centroids, new float[dimension * Codebook.Levels], 0, 0);
        NearestCentroid nearest = new(codebook);
        double found = 0, least = 0;
        int exact = 0;
        for (int i = 0; i < 300; i++)
        {
            // Around a centroid, as entries are.
            float[] vector = Numbers(random, dimension);
            TensorPrimitives.Add(vector, centroids.AsSpan(random.Next(lists) * dimension, dimension), vector);
            var (list, closeness) = nearest.Find(vector);
            float best = Enumerable.Range(0, lists).Max(l => codebook.Closeness(vector, l));
            Assert.Equal(codebook.Closeness(vector, list), closeness);
            float square = TensorPrimitives.SumOfSquares<float>(vector);
            found += square - 2 * closeness;
            least += square - 2 * best;
            exact += closeness == best ? 1 : 0;
        }
        Assert.InRange(found, least, least * 1.01);
        Assert.InRange(exact, 270, 300);
    }

    [Fact]
    public void Centroids_that_are_all_the_same_are_no_harm()
    {
        float[] centroids = [.. Enumerable.Repeat(1f, 200 * 8)];
        NearestCentroid nearest = new(new Codebook(Metric.Dot, 8, centroids, new float[8 * Codebook.Levels], 0, 0));
        Assert.InRange(nearest.Find(new float[8]).List, 0, 199);
        Assert.InRange(nearest.Find([1, 2, 3, 4, 5, 6, 7, 8]).List, 0, 199);
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(24, 3)]
    [InlineData(64, 5)]
    public void All_widths_give_the_sums_of_a_plain_loop(int count, int blocks)
    {
        const int Block = 64;
        Random random = new(count);
        byte[] codes = [.. Enumerable.Range(0, blocks * count * Block).Select(_ => (byte)random.Next(16))];
        byte[] table = [.. Enumerable.Range(0, count * 16).Select(_ => (byte)random.Next(32))];
        var expected = new ushort[blocks * Block];
        for (int list = 0; list < expected.Length; list++)
        {
            for (int c = 0; c < count; c++)
                expected[list / Block * Block + list % 2 * (Block / 2) + list % Block / 2] += table[c * 16 + codes[(list / Block * count + c) * Block + list % Block]];
        }

        var found = new ushort[blocks * Block];
        fixed (byte* at = codes, entries = table)
        fixed (ushort* sums = found)
        {
            Assert.Equal(expected.Max(), ListSums.Add128(at, entries, count, blocks, sums));
            Assert.Equal(expected, found);
            Array.Clear(found);
            if (Avx2.IsSupported)
            {
                Assert.Equal(expected.Max(), ListSums.Add256(at, entries, count, blocks, sums));
                Assert.Equal(expected, found);
            }
        }
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(24, 3)]
    public void Vectors_that_go_together_get_the_sums_of_each_alone(int count, int blocks)
    {
        Random random = new(count);
        byte[] codes = [.. Enumerable.Range(0, blocks * count * ListSums.BlockLists).Select(_ => (byte)random.Next(16))];
        byte[] tables = [.. Enumerable.Range(0, ListSums.Together * count * ListSums.Entries).Select(_ => (byte)random.Next(32))];
        int sumsOfOne = blocks * ListSums.BlockLists;
        var (alone, together) = (new ushort[ListSums.Together * sumsOfOne], new ushort[ListSums.Together * sumsOfOne]);
        var (highestAlone, highest) = (new int[ListSums.Together], new int[ListSums.Together]);
        fixed (byte* at = codes, entries = tables)
        fixed (ushort* one = alone, all = together)
        fixed (int* most = highest)
        {
            for (int vector = 0; vector < ListSums.Together; vector++)
                highestAlone[vector] = ListSums.Add128(at, entries + vector * count * ListSums.Entries, count, blocks, one + vector * sumsOfOne);
            ListSums.Add(at, entries, count, blocks, all, most);
        }

        Assert.Equal(alone, together);
        Assert.Equal(highestAlone, highest);
    }

    [Fact]
    public void Many_vectors_at_once_find_what_each_finds_alone()
    {
        Random random = new(3);
        NearestCentroid nearest = new(new Codebook(Metric.Dot, 9, Numbers(random, 300 * 9), new float[9 * Codebook.Levels], 0, 0));
        float[] vectors = Numbers(random, 7 * 9); // One group, and three of another.
        var (lists, closeness) = (new int[7], new float[7]);

        nearest.Find(vectors, lists, closeness);

        Assert.Equal(lists.Zip(closeness), Enumerable.Range(0, 7).Select(i => nearest.Find(vectors.AsSpan(i * 9, 9))));
    }

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
}
