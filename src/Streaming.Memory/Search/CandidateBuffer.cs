using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Streaming.Memory.Search;

/// <summary>
/// The best <c>wanted</c> of many (key, value) pairs, in no order: a buffer of a few times as many that is cut back whenever it is full,
/// which raises the key that a newcomer needs. Where so many are wanted that it fills before, it grows. Rented; returned on dispose.
/// </summary>
/// <remarks>The cut finds the wanted rank by halving the range of keys and counting: a few passes of compares, no swaps.</remarks>
internal unsafe ref struct CandidateBuffer
{
    /// <summary>Keys lie above it and below its negative, so that their differences are integers too.</summary>
    public const int Lowest = int.MinValue / 4;

    private const int Slack = 3;
    private readonly int _wanted;
    private int[] _keys;
    private nint[] _values;
    private int _capacity;
    private int _count;

    /// <param name="wanted">Pairs to keep; 1 or more.</param>
    /// <param name="expected">Pairs that will be added, about, to size the buffer: a search may meet more than there were rows when it began.</param>
    public CandidateBuffer(int wanted, int expected)
    {
        _wanted = wanted;
        _capacity = (int)Math.Min(Math.Max((long)wanted * Slack, 64), expected + 64L);
        _keys = ArrayPool<int>.Shared.Rent(_capacity);
        _values = ArrayPool<nint>.Shared.Rent(_capacity);
        _count = 0;
        Threshold = Lowest;
    }

    /// <summary>A pair with a lower key is not among the best.</summary>
    public int Threshold { get; private set; }

    /// <summary>A score in steps as a key.</summary>
    public static int Key(float steps) => (int)Math.Clamp(MathF.Round(steps), Lowest / 2, -Lowest / 2);

    public void Add(int key, nint value)
    {
        _keys[_count] = key;
        _values[_count] = value;
        if (++_count < _capacity)
            return;
        if (_count > _wanted)
            Cut();
        else
            Grow();
    }

    /// <summary>Keeps the best only.</summary>
    /// <returns>Their values, in no order, until the buffer is disposed.</returns>
    public ReadOnlySpan<nint> Best()
    {
        if (_count > _wanted)
            Cut();
        return _values.AsSpan(0, _count);
    }

    public readonly void Dispose()
    {
        ArrayPool<int>.Shared.Return(_keys);
        ArrayPool<nint>.Shared.Return(_values);
    }

    private void Grow()
    {
        _capacity *= 2;
        _keys = Grown(_keys, _count, _capacity);
        _values = Grown(_values, _count, _capacity);
    }

    private static T[] Grown<T>(T[] full, int count, int capacity)
    {
        T[] grown = ArrayPool<T>.Shared.Rent(capacity);
        full.AsSpan(0, count).CopyTo(grown);
        ArrayPool<T>.Shared.Return(full);
        return grown;
    }

    // Without branches in the loop: whether a pair stays is as good as random.
    private void Cut()
    {
        int least = Rank(), kept = 0, ties = _wanted - CountAbove(least);
        fixed (int* keys = _keys)
        fixed (nint* values = _values)
        {
            for (int i = 0; i < _count; i++)
            {
                int key = keys[i];
                nint value = values[i];
                keys[kept] = key;
                values[kept] = value;
                int tie = (key == least ? 1 : 0) & (ties > 0 ? 1 : 0);
                ties -= tie;
                kept += (key > least ? 1 : 0) + tie;
            }
        }
        _count = kept;
        Threshold = least;
    }

    // The highest key that at least `wanted` keys reach.
    private readonly int Rank()
    {
        long low = Threshold, high = (long)System.Numerics.Tensors.TensorPrimitives.Max<int>(_keys.AsSpan(0, _count)) + 1;
        if (low == Lowest)
            low = System.Numerics.Tensors.TensorPrimitives.Min<int>(_keys.AsSpan(0, _count));
        while (high - low > 1)
        {
            long middle = low + (high - low) / 2;
            if (CountAbove((int)(middle - 1)) >= _wanted)
                low = middle;
            else
                high = middle;
        }
        return (int)low;
    }

    private readonly int CountAbove(int key)
    {
        int count = 0, i = 0;
        var limit = Vector512.Create(key);
        fixed (int* keys = _keys)
        {
            for (; i <= _count - Vector512<int>.Count; i += Vector512<int>.Count)
                count += BitOperations.PopCount(Vector512.GreaterThan(Vector512.Load(keys + i), limit).ExtractMostSignificantBits());
            for (; i < _count; i++)
                count += keys[i] > key ? 1 : 0;
        }
        return count;
    }
}
