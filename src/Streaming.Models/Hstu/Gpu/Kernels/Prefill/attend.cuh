// Attention of 128 new rows over the window: sum SiLU(q k + p[lag] + tau[bucket]) v. There is no softmax, so parts of the window simply add.
//
// A block has one head of one sequence and a span of 64-key tiles. Two warpgroups have 64 rows each; one thread loads. A warpgroup's loop:
//   scores of the next tile (Q K', both in shared memory) | values of this tile (weights in registers, V in shared memory) | the next weights
// so that products go on while weights are found. Blocks of a cluster then add their sums, each some of the rows, in the order of the window.
//
//   shared memory: Q 64 KB | stage 0: K 32 KB, V 32 KB | stage 1 | p by lag, twice | tau | barriers        a tile is four boxes of 64 columns
#pragma once
#include "project.cuh"

namespace attention
{
// A warpgroup of its own loads, with one thread: registers are given and taken by warpgroups, 3 of 168 become 24, 240 and 240.
constexpr int THREADS = CONSUMERS + 128, LOADER_REGISTERS = 24, CONSUMER_REGISTERS = 240;
constexpr int STAGES = 2, TILE_BYTES = PAGE * ROW_BYTES, BOX = PAGE * 128;
constexpr int QUERY_BYTES = CHUNK * ROW_BYTES, QUERY_BOX = CHUNK * 128;
constexpr int POSITION = QUERY_BYTES + STAGES * 2 * TILE_BYTES;
constexpr int STRIDE = HEAD_WIDTH + 8;   // of the sums in shared memory, in floats; they lie over Q and the stages
static_assert(CHUNK * STRIDE * 4 <= POSITION, "the sums fit");

// p for the lags of n tiles: entry i is p[first - first key - (i - CHUNK)], or 0 outside the window.
__host__ __device__ constexpr int entries(int tiles) { return tiles * PAGE + CHUNK + 2; }
__host__ __device__ constexpr int tau_at(int tiles) { return POSITION + 2 * entries(tiles) * 4; }
__host__ __device__ constexpr int barriers_at(int tiles) { return tau_at(tiles) + (BUCKETS + 3) * 4; }
__host__ __device__ constexpr int shared_bytes(int tiles) { return barriers_at(tiles) + (1 + 4 * STAGES) * 8; }

struct Barriers
{
    u32 first;
    __device__ u32 query() const { return first; }
    __device__ u32 keys(int stage) const { return first + 8 + stage * 32; }
    __device__ u32 values(int stage) const { return first + 16 + stage * 32; }
    __device__ u32 keys_free(int stage) const { return first + 24 + stage * 32; }
    __device__ u32 values_free(int stage) const { return first + 32 + stage * 32; }
};

// One thread. The first tile, when all its tokens are cached, does not wait for the projection before; the queries come before the second, which would
// keep them waiting.
__device__ __forceinline__ void load(u32 shared, Barriers barriers, const CUtensorMap& query, const CUtensorMap& pool, const Call& c,
    const Sequence& s, int sequence, int head, int layer, int first, int end)
{
    bool waited = false;
    const auto load_query = [&]
    {
        wait_for_previous();
        barrier_expect(barriers.query(), QUERY_BYTES);
        for (int i = 0; i < 4; i++) load_box(shared + i * QUERY_BOX, query, barriers.query(), head * HEAD_WIDTH + i * 64, sequence * CHUNK);
        waited = true;
    };
    for (int t = 0; t < end - first; t++)
    {
        const int tile = first + t, stage = t % STAGES, parity = (t / STAGES - 1) & 1;
        if (!waited && (t > 0 || (tile + 1) * PAGE > s.first)) load_query();
        const int row = head_row(c, page_of(c, s, tile), layer, head);
        const u32 to = shared + QUERY_BYTES + stage * 2 * TILE_BYTES;
        if (t >= STAGES) barrier_wait(barriers.keys_free(stage), parity);
        barrier_expect(barriers.keys(stage), TILE_BYTES);
        for (int i = 0; i < 4; i++) load_box(to + i * BOX, pool, barriers.keys(stage), i * 64, row);
        if (t >= STAGES) barrier_wait(barriers.values_free(stage), parity);
        barrier_expect(barriers.values(stage), TILE_BYTES);
        for (int i = 0; i < 4; i++) load_box(to + TILE_BYTES + i * BOX, pool, barriers.values(stage), i * 64, row + PAGE);
    }
    if (!waited && first < end) load_query();   // an empty span's memory takes sums at once: nothing may be under way to it
}

struct Weigher
{
    const float *position, *tau;   // position: of this thread's first score of the span's first tile
    int window;

