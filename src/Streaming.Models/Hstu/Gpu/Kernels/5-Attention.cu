// ---- attention

// The warp's part of a unit (one head of one row): its span of lags, and the pages that they lie in, one a lane.
struct Part
{
    int row, head, slot, limit, page;   // limit: tokens attended to, 0 = nothing to do; page: of this lane
    long long anchor;                   // asked for in the first layer, and on the grid, only
};

// The page of the span's oldest lag, which may lie far outside the window.
__device__ __forceinline__ int oldest_page(int slot, int span) { return (slot - (span + 1) * SPAN + 1 + 16 * RING) % RING / PAGE; }

// Of a row that is in p.rows by now; before, of a row as the host gave it.
template <bool GIVEN>
__device__ __forceinline__ Part load_part(const Params& p, int unit, bool active, int span, int lane)
{
    Part part = {0, 0, 0, 0, 0, 0};
    if (!active) return part;
    int4 info = GIVEN ? *(const int4*)row_in(p, unit / H) : p.rows[unit / H];
    if (GIVEN) info = make_int4(info.x, info.z, info.w, 0);   // sequence, action, slot, count
    part.row = unit / H;
    part.head = unit % H;
    part.slot = info.y;
    part.limit = info.z;
    if (!GIVEN) part.anchor = p.anchors[unit / H];
    if (lane < SPAN / PAGE + 2) part.page = __ldg(p.page_table + (u64)info.x * RPAGES + (oldest_page(info.y, span) + lane) % RPAGES);
    return part;
}

// GROUP consecutive tokens of the span, oldest first: row r is the token with lag newest + GROUP - 1 - r; rows from `from` on exist.
struct Group
{
    const u8 *before, *after;   // page of row 0, and of the rows from `cut` on
    int offset, cut, newest, from;
};

__device__ __forceinline__ Group make_group(const Params& p, const Part& part, int span, int g)
{
    Group group;
    group.newest = span * SPAN + (GROUPS - 1 - g) * GROUP;
    group.from = max(0, group.newest + GROUP - part.limit);
    const int slot = ring(part.slot - group.newest - GROUP + 1);
    group.offset = slot % PAGE;
    group.cut = PAGE - group.offset;
    int at = slot / PAGE - oldest_page(part.slot, span);
    if (at < 0) at += RPAGES;
    group.before = p.pool + (u64)(u32)__shfl_sync(~0u, part.page, at & 31) * PAGE_BYTES;
    group.after = p.pool + (u64)(u32)__shfl_sync(~0u, part.page, (at + 1) & 31) * PAGE_BYTES;
    return group;
}

__device__ __forceinline__ void load_rows(uint4 (&rows)[LOADS], const Group& group, u64 head_offset, int lane, u64 policy)
{
    if (group.from >= GROUP) return;
    const u64 mine = head_offset + (u64)(group.offset + lane / LANES) * ROW_BYTES + (lane % LANES) * 16;
    const u8 *before = group.before + mine, *after = group.after + mine - (u64)PAGE * ROW_BYTES;
#pragma unroll
    for (int i = 0; i < LOADS; i++)
    {
        const int r = i * ROWS_PER_LOAD + lane / LANES;
        const u8* address = (r < group.cut ? before : after) + i * ROWS_PER_LOAD * ROW_BYTES;
        if (group.from == 0 || r >= group.from) rows[i] = load_stream(address, policy);
        else rows[i] = make_uint4(0, 0, 0, 0);
    }
}

// What a score needs besides the dot product; loaded one group ahead.
template <bool FIRST>
struct Bias
{
    float position[SCORES];
    long long time[FIRST ? SCORES : 1];
    int bucket[SCORES];
    float key_scale[KV8 ? SCORES : 1], value_scale[KV8 ? SCORES : 1];
};

// The first load whose row's score ends on this lane; it holds the scores of SCORES loads from there on.
__device__ __forceinline__ int first_load(int lane)
{
    int load = 0;
#pragma unroll
    for (int s = 0; s < SCATTERS; s++)
        if (lane & (LANES >> (s + 1))) load += LOADS >> (s + 1);
    return load;
}

