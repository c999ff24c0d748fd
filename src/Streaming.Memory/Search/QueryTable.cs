using System.Buffers;
using System.Runtime.Intrinsics;
using Streaming.Memory.Training;

namespace Streaming.Memory.Search;

/// <summary>
/// What each code adds to a query's score, as bytes: [code][16]. A sum of entries, plus a list's base, is the approximate score in steps
/// of <see cref="Step"/>. Rented; returned on dispose.
/// </summary>
internal readonly unsafe ref struct QueryTable
{
    private const int MaxSum = ushort.MaxValue;
    private const int MaxEntry = 127; // Two entries are added in a byte before they are widened.
    private const int EntriesPerCode = 16;

    private readonly byte[] _bytes;

    /// <param name="codebook">The epoch's codebook.</param>
    /// <param name="query">As the metric prepares vectors.</param>
    /// <param name="withNorms">True = the score is −|q − x|², false = it is q·x.</param>
    public QueryTable(Codebook codebook, ReadOnlySpan<float> query, bool withNorms)
    {
        float[] values = ArrayPool<float>.Shared.Rent(codebook.Codes * EntriesPerCode);
        _bytes = ArrayPool<byte>.Shared.Rent(codebook.Codes * EntriesPerCode);
        codebook.Products(query, withNorms, values);

        int maxEntry = Math.Min(MaxEntry, MaxSum / codebook.Codes);
        Span<float> lows = stackalloc float[codebook.Codes];
        float range = 0, low = 0;
        for (int code = 0; code < codebook.Codes; code++)
        {
            // Levels ascend, so the extremes of a code are at its corners.
            int at = code * EntriesPerCode;
            float corner0 = values[at], corner1 = values[at + 3], corner2 = values[at + 12], corner3 = values[at + 15];
            lows[code] = MathF.Min(MathF.Min(corner0, corner1), MathF.Min(corner2, corner3));
            range = MathF.Max(range, MathF.Max(MathF.Max(corner0, corner1), MathF.Max(corner2, corner3)) - lows[code]);
            low += lows[code];
        }
        Step = range > 0 ? range / maxEntry : 1;
        Low = low - (withNorms ? codebook.NormLow : 0);
        MaxTotal = codebook.Codes * maxEntry;
        Round(values, lows, 1 / Step, _bytes);
        ArrayPool<float>.Shared.Return(values);
    }

    /// <summary>Score of one unit of a sum.</summary>
    public float Step { get; }

    /// <summary>Score of the sum 0, without the list's own part.</summary>
    public float Low { get; }

    /// <summary>No sum is above it.</summary>
    public int MaxTotal { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    private static void Round(float[] values, ReadOnlySpan<float> lows, float scale, byte[] bytes)
    {
        fixed (float* from = values)
        fixed (byte* to = bytes)
        {
            for (int code = 0; code < lows.Length; code++)
            {
                var rounded = Vector512.ConvertToInt32((Vector512.Load(from + code * EntriesPerCode) - Vector512.Create(lows[code])) * Vector512.Create(scale) + Vector512.Create(0.5f));
                var words = Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
                Vector128.Narrow(words.GetLower(), words.GetUpper()).AsByte().Store(to + code * EntriesPerCode);
            }
        }
    }
}