    // Scores to weights, in place. `lag` is the distance of the thread's first row to its first key. Row r + 8 at column group g has the lags of row r
    // at g - 1.
    template <bool TANH>
    __device__ __forceinline__ void weigh(float (&scores)[32], const uint4 (&buckets)[2], int t, int lag, bool edge) const
    {
        const float* p = position + t * PAGE;
        float2 older = *(const float2*)(p - 8);
#pragma unroll
        for (int g = 0; g < 8; g++)
        {
            const float2 bias = *(const float2*)(p + 8 * g);
            const uint4& four = buckets[g / 4];
            const u32 b = g % 4 == 0 ? four.x : g % 4 == 1 ? four.y : g % 4 == 2 ? four.z : four.w;
            float* s = scores + g * 4;
            s[0] += bias.x + tau[b & 255];
            s[1] += bias.y + tau[b >> 8 & 255];
            s[2] += older.x + tau[b >> 16 & 255];
            s[3] += older.y + tau[b >> 24];
            older = bias;
#pragma unroll
            for (int i = 0; i < 4; i++) s[i] = TANH ? silu_tanh(s[i]) : silu(s[i]);
            if (edge)
            {
                const int d = lag - 8 * g;
                s[0] = (u32)d < (u32)window ? s[0] : 0.f;
                s[1] = (u32)(d - 1) < (u32)window ? s[1] : 0.f;
                s[2] = (u32)(d + 8) < (u32)window ? s[2] : 0.f;
                s[3] = (u32)(d + 7) < (u32)window ? s[3] : 0.f;
            }
        }
    }
};

// As an operand: word 2 g is rows r, 2 g + 1 rows r + 8, columns 8 g + 2 (lane % 4) and the next. Only while no products run on the words.
__device__ __forceinline__ void pack(u32 (&words)[16], const float (&weights)[32])
{
#pragma unroll
    for (int i = 0; i < 16; i++) words[i] = pack_bf16(weights[2 * i], weights[2 * i + 1]);
    pin(words);
}

__device__ __forceinline__ void free_stage(u32 barrier)
{
    if (threadIdx.x % 32 == 0) barrier_arrive(barrier);
}

__device__ __forceinline__ void start_scores(float (&scores)[32], u32 queries, u32 keys)
{
    products_begin();
#pragma unroll
    for (int i = 0; i < 16; i++)
        multiply<64>(scores, matrix(queries + i / 4 * QUERY_BOX + i % 4 * 32, 16, 1024), matrix(keys + i / 4 * BOX + i % 4 * 32, 16, 1024), i);
    products_commit();
}

__device__ __forceinline__ void start_values(float (&sums)[128], const u32 (&weights)[16], u32 values)
{
    products_begin();
#pragma unroll
    for (int i = 0; i < 4; i++)
    {
        const u32 four[4] = {weights[4 * i], weights[4 * i + 1], weights[4 * i + 2], weights[4 * i + 3]};
        multiply_values(sums, four, matrix(values + i * 16 * 128, BOX, 1024));
    }
    products_commit();
}

// Sums of all blocks of the cluster, this block's share of the rows, to `to`.
template <int CLUSTER>
__device__ __forceinline__ void add_spans(u32 shared, const u8* memory, float* to)
{
    constexpr int ROWS = CHUNK / CLUSTER, QUADS = HEAD_WIDTH / 4, BATCH = CLUSTER < 4 ? 8 : 4;   // loads of several rows before their stores
    const int first = CLUSTER > 1 ? (int)cluster_rank() * ROWS : 0, column = threadIdx.x % QUADS * 4;
#pragma unroll 1
    for (int row = first + threadIdx.x / QUADS; row < first + ROWS; row += BATCH * (CONSUMERS / QUADS))
    {
        float4 sums[BATCH];
#pragma unroll
        for (int i = 0; i < BATCH; i++) sums[i] = sum_blocks<CLUSTER>(shared, memory, row + i * (CONSUMERS / QUADS), column, STRIDE);
#pragma unroll
        for (int i = 0; i < BATCH; i++) *(float4*)(to + (u64)(row + i * (CONSUMERS / QUADS)) * WIDTH + column) = sums[i];
    }
}

template <int CLUSTER>
__device__ __forceinline__ void all_sync()
{
    if (CLUSTER > 1) cluster_sync();
    else __syncthreads();
}

// The multiplying threads: all tiles of the span, then the sums to shared memory.
template <bool TANH>
__device__ __forceinline__ void multiply_span(
    u8* memory, u32 shared, Barriers barriers, const Call& c, const Sequence& s, int layer, int most_tiles, int first, int end, const u8* bucket_bytes)
{
    float *even = (float*)(memory + POSITION), *odd = even + entries(most_tiles), *tau = (float*)(memory + tau_at(most_tiles));
    constexpr int BATCH = 5;   // loads at once
#pragma unroll 1
    for (int start = threadIdx.x; start < entries(end - first); start += BATCH * CONSUMERS)
    {
        float p[BATCH];
#pragma unroll
        for (int i = 0; i < BATCH; i++)
        {
            const int lag = s.first - first * PAGE - (start + i * CONSUMERS - CHUNK);
            p[i] = lag >= 0 && lag < c.window ? c.position[(u64)layer * c.window + lag] : 0.f;
        }
#pragma unroll
        for (int i = 0; i < BATCH; i++)
        {
            const int at = start + i * CONSUMERS;
            if (at < entries(end - first)) even[at] = p[i];
            if (at > 0 && at < entries(end - first)) odd[at - 1] = p[i];   // so that a pair that begins at an odd entry is aligned as well
        }
    }
    for (int i = threadIdx.x; i < BUCKETS; i += CONSUMERS) tau[i] = c.tau[layer * BUCKETS + i];
    wait_for_previous();
    const int lane = threadIdx.x % 32, row = threadIdx.x / 32 * 16 + lane / 4, column = lane % 4 * 2, entry = CHUNK + column - row;
    const u32 queries = shared + threadIdx.x / 128 * 64 * 128;
    const Weigher weigher = {row % 2 == 0 ? even + entry : odd + entry - 1, tau, c.window};
    bucket_bytes += threadIdx.x * 32;
    float sums[128], scores[32];
    u32 weights[16];
#pragma unroll
    for (int i = 0; i < 128; i++) sums[i] = 0;
    const auto keys_at = [&](int t) { return shared + QUERY_BYTES + t % STAGES * 2 * TILE_BYTES; };
    const auto load_buckets = [&](uint4 (&buckets)[2], int t)
    {
        const uint4* from = (const uint4*)(bucket_bytes + (u64)t * CONSUMERS * 32);
        buckets[0] = from[0];
        buckets[1] = from[1];
    };
    const auto weigh = [&](int t, const uint4 (&buckets)[2])
    {
        pin(scores);
        free_stage(barriers.keys_free(t % STAGES));
        const int key = (first + t) * PAGE;
        const bool edge = key + PAGE > s.first + 1 || s.first + CHUNK - 1 - key >= c.window;
        weigher.template weigh<TANH>(scores, buckets, t, s.first + row - key - column, edge);
    };
    consumers_sync();   // p and tau are there
    const int last = end - first - 1;
    if (last >= 0)
    {
        uint4 buckets[2];
        load_buckets(buckets, 0);
        barrier_wait(barriers.query(), 0);
        barrier_wait(barriers.keys(0), 0);
        start_scores(scores, queries, keys_at(0));
        products_wait<0>();
        weigh(0, buckets);
        pack(weights, scores);
#pragma unroll 1
        for (int t = 0; t < last; t++)
        {
            load_buckets(buckets, t + 1);
            barrier_wait(barriers.keys((t + 1) % STAGES), (t + 1) / STAGES & 1);
            start_scores(scores, queries, keys_at(t + 1));
            barrier_wait(barriers.values(t % STAGES), t / STAGES & 1);
            start_values(sums, weights, keys_at(t) + TILE_BYTES);
            products_wait<1>();   // the scores
            weigh(t + 1, buckets);
            products_wait<0>();
            pin(sums);
            free_stage(barriers.values_free(t % STAGES));
            pack(weights, scores);
        }
        barrier_wait(barriers.values(last % STAGES), last / STAGES & 1);
        start_values(sums, weights, keys_at(last) + TILE_BYTES);
        products_wait<0>();
        pin(sums);
    }
    let_next_start();
    consumers_sync();   // nobody multiplies any more, and every tile that was asked for is here
    store_sums((float*)memory, STRIDE, sums);
}
}

