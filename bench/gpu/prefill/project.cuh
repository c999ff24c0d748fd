// The two projections: tiles of 128 rows by BN columns, rows and weights by the copy engine, warpgroup products, sums in float32.
#pragma once
#include "rows.cuh"

// SPLIT blocks of a cluster share a tile's sum over k; their parts are added in the order of k. SHARE blocks of a cluster, with the same columns
// of other rows, load a part of the weights each and send it to all. At most one of the two is more than 1.
template <int BN_, int SPLIT_, int SHARE_, int STAGES_>
struct Tile
{
    static constexpr int BN = BN_, SPLIT = SPLIT_, SHARE = SHARE_, STAGES = STAGES_;
    static constexpr int A_BYTES = CHUNK * 128, B_BYTES = BN * 128, STAGE_BYTES = A_BYTES + B_BYTES;
    static constexpr int STEPS = WIDTH / 64 / SPLIT;
    static constexpr int STRIDE = BN + 8;                                   // of the sums in shared memory, in floats
    static constexpr int LARGER = STAGES * STAGE_BYTES > CHUNK * STRIDE * 4 ? STAGES * STAGE_BYTES : CHUNK * STRIDE * 4;
    static constexpr int NORMS = LARGER, BARRIERS = NORMS + CHUNK * 8, SHARED = BARRIERS + STAGES * 16;
    static_assert(SPLIT == 1 || SHARE == 1, "one kind of cluster");
    static_assert(STEPS >= 1 && SHARED <= 232448, "a tile's shared memory");

    __device__ static u32 full(u32 shared, int stage) { return shared + BARRIERS + stage * 16; }
    __device__ static u32 empty(u32 shared, int stage) { return shared + BARRIERS + stage * 16 + 8; }
};

// One thread: keeps the stages filled. Weights are no kernel's output, so they do not wait for the kernel before.
template <class T>
__device__ void load_tiles(u32 shared, const CUtensorMap& a, const CUtensorMap& b, int row, int weight_row, int rank)
{
    const int k = T::SPLIT > 1 ? rank * T::STEPS * 64 : 0;
    const auto load_weights = [&](int step)
    {
        const u32 stage = shared + step % T::STAGES * T::STAGE_BYTES, full = T::full(shared, step % T::STAGES);
        barrier_expect(full, T::STAGE_BYTES);
        constexpr int EACH = T::BN / T::SHARE;
        if (T::SHARE == 1) load_box(stage + T::A_BYTES, b, full, k + step * 64, weight_row);
        else load_box_to(stage + T::A_BYTES + rank * EACH * 128, b, full, k + step * 64, weight_row + rank * EACH, (1 << T::SHARE) - 1);
    };
    for (int step = 0; step < T::STAGES && step < T::STEPS; step++) load_weights(step);
    wait_for_previous();
    for (int step = 0; step < T::STEPS; step++)
    {
        const int stage = step % T::STAGES;
        if (step >= T::STAGES)
        {
            barrier_wait_cluster(T::empty(shared, stage), (step / T::STAGES - 1) & 1);
            load_weights(step);
        }
        load_box(shared + stage * T::STAGE_BYTES, a, T::full(shared, stage), k + step * 64, row);
    }
}

template <class T>
__device__ __forceinline__ void release(u32 shared, int stage)
{
    if (threadIdx.x % 32 != 0) return;
    if constexpr (T::SHARE == 1) barrier_arrive(T::empty(shared, stage));
    else for (u32 rank = 0; rank < T::SHARE; rank++) barrier_arrive_at(T::empty(shared, stage), rank);
}

template <class T>
__device__ __forceinline__ void multiply_tiles(u32 shared, float (&sums)[T::BN / 2])
{
    const u32 rows = threadIdx.x / 128 * 64 * 128;
#pragma unroll 1
    for (int step = 0; step < T::STEPS; step++)
    {
        const u32 stage = shared + step % T::STAGES * T::STAGE_BYTES;
        barrier_wait(T::full(shared, step % T::STAGES), step / T::STAGES & 1);
        products_begin();
#pragma unroll
        for (int i = 0; i < 4; i++)
            multiply<T::BN>(sums, matrix(stage + rows + i * 32, 16, 1024), matrix(stage + T::A_BYTES + i * 32, 16, 1024), step + i);
        products_commit();
        products_wait<1>();   // the products of the step before have ended
        if (step > 0) release<T>(shared, (step - 1) % T::STAGES);
    }
    products_wait<0>();
    pin(sums);
}

// Sums of a warpgroup's 64 rows to shared memory, row by row.
template <int N>
__device__ __forceinline__ void store_sums(float* to, int stride, const float (&sums)[N])
{
    const int lane = threadIdx.x % 32, row = threadIdx.x / 32 * 16 + lane / 4;
#pragma unroll
    for (int g = 0; g < N / 4; g++)
    {
        float* at = to + row * stride + g * 8 + lane % 4 * 2;
        *(float2*)at = make_float2(sums[g * 4], sums[g * 4 + 1]);
        *(float2*)(at + 8 * stride) = make_float2(sums[g * 4 + 2], sums[g * 4 + 3]);
    }
}