template <bool FIRST>
__device__ __forceinline__ void load_bias(Bias<FIRST>& bias, const Params& p, int layer, const Part& part, const Group& group, int lane)
{
    const int load = first_load(lane);
#pragma unroll
    for (int j = 0; j < SCORES; j++)
    {
        const int r = (load + j) * ROWS_PER_LOAD + lane / LANES, lag = group.newest + GROUP - 1 - r;
        bias.position[j] = 0;
        bias.bucket[j] = 0;
        if (r < group.from) continue;
        bias.position[j] = __ldg(p.position + layer * W + lag);
        const u8* page = r < group.cut ? group.before : group.after;
        const int slot = r < group.cut ? group.offset + r : group.offset + r - PAGE;
#if TIMEBIAS
        if (FIRST) bias.time[j] = ((const long long*)page)[slot];
        else bias.bucket[j] = p.buckets[(u64)part.row * W_STRIDE + lag];
#endif
#if KV8
        const u8* scales = page + TIMES_BYTES + (u64)(layer * H + part.head) * HEAD_BYTES + slot * 4;
        bias.key_scale[j] = *(const float*)(scales + K_SCALES);
        bias.value_scale[j] = *(const float*)(scales + V_SCALES);
#endif
    }
}

// A lane's share of the query: its PER_LANE columns.
struct Query
{
#if KV8
    u32 pairs[PER_LANE / 2];   // half floats, times QUERY_SCALE
#else
    float values[PER_LANE];
#endif
};

__device__ __forceinline__ void load_query(Query& q, const Params& p, const Part& part, int lane)
{
    const float* from = p.q + (u64)part.row * EP + part.head * DP + (lane % LANES) * PER_LANE;
#pragma unroll
    for (int e = 0; e < PER_LANE; e += 4)
    {
        const float4 four = *(const float4*)(from + e);
#if KV8
        q.pairs[e / 2] = pack_half(four.x * QUERY_SCALE, four.y * QUERY_SCALE);
        q.pairs[e / 2 + 1] = pack_half(four.z * QUERY_SCALE, four.w * QUERY_SCALE);
#else
        q.values[e] = four.x;
        q.values[e + 1] = four.y;
        q.values[e + 2] = four.z;
        q.values[e + 3] = four.w;
#endif
    }
}

__device__ __forceinline__ float dot_lane(const uint4& key, const Query& q)
{
#if KV8
    u32 sum = 0;
#pragma unroll
    for (int w = 0; w < 4; w++)
    {
        const u32 word = word_of(key, w);
        sum = fma_half(e4m3_to_half(word & 0xffffu), q.pairs[2 * w], sum);
        sum = fma_half(e4m3_to_half(word >> 16), q.pairs[2 * w + 1], sum);
    }
    float low, high;
    unpack_half(sum, low, high);
    return low + high;
#else
    float sum = 0;
#pragma unroll
    for (int w = 0; w < 4; w++)
    {
        const u32 word = word_of(key, w);
        sum = fmaf(bf16_low(word), q.values[2 * w], sum);
        sum = fmaf(bf16_high(word), q.values[2 * w + 1], sum);
    }
    return sum;
#endif
}

// Dot products of the group's rows with q, each lane ending with the SCORES of first_load.
__device__ __forceinline__ void dot_rows(float (&scores)[LOADS], const uint4 (&keys)[LOADS], const Query& q, int lane)
{
#pragma unroll
    for (int i = 0; i < LOADS; i++) scores[i] = dot_lane(keys[i], q);
#pragma unroll
    for (int s = 0; s < SCATTERS; s++)
    {
        const bool upper = lane & (LANES >> (s + 1));
#pragma unroll
        for (int j = 0; j < (LOADS >> (s + 1)); j++)
        {
            const float keep = upper ? scores[j + (LOADS >> (s + 1))] : scores[j], give = upper ? scores[j] : scores[j + (LOADS >> (s + 1))];
            scores[j] = keep + __shfl_xor_sync(~0u, give, LANES >> (s + 1));
        }
    }
#pragma unroll
    for (int s = SCATTERS; s < log2of(LANES); s++)
#pragma unroll
        for (int j = 0; j < SCORES; j++) scores[j] += __shfl_xor_sync(~0u, scores[j], LANES >> (s + 1));
}

// Scores to weights: SiLU(score + biases), zero where there is no token. In the first layer the time buckets are found, and kept for the others.
template <bool FIRST>
__device__ __forceinline__ void weigh(float (&scores)[LOADS], const Bias<FIRST>& bias, const Params& p, int layer, const Part& part, const Group& group, long long anchor, const Buckets& buckets, int lane)
{
    const int load = first_load(lane);
#pragma unroll
    for (int j = 0; j < SCORES; j++)
    {
        const int r = (load + j) * ROWS_PER_LOAD + lane / LANES;
        float weight = 0;
        if (r >= group.from)
        {
            float score = KV8 ? scores[j] * (bias.key_scale[KV8 ? j : 0] * (1.f / QUERY_SCALE)) : scores[j];
            score += bias.position[j];
#if TIMEBIAS
            int bucket = bias.bucket[j];
            if (FIRST)
            {
                bucket = bucket_of(anchor, bias.time[FIRST ? j : 0], buckets);
                if (part.head == 0) p.buckets[(u64)part.row * W_STRIDE + group.newest + GROUP - 1 - r] = (u8)bucket;
            }
            score += __ldg(p.tau + layer * BUCKETS + bucket);
#endif
            weight = silu(score);
            if (KV8) weight *= bias.value_scale[KV8 ? j : 0] * WEIGHT_SCALE;
        }
        scores[j] = weight;
    }
}

