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

    /// <summary>Writes a token's key and value. The format may round them in place.</summary>
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
            TKv.RoundRow(new Span<float>(key + (head * shape.HeadStride), shape.HeadWidth));
            TKv.RoundRow(new Span<float>(value + (head * shape.HeadStride), shape.HeadWidth));
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
        var keyBytes = shape.Heads * shape.HeadWidth * PageRows * TKv.Bytes;
        var blockBytes = keyBytes + (PageRows * shape.HeadsStride * TKv.Bytes);
        // Lines are asked for one by one, between all the work of a page: in bursts they would wait for each other, and the work for them.
        var occasions = PageRows + (2 * shape.Heads * shape.HeadWidth) + PageRows;
        var stepBytes = ((blockBytes / LineBytes) + occasions - 1) / occasions * LineBytes;
        for (var done = 0; done < scan.Rows;)
        {
            var token = scan.Oldest + done;
            var slot = (int)(token % PageRows);
            var count = Math.Min(scan.Rows - done, PageRows - slot);
            var block = scan.Block(token);
            var ahead = new Ahead { Next = done + count < scan.Rows ? scan.Block(token + count) : scan.Next, StepBytes = stepBytes };
            ahead.End = ahead.Next + blockBytes;

            var bias = scan.PositionBias + done - slot;
            if (!scan.TimeBias.IsEmpty)
            {
                ahead = AddTimeBias(bias + slot, scan.TimeBias, scan.Buckets.Slice(done, count), scan.Bias + slot, ahead);
                bias = scan.Bias;
            }
            ahead = WeighPage(block, scan.Query, bias, scan.Weights, shape, ahead);
            ahead = SumPage(block + keyBytes, scan.Weights, slot, slot + count, scan.Attended, shape, ahead);
            while (ahead.Next < ahead.End) ahead = Step(ahead);
            done += count;
        }
    }

    private static Ahead AddTimeBias(float* position, ReadOnlySpan<float> time, ReadOnlySpan<byte> buckets, float* bias, Ahead ahead)
    {
        for (var i = 0; i < buckets.Length; i++)
        {
            ahead = Step(ahead);
            bias[i] = position[i] + time[buckets[i]];
        }
        return ahead;
    }

    // SiLU(q·k + bias) of all 64 places of a page; places outside the window are computed from whatever lies there, and not used.
    private static Ahead WeighPage(byte* keys, float* query, float* bias, float* weights, AttentionShape shape, Ahead ahead)
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
                    ahead = Step(ahead);
                    var q = TSimd.Broadcast(query[i]);
                    TKv.LoadPairs<TSimd, TVector>(run, pair, out var low, out var high);
                    a = TSimd.MultiplyAdd(q, low, a);
                    b = TSimd.MultiplyAdd(q, high, b);
                    TKv.LoadPairs<TSimd, TVector>(run, pair + TSimd.Lanes, out low, out high);
                    c = TSimd.MultiplyAdd(q, low, c);
                    d = TSimd.MultiplyAdd(q, high, d);
                }
                TSimd.Store(VectorMath<TSimd, TVector>.Silu(a), weights + first);
                for (var i = 0; i < shape.HeadWidth / 2; i++) ahead = Step(ahead);
                TSimd.Store(VectorMath<TSimd, TVector>.Silu(b), weights + first + GroupPairs);
                TSimd.Store(VectorMath<TSimd, TVector>.Silu(c), weights + second);
                for (var i = 0; i < shape.HeadWidth / 2; i++) ahead = Step(ahead);
                TSimd.Store(VectorMath<TSimd, TVector>.Silu(d), weights + second + GroupPairs);
            }
            keys += shape.HeadWidth * PageRows * TKv.Bytes;
        }
        return ahead;
    }

    private static Ahead SumPage(byte* values, float* weights, int from, int to, float* attended, AttentionShape shape, Ahead ahead)
    {
        var groups = shape.HeadsStride / Group;
        var groupsOfHead = shape.HeadStride / Group;
        var group = 0;
        for (; group + 2 <= groups; group += 2)
        {
            var first = weights + (group / groupsOfHead * PageRows);
            var second = weights + ((group + 1) / groupsOfHead * PageRows);
            ahead = SumTwoGroups(values, first, second, group, from, to, attended, shape, ahead);
        }
        if (group < groups) SumGroup(values, weights + (group / groupsOfHead * PageRows), group, from, to, attended, shape);
        return ahead;
    }

    private static Ahead SumTwoGroups(byte* values, float* first, float* second, int group, int from, int to, float* attended, AttentionShape shape, Ahead ahead)
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
                ahead = Step(ahead);
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
        return ahead;
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

    // Brings the next line or lines of the block ahead into the second cache.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Ahead Step(Ahead ahead)
    {
        if (ahead.Next >= ahead.End) return ahead;
        if (Sse.IsSupported)
        {
            for (var offset = 0; offset < ahead.StepBytes; offset += LineBytes) Sse.Prefetch1(ahead.Next + offset);
        }
        ahead.Next += ahead.StepBytes;
        return ahead;
    }

    // What is still to be fetched of the block that is read after this one.
    private struct Ahead
    {
        public byte* Next;
        public byte* End;
        public int StepBytes;
    }
}