// Four columns of a row from every block of the cluster, added by rank.
template <int BLOCKS>
__device__ __forceinline__ float4 sum_blocks(u32 shared, const u8* own, int row, int column, int stride)
{
    const int offset = (row * stride + column) * 4;
    if constexpr (BLOCKS == 1) return *(const float4*)(own + offset);
    else
    {
        float4 parts[BLOCKS];
#pragma unroll
        for (int i = 0; i < BLOCKS; i++) parts[i] = load_from(shared + offset, i);
        float4 sum = parts[0];
#pragma unroll
        for (int i = 1; i < BLOCKS; i++) sum = make_float4(sum.x + parts[i].x, sum.y + parts[i].y, sum.z + parts[i].z, sum.w + parts[i].w);
        return sum;
    }
}

// The tile at `row` and weight row `weight_row`. ready() runs on the multiplying threads while the first loads are under way. For every four columns of
// a row of the tile fetch(row, column) loads what finish(row, column, four sums, what was fetched) needs: loads of several first, then the stores.
template <class T, class Ready, class Fetch, class Finish>
__device__ __forceinline__ void project_tile(
    const CUtensorMap& a, const CUtensorMap& b, int row, int weight_row, Ready ready, Fetch fetch, Finish finish)
{
    u8* memory = dynamic_shared();
    const u32 shared = shared_address(memory);
    const int rank = T::SPLIT * T::SHARE > 1 ? cluster_rank() : 0;
    if (threadIdx.x == 0)
    {
        for (int i = 0; i < T::STAGES; i++)
        {
            barrier_init(T::full(shared, i), 1);
            barrier_init(T::empty(shared, i), CONSUMER_WARPS * T::SHARE);
        }
        barriers_ready();
    }
    if (T::SHARE > 1) cluster_sync();
    else __syncthreads();
    if (threadIdx.x >= CONSUMERS)
    {
        if (threadIdx.x == CONSUMERS) load_tiles<T>(shared, a, b, row, weight_row, rank);
        __syncwarp();
        __syncthreads();
    }
    else
    {
        ready();
        float sums[T::BN / 2];
#pragma unroll
        for (int i = 0; i < T::BN / 2; i++) sums[i] = 0;
        multiply_tiles<T>(shared, sums);
        __syncthreads();   // nobody multiplies from the stages any more
        store_sums((float*)memory, T::STRIDE, sums);
    }
    if (T::SPLIT > 1) cluster_sync();
    else __syncthreads();
    constexpr int ROWS = CHUNK / T::SPLIT, QUADS = T::BN / 4, BATCH = T::SPLIT > 2 || ROWS * QUADS < 4 * CONSUMERS ? 1 : 4;
    const int first = T::SPLIT > 1 ? rank * ROWS : 0;
    if (threadIdx.x < CONSUMERS)
    {
#pragma unroll 1
        for (int start = threadIdx.x; start < ROWS * QUADS; start += BATCH * CONSUMERS)
        {
            float4 sums[BATCH], others[BATCH];
#pragma unroll
            for (int i = 0; i < BATCH; i++)
            {
                const int at = start + i * CONSUMERS, r = first + at / QUADS, column = at % QUADS * 4;
                sums[i] = sum_blocks<T::SPLIT>(shared, memory, r, column, T::STRIDE);
                others[i] = fetch(r, column);
            }
#pragma unroll
            for (int i = 0; i < BATCH; i++) finish(first + (start + i * CONSUMERS) / QUADS, (start + i * CONSUMERS) % QUADS * 4, sums[i], others[i]);
        }
    }
    // Whose memory is still read, or whose barriers others arrive at, must stay.
    if (T::SHARE > 1) cluster_sync();
    else if (T::SPLIT > 1) leave_together();
}

// Mean and 1/deviation of a row of x from its statistics, by two threads a row.
__device__ __forceinline__ void load_norms(const Call& c, int row, float2* norms)
{
    constexpr int EACH = STATS / 2;
    const float2* from = c.stats + (u64)(row + threadIdx.x / 2) * STATS + threadIdx.x % 2 * EACH;
    float2 stats[EACH];
#pragma unroll
    for (int i = 0; i < EACH; i++) stats[i] = from[i];
    float mean = 0;
#pragma unroll
    for (int i = 0; i < EACH; i++) mean += stats[i].x;
    mean += __shfl_xor_sync(~0u, mean, 1);
    mean *= 1.f / STATS;
    float squares = 0;
#pragma unroll
    for (int i = 0; i < EACH; i++) squares += stats[i].y + STATS_COLUMNS * (stats[i].x - mean) * (stats[i].x - mean);
    squares += __shfl_xor_sync(~0u, squares, 1);
    if (threadIdx.x % 2 == 0) norms[threadIdx.x / 2] = make_float2(mean, rsqrtf(squares * (1.f / WIDTH) + EPSILON));
}

