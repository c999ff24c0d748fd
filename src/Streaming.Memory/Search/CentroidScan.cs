using System.Runtime.Intrinsics;
using Streaming.Memory.Lists;
using Streaming.Memory.Rules;
using Streaming.Memory.Training;

namespace Streaming.Memory.Search;

/// <summary>
/// The centroids of a codebook, coded as the entries of a list are: a search reads a sixteenth of their bytes, and then only the likely ones
/// in full. Immutable.
/// </summary>
internal sealed unsafe class CentroidScan
{
    // Codes of few dimensions are too coarse to tell near lists apart.
    private const int FewDimensions = 48;
    private const int OversampleOfFew = 4;
    private const int Oversample = 2;
    private const int FewestLikely = 16;

    private readonly Codebook _codebook;
    private readonly Codebook _coding;
    private readonly byte[] _codes;

    public CentroidScan(Codebook codebook)
    {
        _codebook = codebook;
        // One list for all centroids; the norms' codes are left out for the order by product.
        _coding = new CodebookTrainer(Metric.L2, codebook.Dimension, seed: 1).Train(codebook.Centroids, lists: 1, iterations: 1);
        _codes = GC.AllocateArray<byte>(Blocks * BlockBytes, pinned: true);
        Span<byte> codes = stackalloc byte[_coding.Codes];
        fixed (byte* at = _codes)
        {
            for (int list = 0; list < codebook.Lists; list++)
            {
                _coding.Encode(codebook.Centroids.AsSpan(list * codebook.Dimension, codebook.Dimension), 0, codes);
                CodeBlock.Write(at + (long)(list / CodeBlock.Entries) * BlockBytes, list % CodeBlock.Entries, codes);
            }
        }
    }

    private int Blocks => (_codebook.Lists + CodeBlock.Entries - 1) / CodeBlock.Entries;

    private int BlockBytes => CodeBlock.Bytes(_coding.Codes);

    /// <summary>Adds the lists that a query should scan, by <see cref="Codebook.Score"/>, to <paramref name="best"/>.</summary>
    /// <param name="query">As the metric prepares vectors.</param>
    /// <param name="wanted">Lists wanted.</param>
    /// <param name="best">Room for them.</param>
    public void Choose(scoped ReadOnlySpan<float> query, int wanted, scoped ref RankedLists best)
    {
        CandidateBuffer likely = Likely(query, Math.Max(FewestLikely, wanted * (_codebook.Dimension <= FewDimensions ? OversampleOfFew : Oversample)), _codebook.Metric == Metric.L2);
        foreach (int list in likely.Best())
            best.Add(_codebook.Score(query, list), list);
        likely.Dispose();
    }

    private CandidateBuffer Likely(ReadOnlySpan<float> query, int wanted, bool withNorms)
    {
        CandidateBuffer likely = new(wanted, _codebook.Lists);
        using QueryTable table = new(_coding, query, withNorms);
        fixed (byte* codes = _codes, entries = table.Bytes)
        {
            for (int block = 0; block < Blocks; block++)
            {
                var sums = CodeScan.Sums(codes + (long)block * BlockBytes, entries, _coding.Codes);
                uint reached = (uint)Vector512.GreaterThanOrEqual(sums, Vector512.Create((ushort)Math.Max(0, likely.Threshold))).ExtractMostSignificantBits();
                likely.Add(sums, reached & CodeBlock.Filled(_codebook.Lists - block * CodeBlock.Entries), 0, block * CodeBlock.Entries);
            }
        }
        return likely;
    }
}
