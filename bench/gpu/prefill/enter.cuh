// The probe's entry: rows of the residual stream as they are given. The engine makes them from events (embed.cuh).
#pragma once
#include "../../../src/Streaming.Models/Hstu/Gpu/Kernels/Prefill/rows.cuh"

// What all layers need. Grid: sequences; the tiles of a window, and after them a block for each ROWS_A_BLOCK new rows.
constexpr int ROWS_A_BLOCK = CONSUMERS / ROW_THREADS;

__global__ void __launch_bounds__(CONSUMERS) enter(const Call c, const float* input)
{
    let_next_start();
    wait_for_previous();
    const int sequence = blockIdx.x, nth = blockIdx.y;
    if (nth < c.tiles) return find_buckets_of(c, sequence, nth);
    const int row = sequence * CHUNK + (nth - c.tiles) * ROWS_A_BLOCK + threadIdx.x / ROW_THREADS, column = threadIdx.x % ROW_THREADS * 4;
    store_stream(c, row, column, *(const float4*)(input + (u64)row * WIDTH + column));
    fence_for_copies();
}