// Grid: splits of the window (clusters of CLUSTER), heads, sequences.
template <int CLUSTER, bool TANH>
__global__ void __launch_bounds__(attention::THREADS, 1) attend(const __grid_constant__ CUtensorMap query, const __grid_constant__ CUtensorMap pool,
    const Call c, int layer, int most_tiles)
{
    using namespace attention;
    if (!c.shared_card) let_next_start();
    u8* memory = dynamic_shared();
    const u32 shared = shared_address(memory);
    const int split = blockIdx.x, head = blockIdx.y, sequence = blockIdx.z, splits = gridDim.x;
    const Sequence s = c.sequences[sequence];
    const Tiles all(s, c.window);
    const int count = all.end - all.first, first = all.first + count * split / splits, end = all.first + count * (split + 1) / splits;
    const Barriers barriers = {shared + barriers_at(most_tiles)};
    if (threadIdx.x == 0)
    {
        barrier_init(barriers.query(), 1);
        for (int i = 0; i < STAGES; i++)
        {
            barrier_init(barriers.keys(i), 1);
            barrier_init(barriers.values(i), 1);
            barrier_init(barriers.keys_free(i), CONSUMER_WARPS);
            barrier_init(barriers.values_free(i), CONSUMER_WARPS);
        }
        barriers_ready();
    }
    __syncthreads();
    if (threadIdx.x >= CONSUMERS)
    {
        give_registers<LOADER_REGISTERS>();
        if (threadIdx.x == CONSUMERS) load(shared, barriers, query, pool, c, s, sequence, head, layer, first, end);
        __syncwarp();
        all_sync<CLUSTER>();
        if (CLUSTER > 1) leave_together();
    }
    else
    {
        take_registers<CONSUMER_REGISTERS>();
        multiply_span<TANH>(memory, shared, barriers, c, s, layer, most_tiles, first, end,
            c.buckets + ((u64)sequence * c.tiles + first - all.first) * CONSUMERS * 32);
        all_sync<CLUSTER>();
        add_spans<CLUSTER>(shared, memory, c.partials + ((u64)(split / CLUSTER) * c.rows + sequence * CHUNK) * WIDTH + head * HEAD_WIDTH);
        if (CLUSTER > 1) leave_together();   // whose memory is still read must stay
    }
}
