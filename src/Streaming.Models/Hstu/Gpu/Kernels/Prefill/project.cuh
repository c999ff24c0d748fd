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
    static constexpr int NORMS = LARGER, COLUMNS = NORMS + CHUNK * 8, BARRIERS = COLUMNS + BN * 4, SHARED = BARRIERS + STAGES * 16;
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
            barrier_wait(T::empty(shared, stage), (step / T::STAGES - 1) & 1);
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

// Sums of the tile at `row` and weight row `weight_row`, for the multiplying threads, which are told apart by true. ready() runs on them while the first
// loads are under way.
template <class T, class Ready>
__device__ __forceinline__ bool sum_tile(const CUtensorMap& a, const CUtensorMap& b, int row, int weight_row, Ready ready, float (&sums)[T::BN / 2])
{
    const u32 shared = shared_address(dynamic_shared());
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
        return false;
    }
    ready();
#pragma unroll
    for (int i = 0; i < T::BN / 2; i++) sums[i] = 0;
    multiply_tiles<T>(shared, sums);
    consumers_sync();   // nobody multiplies from the stages any more, and what ready() wrote can be read
    return true;
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

// What is left of the projection for a pair of columns of a row: its norm, and SiLU.
__device__ __forceinline__ u32 finish_pair(float a, float b, float2 norm, float2 columns)
{
    return pack_bf16(silu_tanh((a - norm.x * columns.x) * norm.y), silu_tanh((b - norm.x * columns.y) * norm.y));
}

// uvqk = SiLU(LN(x) W). LN(x) W = (x W - mean * sum of W's column) / deviation, so the raw bfloat16 x is multiplied and the norm comes after.
// Grid: column tiles, sequences. Keys and values go to the pages, u and q to scratch.
template <class T>
__global__ void __launch_bounds__(THREADS, 1) project(
    const __grid_constant__ CUtensorMap xb, const __grid_constant__ CUtensorMap weights, const Call c, int layer)
{
    static_assert(T::SPLIT == 1, "sums are finished where they are");
    if (!c.shared_card) let_next_start();
    const int sequence = blockIdx.y, first_column = blockIdx.x * T::BN;
    u8* memory = dynamic_shared();
    float2* norms = (float2*)(memory + T::NORMS);
    float* columns = (float*)(memory + T::COLUMNS);
    const Sequence s = c.sequences[sequence];
    const auto ready = [&]
    {
        if (threadIdx.x < T::BN) columns[threadIdx.x] = c.column_sums[layer * UVQK + first_column + threadIdx.x];
        wait_for_previous();
        load_norms(c, sequence * CHUNK, norms);
    };
    float sums[T::BN / 2];
    if (sum_tile<T>(xb, weights, sequence * CHUNK, layer * UVQK + first_column, ready, sums))
    {
        let_next_start();
        // To shared memory in bfloat16, a warp its 16 rows, then to their places in pieces of 16 bytes.
        constexpr int STRIDE = T::BN * 2 + 16, LANES = T::BN / 8;
        const int lane = threadIdx.x % 32, first_row = threadIdx.x / 32 * 16, row = first_row + lane / 4;
        const float2 upper = norms[row], lower = norms[row + 8];
#pragma unroll
        for (int g = 0; g < T::BN / 8; g++)
        {
            const int column = g * 8 + lane % 4 * 2;
            const float2 of = *(const float2*)(columns + column);
            *(u32*)(memory + row * STRIDE + column * 2) = finish_pair(sums[g * 4], sums[g * 4 + 1], upper, of);
            *(u32*)(memory + (row + 8) * STRIDE + column * 2) = finish_pair(sums[g * 4 + 2], sums[g * 4 + 3], lower, of);
        }
        __syncwarp();
        const int section = first_column / WIDTH, piece = lane % LANES, e = first_column % WIDTH + piece * 8;   // sections are u, v, q, k
#pragma unroll
        for (int r = first_row + lane / LANES; r < first_row + 16; r += 32 / LANES)
        {
            u8* to;
            if (section % 2 == 0) to = (u8*)((section == 0 ? c.u : c.q) + (u64)(sequence * CHUNK + r) * WIDTH + e);
            else
            {
                if (r >= s.count) continue;
                const int token = s.first + r, at = head_row(c, page_of(c, s, token / PAGE), layer, e / HEAD_WIDTH) + (section == 1 ? PAGE : 0) + token % PAGE;
                to = c.pool + (u64)at * ROW_BYTES + e % HEAD_WIDTH * 2;
            }
            *(uint4*)to = *(const uint4*)(memory + r * STRIDE + piece * 16);
        }
        fence_for_copies();
    }
    if (T::SHARE > 1) cluster_sync();   // whose barriers others arrive at must stay
}

// x += y W_o + b_o. Grid: column tiles, sequences, splits.
template <class T>
__global__ void __launch_bounds__(THREADS, 1) output(
    const __grid_constant__ CUtensorMap y, const __grid_constant__ CUtensorMap weights, const Call c, int layer)
{
    if (!c.shared_card) let_next_start();
    const int sequence = blockIdx.y, first_column = blockIdx.x * T::BN;
    u8* memory = dynamic_shared();
    float sums[T::BN / 2];
    const auto ready = [] { wait_for_previous(); };
    const bool multiplied = sum_tile<T>(y, weights, sequence * CHUNK, layer * WIDTH + first_column, ready, sums);
    let_next_start();
    if (multiplied) store_sums((float*)memory, T::STRIDE, sums);
    if (T::SPLIT > 1) cluster_sync();
    else __syncthreads();
    if (multiplied)
    {
        // Loads of several rows first, then their stores.
        constexpr int ROWS = CHUNK / T::SPLIT, QUADS = T::BN / 4, BATCH = T::SPLIT > 2 || ROWS * QUADS < 4 * CONSUMERS ? 1 : 4;
        const int first = T::SPLIT > 1 ? cluster_rank() * ROWS : 0;
#pragma unroll 1
        for (int start = threadIdx.x; start < ROWS * QUADS; start += BATCH * CONSUMERS)
        {
            float4 v[BATCH], x[BATCH], bias[BATCH];
#pragma unroll
            for (int i = 0; i < BATCH; i++)
            {
                const int at = start + i * CONSUMERS, r = first + at / QUADS, column = at % QUADS * 4, e = first_column + column;
                v[i] = sum_blocks<T::SPLIT>(shared_address(memory), memory, r, column, T::STRIDE);
                x[i] = *(const float4*)(c.x + (u64)(sequence * CHUNK + r) * WIDTH + e);
                bias[i] = *(const float4*)(c.output_bias + layer * WIDTH + e);
            }
#pragma unroll
            for (int i = 0; i < BATCH; i++)
                store_stream(c, sequence * CHUNK + first + (start + i * CONSUMERS) / QUADS, first_column + (start + i * CONSUMERS) % QUADS * 4,
                    make_float4(v[i].x + (x[i].x + bias[i].x), v[i].y + (x[i].y + bias[i].y), v[i].z + (x[i].z + bias[i].z), v[i].w + (x[i].w + bias[i].w)));
        }
        fence_for_copies();
    }
    // Whose memory is still read, or whose barriers others arrive at, must stay.
    if (T::SHARE > 1) cluster_sync();
    else if (T::SPLIT > 1) leave_together();
}
