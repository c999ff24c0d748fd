using System.Globalization;
using Streaming.Models.SemanticIds;

namespace Streaming.Server.Bench;

/// <summary>Assignment of one creative's semantic ID on one core: 32 numbers, random codebooks.</summary>
/// <remarks>
/// Embeddings take turns, so that no branch is learnt by heart. The peer is the same assignment as plain loops, measured in the same run; it must
/// give the same codes first. A call is timed in groups of <see cref="Group"/>, because a clock's reading is a good part of one.
/// </remarks>
internal sealed class CodebookBench(TimeSpan repetition)
{
    private const int Dimension = 32;
    private const int Embeddings = 256;
    private const int Group = 256;

    /// <summary>Every figure, as it is measured.</summary>
    public IEnumerable<BenchFigure> Run(CancellationToken cancellationToken)
    {
        yield return Assign("assign_2x512", 2, 512, SimdWidth.Best, plain: true, cancellationToken);
        yield return Assign("assign_3x256", 3, 256, SimdWidth.Best, plain: true, cancellationToken);
        yield return Assign("assign_3x256_balanced", 3, 256, SimdWidth.Best, plain: false, cancellationToken);
        foreach (var width in new[] { SimdWidth.Portable, SimdWidth.Vector256, SimdWidth.Vector512 })
            yield return Assign($"assign_2x512_{width.ToString().ToLowerInvariant()}", 2, 512, width, plain: true, cancellationToken);
    }

    private BenchFigure Assign(string name, int layers, int size, SimdWidth width, bool plain, CancellationToken cancellationToken)
    {
        var random = new Random(1);
        var info = new CodebookInfo("bench", "bench", "random", layers, size, Dimension) { NormaliseResiduals = !plain };
        var codebook = new Codebook(info, Numbers(random, layers * size * Dimension), plain ? [] : [.. Numbers(random, layers * size).Select(Math.Abs)], null, width);
        var naive = new CodebookBenchNaive(codebook);
        var rows = Numbers(random, Embeddings * Dimension);
        RequireSame(codebook, naive, rows);
        var codes = new int[layers];
        var peer = Time(row => naive.Assign(rows.AsSpan(row * Dimension, Dimension), codes), cancellationToken);
        var own = Time(row => codebook.Assign(rows.AsSpan(row * Dimension, Dimension), codes), cancellationToken);
        return new BenchFigure("codebook", name, Math.Round(own.P50, 3), "us")
        {
            P50 = Math.Round(own.P50, 3),
            P99 = Math.Round(own.P99, 3),
            Peer = "the same assignment as plain loops, us",
            PeerValue = Math.Round(peer.P50, 3),
        };
    }

    private (double P50, double P99) Time(Action<int> assign, CancellationToken cancellationToken)
    {
        var run = HstuBenchRun.Best(
            () =>
            {
                for (var i = 0; i < Group; i++)
                    assign(i % Embeddings);
            },
            repetition,
            cancellationToken);
        return (run.P50Ms * 1e3 / Group, run.P99Ms * 1e3 / Group);
    }

    // A peer that computed something else would be no peer.
    private static void RequireSame(Codebook codebook, CodebookBenchNaive naive, float[] rows)
    {
        var (own, other) = (new int[codebook.Layers], new int[codebook.Layers]);
        for (var row = 0; row < Embeddings; row++)
        {
            codebook.Assign(rows.AsSpan(row * Dimension, Dimension), own);
            naive.Assign(rows.AsSpan(row * Dimension, Dimension), other);
            if (!own.AsSpan().SequenceEqual(other))
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The plain loops give other codes for embedding {row}."));
        }
    }

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
