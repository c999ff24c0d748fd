using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Streaming.Memory.Lists;
using Streaming.Memory.Training;

namespace Streaming.Memory.Search;

/// <summary>Adds up the table entries of 32 entries' codes at a time. The three widths give the same sums.</summary>
internal static unsafe class CodeScan
{
    private const int TableEntries = 16;
    private const int PrefetchAhead = 2; // Blocks.

    /// <summary>Adds the entries of a list that reach the buffer's threshold.</summary>
    /// <param name="chunks">The list.</param>
    /// <param name="table">[codes][16].</param>
    /// <param name="scan">What is the same for all lists.</param>
    /// <param name="baseKey">Key of the sum 0 in this list.</param>
    /// <param name="best">What takes the candidates: sum + base, weighed by age, and where the chunk names the row.</param>
    /// <returns>Entries scanned.</returns>
    [SkipLocalsInit]
    public static long Scan(ChunkMemory[] chunks, byte* table, in ScanContext scan, int baseKey, ref CandidateBuffer best)
    {
        ushort* sums = stackalloc ushort[CodeBlock.Entries];
        int blockBytes = CodeBlock.Bytes(scan.Codes);
        long scanned = 0;
        foreach (ChunkMemory chunk in chunks)
        {
            if (chunk.LatestUntilMs <= scan.NowMs)
                continue;
            int count = chunk.Count;
            float weight = scan.WeightOf(chunk);
            byte* at = chunk.Codes;
            for (int block = 0; block * CodeBlock.Entries < count; block++, at += blockBytes)
            {
                if ((block + PrefetchAhead) * CodeBlock.Entries < count)
                    CodeBlock.Prefetch(at + PrefetchAhead * blockBytes, scan.Codes);
                int needed = Math.Max(0, Needed(best.Threshold, weight) - baseKey);
                if (needed > ushort.MaxValue)
                    break;
                uint mask = Sums(at, table, scan.Codes, sums, (ushort)needed);
                if (mask != 0)
                    Add(chunk, block, count, mask, sums, baseKey, weight, scan, ref best);
            }
            scanned += count;
        }
        return scanned;
    }

    // The lowest key is no limit at all, and stays so.
    private static int Needed(int threshold, float weight) =>
        weight == 1 || threshold == CandidateBuffer.Lowest ? threshold : (int)AgeWeight.Undo(weight, threshold);

    /// <summary>Fetches the beginnings of a list's chunks, so that the lists before it hide their latency.</summary>
    public static void Prefetch(ChunkMemory[] chunks, int codes)
    {
        foreach (ChunkMemory chunk in chunks)
            chunk.Prefetch(PrefetchAhead * CodeBlock.Bytes(codes));
    }

    private static void Add(ChunkMemory chunk, int block, int count, uint mask, ushort* sums, int baseKey, float weight, in ScanContext scan, ref CandidateBuffer best)
    {
        mask &= CodeBlock.Filled(count - block * CodeBlock.Entries);
        // An end later than the version is possible only where the last one is; such entries are for the caller to check. The bits come first: the
        // writer sets them last, so that whoever sees a bit sees the end behind it, and an entry that ends meanwhile is not taken for an ended one.
        uint ended = chunk.Ended(block);
        if (chunk.LastEnd <= scan.Version)
            mask &= ~ended;
        // Entries of later versions must not take the places of those that an older version shows.
        bool mayBeLater = scan.IsPast && chunk.LatestBegin > scan.Version;
        int* rows = chunk.RowNumbers + block * CodeBlock.Entries;
        for (; mask != 0; mask &= mask - 1)
        {
            int i = BitOperations.TrailingZeroCount(mask);
            int key = baseKey + sums[i];
            if (!mayBeLater || scan.Rows[rows[i]].Begin <= scan.Version)
                best.Add(weight == 1 ? key : (int)Math.Max(CandidateBuffer.Lowest, AgeWeight.Apply(weight, key)), (nint)(rows + i));
        }
    }

    /// <summary>Sums of 32 entries by the widest registers there are, and which of them reach <paramref name="threshold"/>.</summary>
    public static uint Sums(byte* block, byte* table, int codes, ushort* sums, ushort threshold) =>
        Vector512.IsHardwareAccelerated && Avx512BW.IsSupported ? Sums512(block, table, codes, sums, threshold)
        : Avx2.IsSupported ? Sums256(block, table, codes, sums, threshold)
        : Sums128(block, table, codes, sums, threshold);

