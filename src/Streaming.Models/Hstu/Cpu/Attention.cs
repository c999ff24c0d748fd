using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Streaming.Models.Hstu.Cpu;

/// <summary>HSTU's attention of one row over its window: a = Σⱼ SiLU(q·kⱼ + bias) vⱼ. Hot path.</summary>
/// <remarks>
/// One pass, page by page: scores of 64 tokens at once, and then their values, so that each K and V row comes from memory once, while the page
/// that follows is brought into the cache. A dot product adds its numbers in order and a value sum its tokens from the oldest to the newest,
/// one lane each: the same bits at every register width and wherever the ring starts.
/// </remarks>
internal static unsafe class Attention<TSimd, TVector, TKv>
    where TSimd : ISimd<TVector>
    where TVector : unmanaged
    where TKv : IKvFormat
{
    private const int PageRows = KvLayout.PageRows;
    private const int Group = KvLayout.Group;
    private const int GroupPairs = Group / 2;
    private const int LineBytes = 64;

    /// <summary>Writes a token's key and value.</summary>
    /// <param name="block">The layer's block of the token's page.</param>
    /// <param name="slot">The token's place in the page.</param>
    /// <param name="key">[heads · padded head width]</param>
    /// <param name="value">[heads · padded head width]</param>
    /// <param name="shape">The shape.</param>
    public static void Store(byte* block, int slot, float* key, float* value, AttentionShape shape)
    {
        var run = block;
        for (var head = 0; head < shape.Heads; head++)
        {
            for (var d = 0; d < shape.HeadWidth; d++, run += PageRows * TKv.Bytes)
                TKv.Store(run, slot, key[(head * shape.HeadStride) + d]);
        }
        run += slot * shape.HeadsStride * TKv.Bytes;
        for (var e = 0; e < shape.HeadsStride; e++) TKv.Store(run, e, value[e]);
    }

    /// <summary>Runs a scan.</summary>
    public static void Attend(in AttentionScan scan, AttentionShape shape)
    {
        new Span<float>(scan.Attended, shape.HeadsStride).Clear();
        for (var done = 0; done < scan.Rows;)
        {
            var token = scan.Oldest + done;
            var slot = (int)(token % PageRows);
            var count = Math.Min(scan.Rows - done, PageRows - slot);
            var block = scan.Block(token);
            var next = done + count < scan.Rows ? scan.Block(token + count) : scan.Next;
            WeighPage(block, next, scan.Query, scan.Bias + done - slot, scan.Weights, shape);
            var values = shape.Heads * shape.HeadWidth * PageRows * TKv.Bytes;
            SumPage(block + values, next + values, scan.Weights, slot, slot + count, scan.Attended, shape);
            done += count;
        }
    }

    // SiLU(q·k + bias) of all 64 places of a page; places outside the window are computed from whatever lies there, and not used.
    private static void WeighPage(byte* keys, byte* next, float* query, float* bias, float* weights, AttentionShape shape)
    {
        for (var head = 0; head < shape.Heads; head++, query += shape.HeadStride, weights += PageRows)
        {
            for (var pair = 0; pair < PageRows / 2; pair += 2 * TSimd.Lanes)
            {
                int first = PlaceOf(pair), second = PlaceOf(pair + TSimd.Lanes);
                var a = TSimd.Load(bias + first);
                var b = TSimd.Load(bias + first + GroupPairs);
                var c = TSimd.Load(bias + second);
                var d = TSimd.Load(bias + second + GroupPairs);
                var run = keys;
                for (var i = 0; i < shape.HeadWidth; i++, run += PageRows * TKv.Bytes)
                {
                    if (pair == 0) Prefetch(run - keys + next, PageRows * TKv.Bytes);
                    var q = TSimd.Broadcast(query[i]);
                    TKv.LoadPairs<TSimd, TVector>(run, pair, out var low, out var high);
                    a = TSimd.MultiplyAdd(q, low, a);
                    b = TSimd.MultiplyAdd(q, high, b);
                    TKv.LoadPairs<TSimd, TVector>(run, pair + TSimd.Lanes, out low, out high);
                    c = TSimd.MultiplyAdd(q, low, c);
                    d = TSimd.MultiplyAdd(q, high, d);
                }
                TSimd.Store(VectorMath<TSimd, TVector>.Silu(a), weights + first);
                TSimd.Store(VectorMath<TSimd, TVector>.Silu(b), weights + first + GroupPairs);
                TSimd.Store(VectorMath<TSimd, TVector>.Silu(c), weights + second);
                TSimd.Store(VectorMath<TSimd, TVector>.Silu(d), weights + second + GroupPairs);
            }
            keys += shape.HeadWidth * PageRows * TKv.Bytes;
            next += shape.HeadWidth * PageRows * TKv.Bytes;
        }
    }

    private static void SumPage(byte* values, byte* next, float* weights, int from, int to, float* attended, AttentionShape shape)
    {
        var groups = shape.HeadsStride / Group;
        var groupsOfHead = shape.HeadStride / Group;
        var group = 0;
        for (; group + 2 <= groups; group += 2)
        {
            var first = weights + (group / groupsOfHead * PageRows);
            var second = weights + ((group + 1) / groupsOfHead * PageRows);
            SumTwoGroups(values, group == 0 ? next : null, first, second, group, from, to, attended, shape);
        }
        if (group < groups) SumGroup(values, weights + (group / groupsOfHead * PageRows), group, from, to, attended, shape);
    }

    private static void SumTwoGroups(byte* values, byte* next, float* first, float* second, int group, int from, int to, float* attended, AttentionShape shape)
    {
        var rowBytes = shape.HeadsStride * TKv.Bytes;
        for (var pair = 0; pair < GroupPairs; pair += TSimd.Lanes)
        {
            var target = attended + (group * Group) + pair;
            var a = TSimd.Load(target);
            var b = TSimd.Load(target + GroupPairs);
            var c = TSimd.Load(target + Group);
            var d = TSimd.Load(target + Group + GroupPairs);
            var row = values + ((long)from * rowBytes);
            for (var place = from; place < to; place++, row += rowBytes)
            {
                if (pair == 0 && next != null) Prefetch(row - values + next, rowBytes);
                var weight = TSimd.Broadcast(first[place]);
                TKv.LoadPairs<TSimd, TVector>(row, (group * GroupPairs) + pair, out var low, out var high);
                a = TSimd.MultiplyAdd(weight, low, a);
                b = TSimd.MultiplyAdd(weight, high, b);
                weight = TSimd.Broadcast(second[place]);
                TKv.LoadPairs<TSimd, TVector>(row, ((group + 1) * GroupPairs) + pair, out low, out high);
                c = TSimd.MultiplyAdd(weight, low, c);
                d = TSimd.MultiplyAdd(weight, high, d);
            }
            TSimd.Store(a, target);
            TSimd.Store(b, target + GroupPairs);
            TSimd.Store(c, target + Group);
            TSimd.Store(d, target + Group + GroupPairs);
        }
    }

    private static void SumGroup(byte* values, float* weights, int group, int from, int to, float* attended, AttentionShape shape)
    {
        var rowBytes = shape.HeadsStride * TKv.Bytes;
        for (var pair = 0; pair < GroupPairs; pair += TSimd.Lanes)
        {
            var target = attended + (group * Group) + pair;
            var a = TSimd.Load(target);
            var b = TSimd.Load(target + GroupPairs);
            for (var place = from; place < to; place++)
            {
                var weight = TSimd.Broadcast(weights[place]);
                TKv.LoadPairs<TSimd, TVector>(values + ((long)place * rowBytes), (group * GroupPairs) + pair, out var low, out var high);
                a = TSimd.MultiplyAdd(weight, low, a);
                b = TSimd.MultiplyAdd(weight, high, b);
            }
            TSimd.Store(a, target);
            TSimd.Store(b, target + GroupPairs);
        }
    }

    // The place of a pair's low number; see IKvFormat.
    private static int PlaceOf(int pair) => (pair / GroupPairs * Group) + (pair % GroupPairs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* start, int bytes)
    {
        if (!Sse.IsSupported) return;
        for (var offset = 0; offset < bytes; offset += LineBytes) Sse.Prefetch1(start + offset);
    }
}
