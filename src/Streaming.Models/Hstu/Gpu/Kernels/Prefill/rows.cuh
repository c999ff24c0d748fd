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

__device__ __forceinline__ u64 distance_of(long long a, long long b) { return a >= b ? (u64)a - (u64)b : (u64)b - (u64)a; }

// trunc(ln(distance) / 0.301) as the bounds say it.
__device__ __forceinline__ int bucket_by_bounds(u64 distance, const u64* bounds)
{
    int bucket = 0;
    while (bucket < BUCKETS - 1 && distance >= bounds[bucket + 1]) bucket++;
    return bucket;
}

// The same, found as ../3-Time.cu does: of a distance below 136 years an approximate logarithm tells it to one place. `near` has the bounds of a bucket
// and of the next, as far as 32 bits go.
__device__ __forceinline__ int bucket_of(u64 distance, const uint2* near, const u64* bounds)
{
    if (distance >= 0xffffffffull) return bucket_by_bounds(distance, bounds);
    const u32 d = max((u32)distance, 1u);
    const int guess = (int)(__log2f((float)d) * (0.69314718f / 0.301f));
    const uint2 bound = near[guess];
    return guess - (d < bound.x) + (d >= bound.y);
}

// Time buckets of all new rows and the keys of the window's nth tile, once for all layers and heads, in the order in which attend() holds its scores.
// All threads of a block of CONSUMERS.
__device__ __forceinline__ void find_buckets_of(const Call& c, int sequence, int nth)
{
    __shared__ uint2 near[BUCKETS];
    const auto word = [](u64 bound) { return bound < 0xffffffffull ? (u32)bound : 0xffffffffu; };
    for (int i = threadIdx.x; i < BUCKETS; i += CONSUMERS)
        near[i] = make_uint2(word(c.bucket_bounds[i]), i + 1 < BUCKETS ? word(c.bucket_bounds[i + 1]) : 0xffffffffu);
    __syncthreads();
    const auto bucket = [&](long long a, long long b) { return (u32)bucket_of(distance_of(a, b), near, c.bucket_bounds); };
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
        words[g] = bucket(anchors[0], pair.x) | bucket(anchors[0], pair.y) << 8 | bucket(anchors[1], pair.x) << 16 | bucket(anchors[1], pair.y) << 24;
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
