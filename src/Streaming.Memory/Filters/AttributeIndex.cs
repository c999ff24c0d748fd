using System.Runtime.InteropServices;

namespace Streaming.Memory.Filters;

/// <summary>
/// The rows that have an attribute, by token. A row stays listed after it was given back, and may be listed for what it holds no longer: what is
/// found is checked. One writer; readers never wait.
/// </summary>
/// <remarks>When a bucket has doubled since it was last cleaned, the writer copies it without what left; a reader keeps the array it read.</remarks>
internal sealed class AttributeIndex
{
    private const int Buckets = 1 << 16;
    private const int SmallestClean = 64;
    private const int FillThreads = 2;

    private readonly Bucket?[] _buckets = new Bucket?[Buckets];

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
                _buckets[number] = new Bucket { Items = new (uint, int)[Math.Max(Bucket.Smallest, counts[number] * 3 / 2)] };
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
    private static long Grow(Bucket bucket, Func<int, uint, bool> isListed)
    {
        int before = bucket.Items.Length;
        var kept = new List<(uint, int)>(before);
        HashSet<(uint, int)> seen = new(before); // A row that was used again may be listed twice.
        foreach (var item in bucket.Items.AsSpan(0, bucket.Count))
        {
            if (before < SmallestClean || (isListed(item.Row, item.Token) && seen.Add(item)))
                kept.Add(item);
        }
        var items = new (uint, int)[Math.Max(Bucket.Smallest, kept.Count * 2)];
        kept.CopyTo(items);
        Volatile.Write(ref bucket.Items, items);
        Volatile.Write(ref bucket.Count, kept.Count);
        return items.Length - before;
    }

    private sealed class Bucket
    {
        public const int Overhead = 64, ItemBytes = 8, Smallest = 4;
        public (uint Token, int Row)[] Items = new (uint, int)[Smallest];
        public int Count;
    }
}
