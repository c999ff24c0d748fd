using System.Buffers;
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
    public QueryTable(Codebook codebook, ReadOnlySpan<float> query)
    {
        int size = codebook.Codes * EntriesPerCode;
        float[] values = ArrayPool<float>.Shared.Rent(size);
        _bytes = ArrayPool<byte>.Shared.Rent(size);
        Fill(codebook, query, values);

        int maxEntry = Math.Min(MaxEntry, MaxSum / codebook.Codes);
        float range = 0, low = 0;
        Span<float> lows = stackalloc float[codebook.Codes];
        for (int code = 0; code < codebook.Codes; code++)
        {
            ReadOnlySpan<float> entries = values.AsSpan(code * EntriesPerCode, EntriesPerCode);
            lows[code] = System.Numerics.Tensors.TensorPrimitives.Min(entries);
            range = Math.Max(range, System.Numerics.Tensors.TensorPrimitives.Max(entries) - lows[code]);
            low += lows[code];
        }
        Step = range > 0 ? range / maxEntry : 1;
        Low = low - (codebook.HasNorm ? codebook.NormLow : 0);
        MaxTotal = codebook.Codes * maxEntry;
        float scale = 1 / Step;
        for (int code = 0; code < codebook.Codes; code++)
        {
            for (int i = 0; i < EntriesPerCode; i++)
                _bytes[code * EntriesPerCode + i] = (byte)((values[code * EntriesPerCode + i] - lows[code]) * scale + 0.5f);
        }
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

    private static void Fill(Codebook codebook, ReadOnlySpan<float> query, Span<float> values)
    {
        // −|q − x|² = −|q − c|² + 2 (q·r) − (|x|² − |c|²): the metric's factor of q·r, and the norm's codes with a minus.
        float factor = codebook.HasNorm ? 2 : 1;
        for (int pair = 0; pair < codebook.Pairs; pair++)
        {
            int d = 2 * pair;
            ReadOnlySpan<float> first = codebook.LevelValues.AsSpan(d * Codebook.Levels, Codebook.Levels);
            float q0 = query[d] * factor, q1 = d + 1 < query.Length ? query[d + 1] * factor : 0;
            ReadOnlySpan<float> second = q1 != 0 ? codebook.LevelValues.AsSpan((d + 1) * Codebook.Levels, Codebook.Levels) : first;
            for (int b = 0; b < Codebook.Levels; b++)
            {
                for (int a = 0; a < Codebook.Levels; a++)
                    values[pair * EntriesPerCode + b * Codebook.Levels + a] = q0 * first[a] + q1 * second[b];
            }
        }
        values[(codebook.Pairs * EntriesPerCode)..].Clear();
        if (!codebook.HasNorm)
            return;
        for (int i = 0; i < EntriesPerCode; i++)
        {
            values[codebook.Pairs * EntriesPerCode + i] = -codebook.NormStep * EntriesPerCode * i;
            values[(codebook.Pairs + 1) * EntriesPerCode + i] = -codebook.NormStep * i;
        }
    }
}
