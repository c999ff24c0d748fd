using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
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
    private const int Room = 3 * Compress.Lanes; // Behind the capacity: what one call adds, and what it writes beyond.
    private readonly int _wanted;
    private int[] _keys;
    private int[] _values;
    private int _capacity;
    private int _count;

    /// <param name="wanted">Pairs to keep; 1 or more.</param>
    /// <param name="expected">Pairs that will be added, about, to size the buffer: a search may meet more than there were rows when it began.</param>
    public CandidateBuffer(int wanted, int expected)
    {
        _wanted = wanted;
        _capacity = (int)Math.Min(Math.Max((long)wanted * Slack, 64), expected + 64L);
        _keys = ArrayPool<int>.Shared.Rent(_capacity + Room);
        _values = ArrayPool<int>.Shared.Rent(_capacity + Room);
        _count = 0;
        Threshold = Lowest;
    }

    /// <summary>A pair with a lower key is not among the best.</summary>
    public int Threshold { get; private set; }

    /// <summary>A score in steps as a key.</summary>
    public static int Key(float steps) => (int)Math.Clamp(MathF.Round(steps), Lowest / 2, -Lowest / 2);

    public void Add(int key, int value)
    {
        _keys[_count] = key;
        _values[_count++] = value;
        MakeRoom();
    }

    /// <summary>Adds some of 32 pairs: sum i + base with value i + first, where bit i is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector512<ushort> sums, uint chosen, int baseKey, int first)
    {
        var (low, high) = Vector512.Widen(sums);
        var (bases, values) = (Vector512.Create(baseKey), Vector512.Create(first) + Vector512<int>.Indices);
        fixed (int* toKeys = _keys, toValues = _values)
        {
            int count = _count + Compress.Append(toKeys + _count, toValues + _count, low.AsInt32() + bases, values, chosen);
            _count = count + Compress.Append(toKeys + count, toValues + count, high.AsInt32() + bases, values + Vector512.Create(Compress.Lanes), chosen >> Compress.Lanes);
        }
        MakeRoom();
    }

    /// <summary>Keeps the best only.</summary>
    /// <returns>Their values, in no order, until the buffer is disposed.</returns>
    public ReadOnlySpan<int> Best()
    {
        if (_count > _wanted)
            Cut();
        return _values.AsSpan(0, _count);
    }

    public readonly void Dispose()
    {
        ArrayPool<int>.Shared.Return(_keys);
        ArrayPool<int>.Shared.Return(_values);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MakeRoom()
    {
        if (_count >= _capacity)
            CutOrGrow();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CutOrGrow()
    {
        if (_count > _wanted)
            Cut();
        if (_count < _capacity)
            return;
        _capacity *= 2;
        _keys = Grown(_keys, _count, _capacity + Room);
        _values = Grown(_values, _count, _capacity + Room);
    }

    private static int[] Grown(int[] full, int count, int length)
    {
        int[] grown = ArrayPool<int>.Shared.Rent(length);
        full.AsSpan(0, count).CopyTo(grown);
        ArrayPool<int>.Shared.Return(full);
        return grown;
    }

    private void Cut()
    {
        var filledKeys = _keys.AsSpan(0, _count);
        int least = Selection.Reached(filledKeys, _wanted), kept = 0, ties = _wanted - Selection.CountAbove(filledKeys, least);
        fixed (int* keys = _keys, values = _values)
        {
            for (int i = 0; i < _count; i += Compress.Lanes)
            {
                Vector512<int> key = Vector512.Load(keys + i), value = Vector512.Load(values + i);
                uint filled = Lanes(_count - i);
                uint equal = (uint)Vector512.Equals(key, Vector512.Create(least)).ExtractMostSignificantBits() & filled;
                uint above = (uint)Vector512.GreaterThan(key, Vector512.Create(least)).ExtractMostSignificantBits() & filled;
                equal = First(ties, equal);
                ties -= BitOperations.PopCount(equal);
                kept += Compress.Append(keys + kept, values + kept, key, value, above | equal);
            }
        }
        _count = kept;
        Threshold = least;
    }

    private static uint Lanes(int left) => left >= Compress.Lanes ? 0xFFFF : (1u << left) - 1;

    // So many of the bits at most, the lowest.
    private static uint First(int most, uint bits)
    {
        while (BitOperations.PopCount(bits) > most)
            bits &= ~(1u << (31 - BitOperations.LeadingZeroCount(bits)));
        return bits;
    }
}
