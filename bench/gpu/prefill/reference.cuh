// The same layer in plain float32, one thread an output, and the random data that both are given. Slow and meant to be obviously right.
#pragma once
#include "../../../src/Streaming.Models/Hstu/Gpu/Kernels/Prefill/rows.cuh"

// ---- data: a value of a seed and an index, the same on every machine

__device__ __forceinline__ float random_value(u64 seed, u64 index)
{
    u64 z = seed * 0x9e3779b97f4a7c15ull + index * 0xd1342543de82ef95ull + 1;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    z ^= z >> 31;
    return ((float)(u32)(z >> 40) * (1.f / 8388608) - 1.f) * 1.7320508f;   // mean 0, deviation 1
}

__global__ void fill_floats(float* to, u64 count, u64 seed, float scale)
{
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < count; i += (u64)gridDim.x * blockDim.x) to[i] = scale * random_value(seed, i);
}

__global__ void fill_bf16(u16* to, u64 count, u64 seed, float scale)
{
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < count; i += (u64)gridDim.x * blockDim.x)
        to[i] = (u16)pack_bf16(scale * random_value(seed, i), 0.f);
}

__global__ void widen(float* to, const u16* from, u64 count)
{
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < count; i += (u64)gridDim.x * blockDim.x) to[i] = bf16_value(from[i]);
}

// Sum over k of W[n][k].
__global__ void sum_columns(float* to, const u16* weights, int count)
{
    const int n = blockIdx.x * blockDim.x + threadIdx.x;
    if (n >= count) return;
    float sum = 0;
    for (int k = 0; k < WIDTH; k++) sum += bf16_value(weights[(u64)n * WIDTH + k]);
    to[n] = sum;
}

// ---- the layer

struct Reference
{
    const float* x;               // input of the layer
    const u16 *uvqk, *output;     // weights of the layer: [UVQK][WIDTH], [WIDTH][WIDTH], a row for each output
    float *z, *u, *q, *k, *v;     // by row; k and v rounded to bfloat16, as they are kept
    float *weights, *a, *y, *to;  // [row][head][keys]
    int layer, keys;
};

// LN of a row without affine parameters; `gate`, when not null, multiplies it.
__global__ void reference_norm(float* to, const float* from, const float* gate, int rows)
{
    const int row = blockIdx.x * blockDim.x + threadIdx.x;
    if (row >= rows) return;
    from += (u64)row * WIDTH;
    float mean = 0, squares = 0;
    for (int i = 0; i < WIDTH; i++) mean += from[i];
    mean /= WIDTH;
    for (int i = 0; i < WIDTH; i++) squares += (from[i] - mean) * (from[i] - mean);
    const float scale = 1.f / sqrtf(squares / WIDTH + EPSILON);
    for (int i = 0; i < WIDTH; i++) to[(u64)row * WIDTH + i] = (from[i] - mean) * scale * (gate ? gate[(u64)row * WIDTH + i] : 1.f);
}

__global__ void reference_project(Reference r)
{
    const int row = blockIdx.y, n = blockIdx.x * blockDim.x + threadIdx.x, section = n / WIDTH;
    float sum = 0;
    for (int i = 0; i < WIDTH; i++) sum += r.z[(u64)row * WIDTH + i] * bf16_value(r.uvqk[(u64)n * WIDTH + i]);
    sum = sum / (1.f + expf(-sum));
    float* to = section == 0 ? r.u : section == 1 ? r.v : section == 2 ? r.q : r.k;
    to[(u64)row * WIDTH + n % WIDTH] = section % 2 == 0 ? sum : bf16_low(pack_bf16(sum, 0.f));
}

// An element of a key (part 0) or value (part 1): a cached token's from its page, a new token's from this layer.
__device__ float reference_element(const Call& c, const Reference& r, int sequence, int token, int head, int part, int d)
{
    const Sequence s = c.sequences[sequence];
    const int first = s.first;
    if (token >= first) return (part ? r.v : r.k)[(u64)(sequence * CHUNK + token - first) * WIDTH + head * HEAD_WIDTH + d];
    const u64 row = head_row(c, page_of(c, s, token / PAGE), r.layer, head) + part * PAGE + token % PAGE;
    return bf16_value(((const u16*)(c.pool + row * ROW_BYTES))[d]);
}

