using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Streaming.Memory.Training;

/// <summary>
/// Finds the centroid nearest to a vector, or one as good as nearest: all centroids by a product code of a few dimensions each, then those that may
/// be the nearest in full. This is what a write mostly costs. Immutable.
/// </summary>
/// <remarks>
/// Product quantisation after Jégou, Douze and Schmid (2011), with 16 entries a code, so that a table of them is one register. Codes are whole bytes,
/// [block of 64 lists][code][64]: what unpacking would cost here is more than what the bytes do (see <see cref="ListSums"/>).
/// </remarks>
internal sealed unsafe class NearestCentroid
{
    private const int BlockLists = ListSums.BlockLists;
    private const int CodeGroup = ListSums.CodeGroup;
    private const int MaxEntry = byte.MaxValue / CodeGroup;
    private const int Together = ListSums.Together;
    private const int DimensionsPerCode = 4;
    private const int FewestCodes = 16;
    private const int MostCodes = 64;
    private const int MostLikely = 32;

    // Standard deviations of the coding's error within which a list may be the nearest: 1.25 leaves squared distances 0.05% above the least.
    private const float Tolerated = 1.25f;

    private readonly Codebook _codebook;
    private readonly ProductCode? _code;
    private readonly byte[] _codes = [];
    private readonly float _error;

    public NearestCentroid(Codebook codebook)
    {
        _codebook = codebook;
        if (codebook.Lists <= MostLikely)
            return; // All are looked at.
        int codes = Math.Clamp((codebook.Dimension / DimensionsPerCode + CodeGroup - 1) / CodeGroup * CodeGroup, FewestCodes, MostCodes);
        _code = new ProductCode(codebook.Dimension, codes);
        _error = _code.Train(codebook.Centroids);
        _codes = GC.AllocateArray<byte>(Blocks * codes * BlockLists, pinned: true);
        Span<byte> coded = stackalloc byte[codes];
        for (int at = 0; at < Blocks * BlockLists; at++)
        {
            // Beyond the last list its codes again, which no sum of a real one can lose against.
            int list = Math.Min(at, codebook.Lists - 1);
            _code.Encode(codebook.Centroids.AsSpan(list * codebook.Dimension, codebook.Dimension), coded);
            for (int c = 0; c < codes; c++)
                _codes[(at / BlockLists * codes + c) * BlockLists + at % BlockLists] = coded[c];
        }
    }

    private int Blocks => (_codebook.Lists + BlockLists - 1) / BlockLists;

    /// <inheritdoc cref="Find(ReadOnlySpan{float}, Span{int}, Span{float})"/>
    public (int List, float Closeness) Find(ReadOnlySpan<float> vector)
    {
        int list = 0;
        float closeness = 0;
        Find(vector, new Span<int>(ref list), new Span<float>(ref closeness));
        return (list, closeness);
    }

    /// <summary>For each vector the list whose centroid is nearest to it, or all but the nearest, and its <see cref="Codebook.Closeness"/>.</summary>
    /// <param name="vectors">One after the other, as the metric prepares them.</param>
    /// <param name="lists">Takes the list of each.</param>
    /// <param name="closeness">Takes the closeness of each.</param>
    [SkipLocalsInit]
    public void Find(ReadOnlySpan<float> vectors, Span<int> lists, Span<float> closeness)
    {
        int dimension = _codebook.Dimension;
        int* likely = stackalloc int[MostLikely];
        ushort* sums = stackalloc ushort[_code is null ? 0 : Together * Blocks * BlockLists];
        float* within = stackalloc float[Together];
        int* highest = stackalloc int[Together];
        for (int first = 0; first < lists.Length; first += Together)
        {
            int count = Math.Min(Together, lists.Length - first);
            if (_code is not null)
                AddUp(_code, vectors.Slice(first * dimension, count * dimension), sums, highest, within);
            for (int i = 0; i < count; i++)
            {
                int found = _code is null ? All(likely) : Likely(sums + i * Blocks * BlockLists, highest[i], within[i], likely);
                (lists[first + i], closeness[first + i]) = Nearest(vectors.Slice((first + i) * dimension, dimension), new(likely, found));
            }
        }
    }

    private (int List, float Closeness) Nearest(ReadOnlySpan<float> vector, ReadOnlySpan<int> likely)
    {
        int nearest = -1;
        float best = float.NegativeInfinity;
        foreach (int list in likely)
        {
            float score = _codebook.Closeness(vector, list);
            if (score > best || (score == best && list < nearest))
                (nearest, best) = (list, score);
        }
        return (nearest, best);
    }

    private int All(int* likely)
    {
        for (int list = 0; list < _codebook.Lists; list++)
            likely[list] = list;
        return _codebook.Lists;
    }

    // Of each vector the lists' sums, the highest of them, and how far below it the nearest list's may lie. Of fewer vectors than go together, the rest means nothing.
    [SkipLocalsInit]
    private void AddUp(ProductCode code, ReadOnlySpan<float> vectors, ushort* sums, int* highest, float* within)
    {
        int tableBytes = code.Codes * ListSums.Entries, dimension = _codebook.Dimension;
        byte* tables = stackalloc byte[Together * tableBytes];
        for (int i = 0; i < vectors.Length / dimension; i++)
        {
            var vector = vectors.Slice(i * dimension, dimension);
            float step = code.Table(vector, MaxEntry, tables + i * tableBytes);
            within[i] = Tolerated * _error * TensorPrimitives.Norm(vector) / step;
        }
        fixed (byte* codes = _codes)
            ListSums.Add(codes, tables, code.Codes, Blocks, sums, highest);
    }

    private int Likely(ushort* sums, int highest, float within, int* likely)
    {
        // Where more are as likely than are looked at, the likeliest of them.
        for (; ; within /= 2)
        {
            int count = Reaching((ushort)Math.Max(0, highest - within), sums, likely);
            if (count <= MostLikely)
                return count;
            if (within < 1)
                return MostLikely;
        }
    }

    // Those that reach the threshold, or one more than are looked at.
    private int Reaching(ushort threshold, ushort* sums, int* likely)
    {
        int count = 0;
        var least = Vector512.Create(threshold);
        for (int block = 0; block < Blocks; block++)
        {
            ulong even = Vector512.GreaterThanOrEqual(Vector512.Load(sums + block * BlockLists), least).ExtractMostSignificantBits();
            ulong odd = Vector512.GreaterThanOrEqual(Vector512.Load(sums + block * BlockLists + BlockLists / 2), least).ExtractMostSignificantBits();
            for (ulong mask = even | (odd << (BlockLists / 2)); mask != 0; mask &= mask - 1)
            {
                int list = ListOf(block, BitOperations.TrailingZeroCount(mask));
                if (list >= _codebook.Lists)
                    continue;
                if (count == MostLikely)
                    return count + 1;
                likely[count++] = list;
            }
        }
        return count;
    }

    // A block's sums are first those of its even lists, then those of its odd ones.
    private static int ListOf(int block, int i) => block * BlockLists + 2 * i % BlockLists + 2 * i / BlockLists;
}