__device__ __forceinline__ void add_values(float (&sums)[PER_LANE], const float (&weights)[LOADS], const uint4 (&values)[LOADS])
{
#if KV8
    u32 group[PER_LANE / 2];
#pragma unroll
    for (int e = 0; e < PER_LANE / 2; e++) group[e] = 0;
#endif
#pragma unroll
    for (int i = 0; i < LOADS; i++)
    {
        int source = 0;
#pragma unroll
        for (int s = 0; s < SCATTERS; s++)
            if (i & (LOADS >> (s + 1))) source += LANES >> (s + 1);
        const float weight = __shfl_sync(~0u, weights[i & (SCORES - 1)], source, LANES);
#if KV8
        const u32 both = pack_half(weight, weight);
#endif
#pragma unroll
        for (int w = 0; w < 4; w++)
        {
            const u32 word = word_of(values[i], w);
#if KV8
            group[2 * w] = fma_half(e4m3_to_half(word & 0xffffu), both, group[2 * w]);
            group[2 * w + 1] = fma_half(e4m3_to_half(word >> 16), both, group[2 * w + 1]);
#else
            sums[2 * w] = fmaf(weight, bf16_low(word), sums[2 * w]);
            sums[2 * w + 1] = fmaf(weight, bf16_high(word), sums[2 * w + 1]);
#endif
        }
    }
#if KV8
#pragma unroll
    for (int e = 0; e < PER_LANE / 2; e++)
    {
        float low, high;
        unpack_half(group[e], low, high);
        sums[2 * e] = fmaf(low, 1.f / WEIGHT_SCALE, sums[2 * e]);
        sums[2 * e + 1] = fmaf(high, 1.f / WEIGHT_SCALE, sums[2 * e + 1]);
    }
#endif
}

// Adds the lanes that hold the same columns, and writes the span's sum: DP floats.
__device__ __forceinline__ void store_span(float (&sums)[PER_LANE], float* to, int lane)
{
#pragma unroll
    for (int d = LANES; d < 32; d <<= 1)
#pragma unroll
        for (int e = 0; e < PER_LANE; e++) sums[e] += __shfl_xor_sync(~0u, sums[e], d);
    if (lane >= LANES) return;
#pragma unroll
    for (int e = 0; e < PER_LANE; e += 4) *(float4*)(to + lane * PER_LANE + e) = make_float4(sums[e], sums[e + 1], sums[e + 2], sums[e + 3]);
}

