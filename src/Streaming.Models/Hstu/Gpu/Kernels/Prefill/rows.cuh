// What goes by rows: the residual stream, time buckets, the sum of the window's parts with its layer norm.
#pragma once
#include "ptx.cuh"

constexpr int ROW_THREADS = WIDTH / 4;   // four columns a thread

// Four columns of a row of the residual stream: float32, bfloat16, and the statistics that the next layer norm needs. Eight lanes hold 32 columns.
__device__ __forceinline__ void store_stream(const Call& c, int row, int column, float4 v)
{
    float sum = v.x + v.y + v.z + v.w;
#pragma unroll
    for (int d = 4; d > 0; d >>= 1) sum += __shfl_xor_sync(~0u, sum, d);
    const float mean = sum * (1.f / STATS_COLUMNS);
    const float4 away = make_float4(v.x - mean, v.y - mean, v.z - mean, v.w - mean);
    float squares = away.x * away.x + away.y * away.y + away.z * away.z + away.w * away.w;
#pragma unroll
    for (int d = 4; d > 0; d >>= 1) squares += __shfl_xor_sync(~0u, squares, d);
    const u64 at = (u64)row * WIDTH + column;
    *(float4*)(c.x + at) = v;
    *(uint2*)(c.xb + at) = make_uint2(pack_bf16(v.x, v.y), pack_bf16(v.z, v.w));
    if (threadIdx.x % 8 == 0) c.stats[row * STATS + column / STATS_COLUMNS] = make_float2(mean, squares);
}

__device__ __forceinline__ long long* times_of(const Call& c, const Sequence& s, int tile)
{
    return (long long*)(c.pool + (u64)page_of(c, s, tile) * c.page_rows * ROW_BYTES);
}

__device__ __forceinline__ long long& time_of(const Call& c, const Sequence& s, int token) { return times_of(c, s, token / PAGE)[token % PAGE]; }

// trunc(ln(distance) / 0.301) as the bounds say it; an approximate logarithm tells where to look.
__device__ __forceinline__ int bucket_of(long long a, long long b, const u64* bounds)
{
    const u64 distance = a >= b ? (u64)a - (u64)b : (u64)b - (u64)a;
    int bucket = min((int)(__log2f(fmaxf((float)distance, 1.f)) * (0.69314718f / 0.301f)), BUCKETS - 1);
    while (bucket > 0 && distance < bounds[bucket]) bucket--;
    while (bucket < BUCKETS - 1 && distance >= bounds[bucket + 1]) bucket++;
    return bucket;
}

// Time buckets of all new rows and the keys of the window's nth tile, once for all layers and heads, in the order in which attend() holds its scores.
// All threads of a block of CONSUMERS.
__device__ __forceinline__ void find_buckets_of(const Call& c, int sequence, int nth)
{
    __shared__ u64 bounds[BUCKETS];
    for (int i = threadIdx.x; i < BUCKETS; i += CONSUMERS) bounds[i] = c.bucket_bounds[i];
    __syncthreads();
    const int lane = threadIdx.x % 32, row = threadIdx.x / 32 * 16 + lane / 4;
    const Sequence s = c.sequences[sequence];
    const Tiles tiles(s, c.window);
    if (tiles.first + nth >= tiles.end) return;
    const longlong2* keys = (const longlong2*)times_of(c, s, tiles.first + nth) + lane % 4;
    const long long anchors[2] = {time_of(c, s, s.first + min(row, s.count - 1)), time_of(c, s, s.first + min(row + 8, s.count - 1))};
    u32 words[8];
#pragma unroll
    for (int g = 0; g < 8; g++)
    {
        const longlong2 pair = keys[4 * g];
        words[g] = bucket_of(anchors[0], pair.x, bounds) | bucket_of(anchors[0], pair.y, bounds) << 8 | bucket_of(anchors[1], pair.x, bounds) << 16
            | bucket_of(anchors[1], pair.y, bounds) << 24;
    }
    uint4* to = (uint4*)(c.buckets + (((u64)sequence * c.tiles + nth) * CONSUMERS + threadIdx.x) * 32);
    to[0] = make_uint4(words[0], words[1], words[2], words[3]);
    to[1] = make_uint4(words[4], words[5], words[6], words[7]);
}

__device__ __forceinline__ float block_sum(float v, float* shared)
{
    v = warp_sum(v);
    if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = v;
    __syncthreads();
    float sum = 0;
#pragma unroll
    for (int i = 0; i < ROW_THREADS / 32; i++) sum += shared[i];
    __syncthreads();
    return sum;
}

// y = u * LN(a), a = 1/N times the parts of the window, added oldest first.
__global__ void __launch_bounds__(ROW_THREADS) combine(const Call c, int parts)
{
    let_next_start();
    wait_for_previous();
    float* shared = (float*)dynamic_shared();
    const u64 at = (u64)blockIdx.x * WIDTH + threadIdx.x * 4, part = (u64)c.rows * WIDTH;
    float4 a = make_float4(0, 0, 0, 0);
    constexpr int BATCH = 12;   // loads at once
    for (int start = 0; start < parts; start += BATCH)
    {
        float4 v[BATCH];
#pragma unroll
        for (int i = 0; i < BATCH; i++) v[i] = start + i < parts ? *(const float4*)(c.partials + (start + i) * part + at) : make_float4(0, 0, 0, 0);
#pragma unroll
        for (int i = 0; i < BATCH; i++) a = make_float4(a.x + v[i].x, a.y + v[i].y, a.z + v[i].z, a.w + v[i].w);
    }
    const uint2 u = *(const uint2*)(c.u + at);
    const float n = 1.f / c.window, mean = n * block_sum(a.x + a.y + a.z + a.w, shared) * (1.f / WIDTH);
    a = make_float4(a.x * n - mean, a.y * n - mean, a.z * n - mean, a.w * n - mean);
    const float scale = rsqrtf(block_sum(a.x * a.x + a.y * a.y + a.z * a.z + a.w * a.w, shared) * (1.f / WIDTH) + EPSILON);
    *(uint2*)(c.y + at) = make_uint2(pack_bf16(bf16_low(u.x) * a.x * scale, bf16_high(u.x) * a.y * scale),
                                     pack_bf16(bf16_low(u.y) * a.z * scale, bf16_high(u.y) * a.w * scale));
    fence_for_copies();
}
