using Streaming.Memory.Rules;
using Streaming.Memory.Training;

namespace Streaming.Memory.Tests.Training;

public sealed class CodebookTests
{
    private const float AlongThreshold = 0.2f;

    [Theory]
    [InlineData(Metric.Dot, 2)]
    [InlineData(Metric.Dot, 31)]
    [InlineData(Metric.Dot, 64)]
    [InlineData(Metric.Cosine, 100)]
    [InlineData(Metric.L2, 48)]
    [InlineData(Metric.L2, 5)]
    public void A_vector_gets_the_codes_that_a_plain_loop_gives_it(Metric metric, int dimension)
    {
        Random random = new(dimension);
        const int Lists = 3;
        float[] centroids = Numbers(random, Lists * dimension), levels = Numbers(random, dimension * Codebook.Levels);
        for (int d = 0; d < dimension; d++)
            levels.AsSpan(d * Codebook.Levels, Codebook.Levels).Sort();
        Codebook codebook = new(metric, dimension, centroids, levels, 0, 0);
        var codes = new byte[codebook.Codes];
        int equal = 0;
        const int Vectors = 200;
        for (int i = 0; i < Vectors; i++)
        {
            float[] vector = Numbers(random, dimension);
            int list = i % Lists;
            float[] centroid = centroids[(list * dimension)..((list + 1) * dimension)];
            codebook.Encode(vector, list, codes);
            int[] found = [.. Enumerable.Range(0, dimension).Select(d => (codes[d / 2] >> (d % 2 * 2)) & 3)];
            equal += found.SequenceEqual(Plain(metric, vector, centroid, levels)) ? 1 : 0;
        }
        // Sums are rounded in another order, so a change that gains nothing may go either way.
        Assert.InRange(equal, Vectors - 2, Vectors);
    }

    private static int[] Plain(Metric metric, float[] vector, float[] centroid, float[] levels)
    {
        int dimension = vector.Length;
        float weight = MathF.Max(1, (dimension - 1) * AlongThreshold * AlongThreshold / (1 - AlongThreshold * AlongThreshold)) - 1;
        weight = metric == Metric.L2 ? 0 : weight / vector.Sum(x => x * x);
        var chosen = new int[dimension];
        double along = 0;
        for (int d = 0; d < dimension; d++)
        {
            chosen[d] = Enumerable.Range(0, Codebook.Levels).MinBy(level => MathF.Abs(Error(d, level)));
            along += Error(d, chosen[d]) * vector[d];
        }
        for (int d = 0; d < dimension && weight > 0; d++)
        {
            float error = Error(d, chosen[d]);
            int other = Math.Clamp(chosen[d] + (error > 0 ? 1 : -1), 0, Codebook.Levels - 1);
            double after = along + (Error(d, other) - error) * vector[d];
            if (Error(d, other) * Error(d, other) - error * error + weight * (after * after - along * along) < 0)
                (chosen[d], along) = (other, after);
        }
        return chosen;

        float Error(int d, int level) => vector[d] - centroid[d] - levels[d * Codebook.Levels + level];
    }

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
}
