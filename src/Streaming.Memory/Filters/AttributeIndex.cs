using System.Runtime.InteropServices;

namespace Streaming.Memory.Filters;

/// <summary>
/// The rows that have an attribute, by token. A row stays listed after it was given back, and may be listed for what it holds no longer: what is
/// found is checked. One writer; readers never wait.
/// </summary>
/// <remarks>When a bucket is full and so many rows came back meanwhile that a quarter of it may have left, the writer copies it without what left, and else
/// all of it into twice the room; a reader keeps the array it read.</remarks>
internal sealed class AttributeIndex
{
    private const int Buckets = 1 << 16;
    private const int SmallestClean = 64;
    private const int LeftShare = 4; // One in so many.
    private const int FillThreads = 2;

    private readonly Bucket?[] _buckets = new Bucket?[Buckets];
    private readonly List<ulong> _kept = [];
    private long _returned;

    public long SizeBytes { get; private set; } = (long)Buckets * IntPtr.Size;

    /// <summary>Lists a row.</summary>
    /// <param name="token">By <see cref="AttributeToken"/>.</param>
    /// <param name="row">The row.</param>
    /// <param name="isListed">Whether a row is still to be listed under a token; asked when a bucket is cleaned.</param>
    public void Add(uint token, int row, Func<int, uint, bool> isListed)
    {
        ref Bucket? bucket = ref _buckets[token % Buckets];
        if (bucket is null)
        {
            Volatile.Write(ref bucket, new Bucket());
            SizeBytes += Bucket.Overhead;
        }
        if (bucket.Count == bucket.Items.Length)
            SizeBytes += Grow(bucket, isListed) * Bucket.ItemBytes;
        bucket.Items[bucket.Count] = (token, row);
        // Last: it publishes the item to readers that have the array.
        Volatile.Write(ref bucket.Count, bucket.Count + 1);
    }

    /// <summary>A row that was listed is given back.</summary>
    public void NoteReturned() => _returned++;

    /// <summary>Lists the rows of a new namespace in an index that lists none yet, with room for half as many more.</summary>
    /// <remarks>Row by row, buckets would grow and be cleaned step by step, which takes longer than all else of a start.</remarks>
    public void Fill(IReadOnlyList<List<(uint Token, int Row)>> items)
    {
        Parallel.For(0, FillThreads, share => Fill(items, share));
        SizeBytes += _buckets.Sum(bucket => bucket is null ? 0L : Bucket.Overhead + bucket.Items.Length * Bucket.ItemBytes);
    }

    // The buckets of one thread.
    private void Fill(IReadOnlyList<List<(uint Token, int Row)>> items, int share)
    {
        var counts = new int[Buckets];
        foreach (var some in items)
        {
            foreach (var (token, _) in CollectionsMarshal.AsSpan(some))
                counts[token % Buckets]++;
        }
        for (int number = share; number < Buckets; number += FillThreads)
        {
            if (counts[number] > 0)
                _buckets[number] = new Bucket { Items = Allocate(Math.Max(Bucket.Smallest, counts[number] * 3 / 2)) };
        }
        foreach (var some in items)
        {
            foreach (var item in CollectionsMarshal.AsSpan(some))
            {
                if (item.Token % FillThreads != share)
                    continue;
                Bucket bucket = _buckets[item.Token % Buckets]!;
                bucket.Items[bucket.Count++] = item;
            }
        }
    }

    /// <summary>Items to look at for a token, those of others in its bucket included.</summary>
    public ReadOnlySpan<(uint Token, int Row)> Find(uint token)
    {
        if (Volatile.Read(ref _buckets[token % Buckets]) is not { } bucket)
            return [];
        // The count first: an array read after it is at least as long.
        int count = Volatile.Read(ref bucket.Count);
        var items = Volatile.Read(ref bucket.Items);
        return items.AsSpan(0, Math.Min(count, items.Length));
    }

    // Cleaning shortens a bucket: the emptier array is published before the lower count, and what a reader sees twice it drops.
    private long Grow(Bucket bucket, Func<int, uint, bool> isListed)
    {
        var full = bucket.Items;
        (uint, int)[] items;
        if (full.Length < SmallestClean || (_returned - bucket.ReturnedBefore) * LeftShare < full.Length)
        {
            items = Allocate(full.Length * 2);
            full.CopyTo(items, 0);
            Volatile.Write(ref bucket.Items, items);
            return items.Length - full.Length;
        }
        int kept = Clean(full, isListed);
        bucket.ReturnedBefore = _returned;
        items = Allocate(Math.Max(Bucket.Smallest, kept * 2));
        MemoryMarshal.Cast<ulong, (uint, int)>(CollectionsMarshal.AsSpan(_kept)[..kept]).CopyTo(items);
        Volatile.Write(ref bucket.Items, items);
        Volatile.Write(ref bucket.Count, kept);
        return items.Length - full.Length;
    }

    /// <summary>Collects what is still to be listed.</summary>
    /// <returns>How many there are, at the front of <see cref="_kept"/>.</returns>
    private int Clean((uint Token, int Row)[] items, Func<int, uint, bool> isListed)
    {
        _kept.Clear();
        foreach (ulong item in MemoryMarshal.Cast<(uint, int), ulong>(items))
        {
            if (isListed((int)(item >> 32), (uint)item))
                _kept.Add(item);
        }
        // A row that was used again may be listed twice.
        _kept.Sort();
        int kept = 0;
        for (int i = 0; i < _kept.Count; i++)
        {
            if (i == 0 || _kept[i] != _kept[i - 1])
                _kept[kept++] = _kept[i];
        }
        return kept;
    }

    // Pinned from some size on: collections would copy arrays that have come to stay, while all threads stand still.
    private static (uint, int)[] Allocate(int items) => GC.AllocateUninitializedArray<(uint, int)>(items, pinned: items >= SmallestClean);

    private sealed class Bucket
    {
        public const int Overhead = 64, ItemBytes = 8, Smallest = 4;
        public (uint Token, int Row)[] Items = new (uint, int)[Smallest];
        public int Count;
        public long ReturnedBefore; // Rows, when the bucket was last cleaned.
    }
}