// Keys and values that attend() will read first, on their way to L2: `ahead` tiles of each of its splits.
__device__ __forceinline__ void prefetch_window(const Call& c, int layer, int splits, int ahead)
{
    const int blocks = gridDim.x * gridDim.y * gridDim.z, block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    const int units = c.rows / CHUNK * HEADS * splits * ahead;
    for (int unit = block + blocks * threadIdx.x; unit < units; unit += blocks * CONSUMERS)
    {
        const int turn = unit % ahead, split = unit / ahead % splits, head = unit / ahead / splits % HEADS, sequence = unit / ahead / splits / HEADS;
        const Tiles tiles(c.sequences[sequence], c.window);
        const int count = tiles.end - tiles.first, tile = tiles.first + count * split / splits + turn;
        if (tile >= tiles.first + count * (split + 1) / splits) continue;
        const u8* from = c.pool + (u64)head_row(c, page_of(c, sequence, tile), layer, head) * ROW_BYTES;
        for (int i = 0; i < 4; i++) prefetch_l2(from + i * 16384, 16384);
    }
}

// uvqk = SiLU(LN(x) W). LN(x) W = (x W - mean * sum of W's column) / deviation, so the raw bfloat16 x is multiplied and the norm comes after.
// Grid: column tiles, sequences, splits. Keys and values go to the pages, u and q to scratch.
template <class T>
__global__ void __launch_bounds__(THREADS, 1) project(
    const __grid_constant__ CUtensorMap xb, const __grid_constant__ CUtensorMap weights, const Call c, int layer, int splits, int ahead)
{
    let_next_start();
    const int sequence = blockIdx.y, first_column = blockIdx.x * T::BN, section = first_column / WIDTH;
    float2* norms = (float2*)(dynamic_shared() + T::NORMS);
    const auto ready = [&]
    {
        if (ahead > 0) prefetch_window(c, layer, splits, ahead);
        wait_for_previous();
        load_norms(c, sequence * CHUNK, norms);
    };
    const Sequence s = c.sequences[sequence];
    const auto fetch = [&](int, int column) { return *(const float4*)(c.column_sums + layer * UVQK + first_column + column); };
    const auto finish = [&](int row, int column, float4 v, float4 sum)
    {
        const float2 norm = norms[row];
        const uint2 packed = make_uint2(pack_bf16(silu((v.x - norm.x * sum.x) * norm.y), silu((v.y - norm.x * sum.y) * norm.y)),
                                        pack_bf16(silu((v.z - norm.x * sum.z) * norm.y), silu((v.w - norm.x * sum.w) * norm.y)));
        const int e = (first_column + column) % WIDTH;   // in the order u, v, q, k
        if (section == 0 || section == 2) *(uint2*)((section == 0 ? c.u : c.q) + (u64)(sequence * CHUNK + row) * WIDTH + e) = packed;
        else if (row < s.count)
        {
            const int token = s.first + row;
            const int to = head_row(c, page_of(c, sequence, token / PAGE), layer, e / HEAD_WIDTH) + (section == 1 ? PAGE : 0) + token % PAGE;
            *(uint2*)(c.pool + (u64)to * ROW_BYTES + e % HEAD_WIDTH * 2) = packed;
        }
    };
    project_tile<T>(xb, weights, sequence * CHUNK, layer * UVQK + first_column, ready, fetch, finish);
    fence_for_copies();
}

// x += y W_o + b_o. Grid: column tiles, sequences, splits.
template <class T>
__global__ void __launch_bounds__(THREADS, 1) output(
    const __grid_constant__ CUtensorMap y, const __grid_constant__ CUtensorMap weights, const Call c, int layer)
{
    let_next_start();
    const int sequence = blockIdx.y, first_column = blockIdx.x * T::BN;
    const auto ready = [] { wait_for_previous(); };
    const auto fetch = [&](int row, int column)
    {
        const int r = sequence * CHUNK + row, e = first_column + column;
        const float4 x = *(const float4*)(c.x + (u64)r * WIDTH + e), bias = *(const float4*)(c.output_bias + layer * WIDTH + e);
        return make_float4(x.x + bias.x, x.y + bias.y, x.z + bias.z, x.w + bias.w);
    };
    const auto finish = [&](int row, int column, float4 v, float4 x)
    { store_stream(c, sequence * CHUNK + row, first_column + column, make_float4(v.x + x.x, v.y + x.y, v.z + x.z, v.w + x.w)); };
    project_tile<T>(y, weights, sequence * CHUNK, layer * WIDTH + first_column, ready, fetch, finish);
    fence_for_copies();
}
