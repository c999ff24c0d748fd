// The entry of the engine's rows: from what a token brings to x of the first layer, by the sums of the step's embed() in their order, so the same bits.
#pragma once
#include "rows.cuh"

#ifndef CONTENT
#define CONTENT 32
#endif

constexpr int EMBED_ROWS = 4;   // rows of a block, so that the weights are read less often

// One new row as the host lays it out, followed by CONTENT floats: RowIn of ../1-Shape.cu.
struct RowIn
{
    int sequence, action, slot, count;
    long long time, anchor;
    int known, output;
    int unused[2];
};
constexpr int ROW_IN_BYTES = (sizeof(RowIn) + CONTENT * 4 + 15) / 16 * 16;
static_assert(sizeof(RowIn) == 48, "GpuRow");

struct Entry
{
    const u8* inputs;
    const float *content_weight, *content_bias, *actions, *unknown;   // content weight [CONTENT][WIDTH]
};

// Grid: rows / EMBED_ROWS, sequences. Rows beyond the chunk's end become zero. Times go to the pages, where buckets and later tokens find them.
__global__ void __launch_bounds__(ROW_THREADS) embed(const Call c, const Entry e)
{
    let_next_start();
    wait_for_previous();
    const int sequence = blockIdx.y, first = blockIdx.x * EMBED_ROWS, column = threadIdx.x * 4;
    const Sequence s = c.sequences[sequence];
    const RowIn* rows[EMBED_ROWS];
    const float* contents[EMBED_ROWS];
    float4 sums[EMBED_ROWS];
#pragma unroll
    for (int i = 0; i < EMBED_ROWS; i++)
    {
        rows[i] = (const RowIn*)(e.inputs + (u64)(s.input + min(first + i, s.count - 1)) * ROW_IN_BYTES);
        contents[i] = rows[i]->known ? (const float*)(rows[i] + 1) : e.unknown;
        sums[i] = *(const float4*)(e.content_bias + column);
    }
#pragma unroll 8
    for (int k = 0; k < CONTENT; k++)
    {
        const float4 weight = *(const float4*)(e.content_weight + (u64)k * WIDTH + column);
#pragma unroll
        for (int i = 0; i < EMBED_ROWS; i++)
        {
            const float value = contents[i][k];
            sums[i] = make_float4(fmaf(value, weight.x, sums[i].x), fmaf(value, weight.y, sums[i].y), fmaf(value, weight.z, sums[i].z), fmaf(value, weight.w, sums[i].w));
        }
    }
    const float scale = sqrtf((float)WIDTH);
#pragma unroll
    for (int i = 0; i < EMBED_ROWS; i++)
    {
        const bool real = first + i < s.count;
        const float4 v = sums[i], action = *(const float4*)(e.actions + (u64)rows[i]->action * WIDTH + column);
        store_stream(c, sequence * CHUNK + first + i, column, real
            ? make_float4(scale * (v.x + action.x), scale * (v.y + action.y), scale * (v.z + action.z), scale * (v.w + action.w)) : make_float4(0, 0, 0, 0));
        if (real && threadIdx.x == 0) time_of(c, s, s.first + first + i) = rows[i]->time;
    }
    fence_for_copies();
}

// After embed(). Grid: sequences, tiles of the longest window.
__global__ void __launch_bounds__(CONSUMERS) find_buckets(const Call c)
{
    let_next_start();
    wait_for_previous();
    find_buckets_of(c, blockIdx.x, blockIdx.y);
}