// The whole window in one block: each warp a span, its loads one group ahead, also across units.
template <bool FIRST>
__device__ void attend(const Params& p, int layer, u8* smem, const Buckets& buckets)
{
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    const int sub = warp / SPANS, span = warp % SPANS;
    float* spans = (float*)smem;                               // [2][WARPS][DP]
    int* schedule = (int*)(smem + 2 * WARPS * DP * 4);         // [4], by item
    const u64 policy = stream_policy();
    const int units = p.count * H, items = (units + UNITS_AT_ONCE - 1) / UNITS_AT_ONCE;

    uint4 keys[LOADS], values[LOADS];
#pragma unroll
    for (int i = 0; i < LOADS; i++) keys[i] = values[i] = make_uint4(0, 0, 0, 0);
    Query q;
    Bias<FIRST> bias;

    int item = blockIdx.x, next = item + gridDim.x;
    Part part = load_part<false>(p, item * UNITS_AT_ONCE + sub, sub < UNITS_AT_ONCE && item * UNITS_AT_ONCE + sub < units, span, lane);
    Group group = make_group(p, part, span, 0);
    u64 head_offset = TIMES_BYTES + (u64)(layer * H + part.head) * HEAD_BYTES;
    load_rows(keys, group, head_offset, lane, policy);
    load_bias<FIRST>(bias, p, layer, part, group, lane);
    load_rows(values, group, head_offset + V_OFFSET, lane, policy);
    load_query(q, p, part, lane);

    for (int turn = 0; item < items; turn++)
    {
        // The first two items of a block are fixed; later ones go to whoever is free, two turns ahead.
        int drawn = 0;
        if (threadIdx.x == 0) drawn = 2 * gridDim.x + (int)atomicAdd(p.counters + layer, 1u);
        const int coming = next * UNITS_AT_ONCE + sub;
        const Part following = load_part<false>(p, coming, sub < UNITS_AT_ONCE && coming < units, span, lane);

        float sums[PER_LANE];
#pragma unroll
        for (int e = 0; e < PER_LANE; e++) sums[e] = 0;
#pragma unroll 1
        for (int g = 0; g < GROUPS; g++)
        {
            const bool last = g == GROUPS - 1;
            float scores[LOADS];
            dot_rows(scores, keys, q, lane);
            const Group ahead = make_group(p, last ? following : part, span, last ? 0 : g + 1);
            const u64 ahead_offset = TIMES_BYTES + (u64)(layer * H + (last ? following.head : part.head)) * HEAD_BYTES;
            load_rows(keys, ahead, ahead_offset, lane, policy);
            weigh<FIRST>(scores, bias, p, layer, part, group, part.anchor, buckets, lane);
            load_bias<FIRST>(bias, p, layer, last ? following : part, ahead, lane);
            add_values(sums, scores, values);
            load_rows(values, ahead, ahead_offset + V_OFFSET, lane, policy);
            group = ahead;
        }
        load_query(q, p, following, lane);
        float* mine = spans + (turn & 1) * WARPS * DP;
        store_span(sums, mine + warp * DP, lane);
        if (threadIdx.x == 0) schedule[turn & 3] = drawn;
        __syncthreads();
        for (int i = threadIdx.x; i < UNITS_AT_ONCE * DP; i += THREADS)
        {
            const int unit = item * UNITS_AT_ONCE + i / DP;
            if (unit >= units) continue;
            const float* first = mine + (i / DP) * SPANS * DP + i % DP;
            float sum = 0;
#pragma unroll
            for (int s = SPANS - 1; s >= 0; s--) sum += first[s * DP];
            p.a[(u64)(unit / H) * EP + (unit % H) * DP + i % DP] = sum * (1.f / W);
        }
        item = next;
        next = schedule[turn & 3];
        part = following;
    }
    __syncthreads();
}

#if __CUDA_ARCH__ >= 900
// In a cluster: a warp a span, wherever it is; the spans are added in output(). `first` is the warp's first part, the same in every layer.
template <bool FIRST>
__device__ void attend_spans(const Params& p, const Team& team, int layer, const Part& first, const Buckets& buckets)
{
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, start = warp * team.size + team.index;
    const u64 policy = stream_policy();
    for (int index = start; index < team.rows() * H * SPANS; index += WARPS * team.size)
    {
        const int span = index % SPANS;
        const Part part = index == start ? first : load_part<true>(p, team.first * H + index / SPANS, true, span, lane);
        const u64 head_offset = TIMES_BYTES + (u64)(layer * H + part.head) * HEAD_BYTES;
        Group group = make_group(p, part, span, 0);
        uint4 keys[LOADS], later[LOADS], values[LOADS];
#pragma unroll
        for (int i = 0; i < LOADS; i++) keys[i] = later[i] = values[i] = make_uint4(0, 0, 0, 0);
        load_rows(keys, group, head_offset, lane, policy);
        load_rows(values, group, head_offset + V_OFFSET, lane, policy);
        Query q;
        load_query(q, p, part, lane);
        Bias<FIRST> bias;
        load_bias<FIRST>(bias, p, layer, part, group, lane);
        const long long anchor = FIRST ? row_in(p, part.row)->anchor : 0;
        // The keys of the next group are on their way as well: here, waiting is all.
        Group ahead = make_group(p, part, span, min(1, GROUPS - 1));
        if (GROUPS > 1) load_rows(later, ahead, head_offset, lane, policy);
        float sums[PER_LANE];
#pragma unroll
        for (int e = 0; e < PER_LANE; e++) sums[e] = 0;
#pragma unroll(GROUPS <= 4 ? GROUPS : 1)
        for (int g = 0; g < GROUPS; g++)
        {
            float scores[LOADS];
            dot_rows(scores, keys, q, lane);
#pragma unroll
            for (int i = 0; i < LOADS; i++) keys[i] = later[i];
            weigh<FIRST>(scores, bias, p, layer, part, group, anchor, buckets, lane);
            if (g + 1 < GROUPS) load_bias<FIRST>(bias, p, layer, part, ahead, lane);
            add_values(sums, scores, values);
            if (g + 1 < GROUPS) load_rows(values, ahead, head_offset + V_OFFSET, lane, policy);
            group = ahead;
            if (g + 2 >= GROUPS) continue;
            ahead = make_group(p, part, span, g + 2);
            load_rows(later, ahead, head_offset, lane, policy);
        }
        store_span(sums, p.partials + (u64)(team.first * H * SPANS + index) * DP, lane);
    }
}
#endif