// Weight of key `first key of the window + blockIdx.x * blockDim.x + threadIdx.x` for a row and head.
__global__ void reference_weigh(Call c, Reference r)
{
    const int row = blockIdx.y, head = blockIdx.z, at = blockIdx.x * blockDim.x + threadIdx.x;
    const int sequence = row / CHUNK, i = c.sequences[sequence].first + row % CHUNK, j = max(0, i - c.window + 1) + at;
    if (at >= r.keys) return;
    float weight = 0;
    if (row % CHUNK < c.sequences[sequence].count && j <= i)
    {
        float s = 0;
        for (int d = 0; d < HEAD_WIDTH; d++) s += r.q[(u64)row * WIDTH + head * HEAD_WIDTH + d] * reference_element(c, r, sequence, j, head, 0, d);
        s += c.position[(u64)r.layer * c.window + i - j] + c.tau[r.layer * BUCKETS + bucket_by_bounds(distance_of(time_of(c, c.sequences[sequence], i), time_of(c, c.sequences[sequence], j)), c.bucket_bounds)];
        weight = s / (1.f + expf(-s));
    }
    r.weights[((u64)row * HEADS + head) * r.keys + at] = weight;
}

__global__ void reference_sum(Call c, Reference r)
{
    const int row = blockIdx.y, e = blockIdx.x * blockDim.x + threadIdx.x, head = e / HEAD_WIDTH;
    const int sequence = row / CHUNK, i = c.sequences[sequence].first + row % CHUNK, first = max(0, i - c.window + 1);
    float sum = 0;
    if (row % CHUNK < c.sequences[sequence].count)
        for (int j = first; j <= i; j++)
            sum += r.weights[((u64)row * HEADS + head) * r.keys + j - first] * reference_element(c, r, sequence, j, head, 1, e % HEAD_WIDTH);
    r.a[(u64)row * WIDTH + e] = sum / c.window;
}

__global__ void reference_output(Call c, Reference r)
{
    const int row = blockIdx.y, n = blockIdx.x * blockDim.x + threadIdx.x;
    float sum = 0;
    for (int i = 0; i < WIDTH; i++) sum += r.y[(u64)row * WIDTH + i] * bf16_value(r.output[(u64)n * WIDTH + i]);
    r.to[(u64)row * WIDTH + n] = sum + c.output_bias[r.layer * WIDTH + n] + r.x[(u64)row * WIDTH + n];
}

inline void run_reference(const Call& c, const Reference& r)
{
    reference_norm<<<(c.rows + 31) / 32, 32>>>(r.z, r.x, nullptr, c.rows);
    reference_project<<<dim3(UVQK / 128, c.rows), 128>>>(r);
    reference_weigh<<<dim3((r.keys + 127) / 128, c.rows, HEADS), 128>>>(c, r);
    reference_sum<<<dim3(WIDTH / 128, c.rows), 128>>>(c, r);
    reference_norm<<<(c.rows + 31) / 32, 32>>>(r.y, r.a, r.u, c.rows);
    reference_output<<<dim3(WIDTH / 128, c.rows), 128>>>(c, r);
}

// New keys and values of a layer as they stand in the pages, by row; rows beyond a chunk's end are 0.
__global__ void gather_new(Call c, int layer, float* k, float* v)
{
    const int row = blockIdx.x, sequence = row / CHUNK;
    const Sequence s = c.sequences[sequence];
    for (int e = threadIdx.x; e < WIDTH; e += blockDim.x)
    {
        float values[2] = {};
        for (int part = 0; part < 2 && row % CHUNK < s.count; part++)
        {
            const int token = s.first + row % CHUNK;
            const u64 at = head_row(c, page_of(c, s, token / PAGE), layer, e / HEAD_WIDTH) + part * PAGE + token % PAGE;
            values[part] = bf16_value(((const u16*)(c.pool + at * ROW_BYTES))[e % HEAD_WIDTH]);
        }
        k[(u64)row * WIDTH + e] = values[0];
        v[(u64)row * WIDTH + e] = values[1];
    }
}