    /// <summary>Sums of 32 entries, and which of them reach <paramref name="threshold"/>: 64-byte registers, four codes each.</summary>
    public static uint Sums512(byte* block, byte* table, int codes, ushort* sums, ushort threshold)
    {
        var low = Vector512.Create((byte)0x0F);
        Vector512<ushort> firstAll = default, firstOdd = default, secondAll = default, secondOdd = default;
        for (int c = 0; c < codes; c += Codebook.CodeGroup, block += 128, table += 128)
        {
            Vector512<byte> x = Vector512.Load(block), y = Vector512.Load(block + 64);
            Vector512<byte> tx = Vector512.Load(table), ty = Vector512.Load(table + 64);
            var first = (Avx512BW.Shuffle(tx, x & low) + Avx512BW.Shuffle(ty, y & low)).AsUInt16();
            var second = (Avx512BW.Shuffle(tx, (x.AsUInt16() >> 4).AsByte() & low) + Avx512BW.Shuffle(ty, (y.AsUInt16() >> 4).AsByte() & low)).AsUInt16();
            firstAll += first;
            firstOdd += first >> 8;
            secondAll += second;
            secondOdd += second >> 8;
        }
        var a = Fold(firstAll - (firstOdd << 8));
        var b = Fold(firstOdd);
        var c2 = Fold(secondAll - (secondOdd << 8));
        var d = Fold(secondOdd);
        return Finish(a, b, c2, d, sums, threshold);
    }

    /// <summary>The same with 32-byte registers, two codes each.</summary>
    public static uint Sums256(byte* block, byte* table, int codes, ushort* sums, ushort threshold)
    {
        var low = Vector256.Create((byte)0x0F);
        Vector256<ushort> firstAll = default, firstOdd = default, secondAll = default, secondOdd = default;
        for (int c = 0; c < codes; c += 4, block += 64, table += 64)
        {
            Vector256<byte> x = Vector256.Load(block), y = Vector256.Load(block + 32);
            Vector256<byte> tx = Vector256.Load(table), ty = Vector256.Load(table + 32);
            var first = (Avx2.Shuffle(tx, x & low) + Avx2.Shuffle(ty, y & low)).AsUInt16();
            var second = (Avx2.Shuffle(tx, (x.AsUInt16() >> 4).AsByte() & low) + Avx2.Shuffle(ty, (y.AsUInt16() >> 4).AsByte() & low)).AsUInt16();
            firstAll += first;
            firstOdd += first >> 8;
            secondAll += second;
            secondOdd += second >> 8;
        }
        return Finish(Fold(firstAll - (firstOdd << 8)), Fold(firstOdd), Fold(secondAll - (secondOdd << 8)), Fold(secondOdd), sums, threshold);
    }

    /// <summary>The same with 16-byte registers, one code each, on any processor.</summary>
    public static uint Sums128(byte* block, byte* table, int codes, ushort* sums, ushort threshold)
    {
        var low = Vector128.Create((byte)0x0F);
        Vector128<ushort> firstAll = default, firstOdd = default, secondAll = default, secondOdd = default;
        for (int c = 0; c < codes; c++, block += TableEntries, table += TableEntries)
        {
            Vector128<byte> x = Vector128.Load(block), t = Vector128.Load(table);
            var first = Vector128.Shuffle(t, x & low).AsUInt16();
            var second = Vector128.Shuffle(t, (x.AsUInt16() >> 4).AsByte() & low).AsUInt16();
            firstAll += first;
            firstOdd += first >> 8;
            secondAll += second;
            secondOdd += second >> 8;
        }
        return Finish(firstAll - (firstOdd << 8), firstOdd, secondAll - (secondOdd << 8), secondOdd, sums, threshold);
    }

    private static Vector128<ushort> Fold(Vector512<ushort> x) => Fold(x.GetLower() + x.GetUpper());

    private static Vector128<ushort> Fold(Vector256<ushort> x) => x.GetLower() + x.GetUpper();

    // Even and odd entries of each half, back in order.
    private static uint Finish(Vector128<ushort> even0, Vector128<ushort> odd0, Vector128<ushort> even1, Vector128<ushort> odd1, ushort* sums, ushort threshold)
    {
        var all = Vector512.Create(
            Vector256.Create(UnpackLow(even0, odd0), UnpackHigh(even0, odd0)), Vector256.Create(UnpackLow(even1, odd1), UnpackHigh(even1, odd1)));
        all.Store(sums);
        return (uint)Vector512.GreaterThanOrEqual(all, Vector512.Create(threshold)).ExtractMostSignificantBits();
    }

    private static Vector128<ushort> UnpackLow(Vector128<ushort> x, Vector128<ushort> y) => Sse2.IsSupported
        ? Sse2.UnpackLow(x, y)
        : (Vector128.WidenLower(x) | (Vector128.WidenLower(y) << 16)).AsUInt16();

    private static Vector128<ushort> UnpackHigh(Vector128<ushort> x, Vector128<ushort> y) => Sse2.IsSupported
        ? Sse2.UnpackHigh(x, y)
        : (Vector128.WidenUpper(x) | (Vector128.WidenUpper(y) << 16)).AsUInt16();
}
