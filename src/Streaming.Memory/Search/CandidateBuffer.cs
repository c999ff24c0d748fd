using System.Buffers;

namespace Streaming.Memory.Search;

/// <summary>
/// The best <c>wanted</c> of many (key, value) pairs, in no order: a buffer of a few times as many, cut back by selection whenever it is full,
/// which raises the key that a newcomer needs. Rented; returned on dispose.
/// </summary>
internal ref struct CandidateBuffer
{
    private const int Slack = 3;
    private readonly ulong[] _items;
    private readonly int _wanted;
    private readonly int _capacity;
    private int _count;

    /// <param name="wanted">Pairs to keep; 1 or more.</param>
    /// <param name="most">Pairs that will ever be added, to size the buffer.</param>
    public CandidateBuffer(int wanted, int most)
    {
        _wanted = wanted;
        _capacity = (int)Math.Min(Math.Max((long)wanted * Slack, 64), Math.Max(most, wanted) + 64L);
        _items = ArrayPool<ulong>.Shared.Rent(_capacity);
        _count = 0;
        Threshold = int.MinValue;
    }

    /// <summary>A pair with a lower key is not among the best.</summary>
    public int Threshold { get; private set; }

    public void Add(int key, int value)
    {
        _items[_count++] = ((ulong)((uint)key ^ 0x80000000u) << 32) | (uint)value;
        if (_count == _capacity)
            Cut();
    }

    /// <summary>The best, in no order. Each is read by <see cref="Key"/> and <see cref="Value"/>.</summary>
    public ReadOnlySpan<ulong> Best()
    {
        if (_count > _wanted)
            Cut();
        return _items.AsSpan(0, _count);
    }

    /// <summary>The best, the highest key first.</summary>
    public ReadOnlySpan<ulong> BestFirst()
    {
        Best();
        Span<ulong> kept = _items.AsSpan(0, _count);
        kept.Sort();
        kept.Reverse();
        return kept;
    }

    public static int Key(ulong item) => (int)((uint)(item >> 32) ^ 0x80000000u);

    public static int Value(ulong item) => (int)(uint)item;

    public readonly void Dispose() => ArrayPool<ulong>.Shared.Return(_items);

    private void Cut()
    {
        Select(_items.AsSpan(0, _count), _wanted);
        _count = _wanted;
        ulong worst = ulong.MaxValue;
        foreach (ulong item in _items.AsSpan(0, _wanted))
            worst = Math.Min(worst, item);
        Threshold = Key(worst);
    }

    // Hoare's selection: afterwards the `wanted` largest come first.
    private static void Select(Span<ulong> items, int wanted)
    {
        int low = 0, high = items.Length - 1;
        while (low < high)
        {
            ulong pivot = Median(items[low], items[(low + high) / 2], items[high]);
            int i = low, j = high;
            while (i <= j)
            {
                while (items[i] > pivot)
                    i++;
                while (items[j] < pivot)
                    j--;
                if (i <= j)
                {
                    (items[i], items[j]) = (items[j], items[i]);
                    i++;
                    j--;
                }
            }
            if (wanted - 1 <= j)
                high = j;
            else if (wanted - 1 >= i)
                low = i;
            else
                return;
        }
    }

    private static ulong Median(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
