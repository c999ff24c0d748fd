// One HSTU step for a batch of rows, all layers in one cooperative launch of one block per multiprocessor.
//
// A row is one token of one sequence. Rows of the same sequence may stand in one batch (a prefill): every layer writes the keys and values of
// all rows before any row attends. Source of the model: Zhai et al. 2024 (arXiv 2402.17152); the formulas are in the design, section 5.
//
// The law: a row's result is the same bits in any batch. So nothing here that decides the order of a sum may look at the number of rows:
//   - a projection's element is one accumulator chain over k, sixteen at a time (mma.sync m16n8k16), rows padded with zeros;
//   - attention sums a span of SPAN lags in one warp, oldest group first, and adds the spans oldest first;
//   - compiled with --fmad=false, so that only the fmaf written here are fused.
// Only the mapping of tiles and spans to blocks depends on the batch.
//
// Per layer, with a barrier of the whole grid after each:
//   project  uvqk = SiLU(LN(x) W_uvqk): k and v into the pages, u and q into scratch        tiles of rows x columns
//   attend   a = 1/W sum SiLU(q k + p[lag] + tau[bucket]) v, one pass over K and V           a block per row and head, a warp per span
//   output   x += (u * LN(a)) W_o + b_o                                                      tiles of rows x columns
//
// The host defines: LAYERS D H DH DP W C O RPAGES SPAN KV8 TIMEBIAS MTMAX (GpuShape.cs says what each is).
//
//   page:  times 64 x 8 | layer 0: head 0: K 64 rows | V 64 rows | [K scales | V scales] , head 1 ... | layer 1 ...
//          a row is DP bfloat16, or with KV8 DP e4m3 bytes and a float scale
//   slot of token n = n mod (64 * RPAGES); page table: RPAGES page numbers for each sequence

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

constexpr int WARPS = 16, THREADS = WARPS * 32, PAGE = 64, RING = PAGE * RPAGES;
constexpr int E = H * DH, EP = H * DP;
constexpr int DPAD = (D + 31) / 32 * 32, EPAD = (EP + 31) / 32 * 32;
constexpr int UVQK_TILES = 4 * EP / 8, OUT_TILES = (D + 7) / 8;
constexpr int BUCKETS = 129;

constexpr int ELEMENT = KV8 ? 1 : 2;
constexpr int ROW_BYTES = DP * ELEMENT;
constexpr int V_OFFSET = PAGE * ROW_BYTES;
constexpr int K_SCALES = 2 * V_OFFSET, V_SCALES = K_SCALES + PAGE * 4;
constexpr int HEAD_BYTES = 2 * V_OFFSET + (KV8 ? 2 * PAGE * 4 : 0);
constexpr int TIMES_BYTES = PAGE * 8;
constexpr u64 PAGE_BYTES = TIMES_BYTES + (u64)LAYERS * H * HEAD_BYTES;

// One load of a warp: 16 bytes a lane, LANES lanes a row. A group is LOADS of them: GROUP rows.
constexpr int PER_LANE = 16 / ELEMENT;
constexpr int LANES = DP / PER_LANE, ROWS_PER_LOAD = 32 / LANES;
constexpr int LOADS = PAGE / ROWS_PER_LOAD < MOST_LOADS ? PAGE / ROWS_PER_LOAD : MOST_LOADS;
constexpr int GROUP = LOADS * ROWS_PER_LOAD;
constexpr int GROUPS = SPAN / GROUP, SPANS = (W + SPAN - 1) / SPAN;
constexpr int UNITS_AT_ONCE = WARPS / SPANS;
constexpr int W_STRIDE = (W + 63) / 64 * 64;

__device__ constexpr int log2of(int n) { return n <= 1 ? 0 : 1 + log2of(n / 2); }
constexpr int SCATTERS = log2of(LANES) < log2of(LOADS) ? log2of(LANES) : log2of(LOADS);
constexpr int SCORES = LOADS >> SCATTERS;   // scores that each lane ends up with

static_assert(SPAN % GROUP == 0 && SPANS <= WARPS && SPAN / PAGE + 2 <= 32, "the spans of a window");
static_assert(GROUP <= PAGE && DP % PER_LANE == 0 && LANES >= 1 && LANES <= 32, "the rows of a group");

// One row of the batch as the host lays it out, followed by C floats of content.
struct RowIn
{
    int sequence, action, slot, count;   // slot of the token; tokens it attends to, itself included
    long long time, anchor;              // event time; the time that its distances are measured from
    int known, output;                   // content is given; row of the output, or -1
    int unused[2];
};
constexpr int ROW_IN_BYTES = (sizeof(RowIn) + C * 4 + 15) / 16 * 16;

struct Params
{
    const u8* inputs;
    float* outputs;
    u8* pool;
    const int* page_table;
    const float *content_weight, *content_bias, *actions, *unknown;   // content weight [C][D]
    const uint4 *uvqk, *output_weight;                                // packed fragments, per layer
    const float *output_bias, *position, *tau, *head_weight, *head_bias;   // head weight [D][O]
    const u64* bucket_bounds;
    const u8* bucket_of_power;
    float *x, *u, *q, *a, *partials;
    u8* buckets;
    int4* rows;                          // by row of the batch: sequence, slot, count
    long long* anchors;                  // by row of the batch
    u8** pages;                          // by row of the batch: the page that its token lies in
    u32 *barrier, *counters;
    int count, want_output;
    u32 barrier_base, is_inline;         // is_inline: the rows are in inline_rows
    __align__(16) u8 inline_rows[INLINE_BYTES];
};

static_assert(sizeof(RowIn) == 48 && sizeof(Params) == PARAMS_BYTES, "GpuRow and GpuStepArguments");

// ---- small things

__device__ __forceinline__ float silu(float x) { return x * __fdividef(1.f, 1.f + __expf(-x)); }

__device__ __forceinline__ float warp_sum(float v)
{
#pragma unroll
    for (int d = 16; d > 0; d >>= 1) v += __shfl_xor_sync(~0u, v, d);
    return v;
}

__device__ __forceinline__ u32 pack_bf16(float low, float high)
{
    u32 packed;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
    return packed;
}

__device__ __forceinline__ float bf16_low(u32 pair) { return __uint_as_float(pair << 16); }
__device__ __forceinline__ float bf16_high(u32 pair) { return __uint_as_float(pair & 0xffff0000u); }

#if KV8
__device__ __forceinline__ u32 pack_e4m3(float low, float high)
{
    unsigned short packed;
    asm("cvt.rn.satfinite.e4m3x2.f32 %0, %1, %2;" : "=h"(packed) : "f"(high), "f"(low));
    return packed;
}

// Two e4m3 as two half floats; exact.
__device__ __forceinline__ u32 e4m3_to_half(u32 pair)
{
    u32 halves;
    asm("cvt.rn.f16x2.e4m3x2 %0, %1;" : "=r"(halves) : "h"((unsigned short)pair));
    return halves;
}

__device__ __forceinline__ u32 pack_half(float low, float high)
{
    u32 packed;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
    return packed;
}

__device__ __forceinline__ u32 fma_half(u32 a, u32 b, u32 c)
{
    u32 d;
    asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
}

__device__ __forceinline__ void unpack_half(u32 pair, float& low, float& high)
{
    asm("{ .reg .b16 l, h; mov.b32 {l, h}, %2; cvt.f32.f16 %0, l; cvt.f32.f16 %1, h; }" : "=f"(low), "=f"(high) : "r"(pair));
}

#endif

// With KV8. Half floats end at 65,504: queries and weights are made this much smaller, so that only absurd activations could reach it.
constexpr float QUERY_SCALE = 1.f / 512, WEIGHT_SCALE = 1.f / 8;

__device__ __forceinline__ u32 word_of(const uint4& words, int i) { return i == 0 ? words.x : i == 1 ? words.y : i == 2 ? words.z : words.w; }

// The stream of keys and values must not push weights and scratch out of L2.
__device__ __forceinline__ u64 stream_policy()
{
    u64 policy;
    asm volatile("createpolicy.fractional.L2::evict_first.b64 %0, 1.0;" : "=l"(policy));
    return policy;
}

__device__ __forceinline__ uint4 load_stream(const u8* address, u64 policy)
{
    uint4 v;
    asm volatile("ld.global.L1::no_allocate.L2::cache_hint.v4.u32 {%0, %1, %2, %3}, [%4], %5;"
        : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(address), "l"(policy));
    return v;
}

// Every block is resident (cooperative launch), so waiting for all of them ends.
struct GridBarrier
{
    u32* counter;
    u32 target;

    __device__ __forceinline__ void wait()
    {
        target += gridDim.x;
        __syncthreads();
        if (threadIdx.x == 0)
        {
            asm volatile("red.release.gpu.global.add.u32 [%0], 1;" : : "l"(counter) : "memory");
            u32 seen;
            do { asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(seen) : "l"(counter) : "memory"); } while ((int)(seen - target) < 0);
        }
        __syncthreads();
    }
};

// ---- projections

__device__ __forceinline__ void load_matrix(u32 (&a)[4], u32 address)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];" : "=r"(a[0]), "=r"(a[1]), "=r"(a[2]), "=r"(a[3]) : "r"(address));
}

__device__ __forceinline__ void multiply(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1)
{
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// NT column tiles of 8 by MT row tiles of 16, over all of K. Weights come packed: 16 bytes a lane for 32 of k.
template <int MT, int NT, int K>
__device__ __forceinline__ void multiply_tiles(float (&sums)[NT][MT][4], const u8* a, const uint4* weights, int lane)
{
    constexpr int STRIDE = (K + 8) * 2;
    const u32 address = (u32)__cvta_generic_to_shared(a) + (lane & 15) * STRIDE + (lane >> 4) * 16;
#pragma unroll
    for (int n = 0; n < NT; n++)
#pragma unroll
        for (int m = 0; m < MT; m++)
#pragma unroll
            for (int i = 0; i < 4; i++) sums[n][m][i] = 0;
#pragma unroll(NT == 1 ? 8 : 1)
    for (int k = 0; k < K / 32; k++)
    {
        uint4 b[NT];
#pragma unroll
        for (int n = 0; n < NT; n++) b[n] = __ldg(weights + ((u64)n * (K / 32) + k) * 32 + lane);
#pragma unroll
        for (int m = 0; m < MT; m++)
        {
            u32 first[4], second[4];
            load_matrix(first, address + m * 16 * STRIDE + k * 64);
            load_matrix(second, address + m * 16 * STRIDE + k * 64 + 32);
#pragma unroll
            for (int n = 0; n < NT; n++)
            {
                multiply(sums[n][m], first, b[n].x, b[n].y);
                multiply(sums[n][m], second, b[n].z, b[n].w);
            }
        }
    }
}

// How a projection is cut into tiles; the only place where the number of rows matters.
struct Tiling
{
    int row_blocks, column_blocks, columns_each;

    __device__ __forceinline__ Tiling(int rows, int rows_each, int columns)
    {
        row_blocks = (rows + rows_each - 1) / rows_each;
        column_blocks = min(max((int)gridDim.x / row_blocks, 1), columns);
        columns_each = (columns + column_blocks - 1) / column_blocks;
    }
};

// Which of a padded row's values are real: element e = lane + 32 j.
__device__ __forceinline__ bool real_column(int e) { return DP == DH ? e < EP : e < EP && e % DP < DH; }

template <int VALUES, int COUNT, typename Real>
__device__ __forceinline__ void layer_norm(float (&v)[VALUES], int lane, Real real)
{
    float sum = 0;
#pragma unroll
    for (int j = 0; j < VALUES; j++) sum += v[j];   // the others are zero
    const float mean = warp_sum(sum) * (1.f / COUNT);
    float squares = 0;
#pragma unroll
    for (int j = 0; j < VALUES; j++)
    {
        v[j] = real(lane + 32 * j) ? v[j] - mean : 0.f;
        squares = fmaf(v[j], v[j], squares);
    }
    const float scale = rsqrtf(warp_sum(squares) * (1.f / COUNT) + 1e-6f);
#pragma unroll
    for (int j = 0; j < VALUES; j++) v[j] *= scale;
}

template <int VALUES>
__device__ __forceinline__ void store_row(u8* a, int stride, int row, const float (&v)[VALUES], int lane)
{
#pragma unroll
    for (int j = 0; j < VALUES; j++)
    {
        const float other = __shfl_down_sync(~0u, v[j], 1);
        if ((lane & 1) == 0) *(u32*)(a + row * stride + (lane + 32 * j) * 2) = pack_bf16(v[j], other);
    }
}

__device__ __forceinline__ const RowIn* row_in(const Params& p, int row)
{
    return (const RowIn*)((p.is_inline ? p.inline_rows : p.inputs) + (u64)row * ROW_IN_BYTES);
}

__device__ __forceinline__ u8* page_of(const Params& p, int sequence, int slot)
{
    return p.pool + (u64)__ldg(p.page_table + (u64)sequence * RPAGES + slot / PAGE) * PAGE_BYTES;
}

// x0 = sqrt(D) * (W_content c + b + action) for sixteen rows, into x[16][D]. A thread makes a column of four rows at a time.
__device__ __forceinline__ void embed(const Params& p, int first, float* x, float* contents)
{
    constexpr int SLICE = 64;
    const float scale = sqrtf((float)D);
    const int rows = min(16, p.count - first);
    __shared__ int actions[16];
    if (threadIdx.x < 16) actions[threadIdx.x] = threadIdx.x < rows ? row_in(p, first + threadIdx.x)->action : 0;
    for (int c0 = 0; c0 < C; c0 += SLICE)
    {
        __syncthreads();
        for (int i = threadIdx.x; i < SLICE * 16; i += THREADS)
        {
            const int c = c0 + i % SLICE, r = i / SLICE;
            if (c >= C || r >= rows) continue;
            const RowIn* in = row_in(p, first + r);
            contents[(i % SLICE) * 16 + r] = in->known ? ((const float*)(in + 1))[c] : __ldg(p.unknown + c);
        }
        __syncthreads();
        const int end = min(SLICE, C - c0);
#pragma unroll 1
        for (int i = threadIdx.x; i < (rows + 3) / 4 * D; i += THREADS)
        {
            const int d = i % D, r = i / D * 4;
            float sums[4];
#pragma unroll
            for (int n = 0; n < 4; n++) sums[n] = c0 == 0 ? __ldg(p.content_bias + d) : x[(r + n) * D + d];
#pragma unroll 16
            for (int c = 0; c < end; c++)
            {
                const float weight = __ldg(p.content_weight + (u64)(c0 + c) * D + d);
                const float4 four = *(const float4*)(contents + c * 16 + r);
                sums[0] = fmaf(four.x, weight, sums[0]);
                sums[1] = fmaf(four.y, weight, sums[1]);
                sums[2] = fmaf(four.z, weight, sums[2]);
                sums[3] = fmaf(four.w, weight, sums[3]);
            }
#pragma unroll
            for (int n = 0; n < 4; n++)
                x[(r + n) * D + d] = c0 + SLICE < C ? sums[n] : scale * (sums[n] + __ldg(p.actions + (u64)actions[r + n] * D + d));
        }
    }
    __syncthreads();
}

// Where a row's keys and values go: the layer's first head in its page, and its row there.
struct Target
{
    u8* heads;   // null: no such row
    int row;
};

// Loads or makes the rows of a tile, normalises them into a, and finds where their keys and values go.
template <int MT>
__device__ __forceinline__ void prepare_projection(const Params& p, int layer, int first, bool owner, u8* a, Target* targets, float* made, int warp, int lane)
{
#pragma unroll 1
    for (int m = 0; m < MT; m++)
    {
        const int r = m * 16 + warp, row = first + r;
        if (layer == 0) embed(p, first + m * 16, made, made + 16 * D);
        float v[DPAD / 32];
        u8* page = nullptr;
        int slot = 0;
        if (row < p.count)
        {
            const int4 place = *(const int4*)row_in(p, row);
            slot = place.z % PAGE;
            const float* x = layer == 0 ? made + warp * D : p.x + (u64)row * D;
#pragma unroll
            for (int j = 0; j < DPAD / 32; j++) v[j] = lane + 32 * j < D ? x[lane + 32 * j] : 0.f;
            page = layer == 0 ? page_of(p, place.x, place.z) : p.pages[row];
            if (layer == 0 && owner)
            {
#pragma unroll
                for (int j = 0; j < DPAD / 32; j++)
                    if (lane + 32 * j < D) p.x[(u64)row * D + lane + 32 * j] = v[j];
                if (lane == 0)
                {
                    p.rows[row] = make_int4(place.x, place.z, place.w, 0);
                    p.pages[row] = page;
                    p.anchors[row] = row_in(p, row)->anchor;
                    ((long long*)page)[slot] = row_in(p, row)->time;
                }
            }
            layer_norm<DPAD / 32, D>(v, lane, [](int d) { return d < D; });
        }
        else
        {
#pragma unroll
            for (int j = 0; j < DPAD / 32; j++) v[j] = 0;
        }
        if (lane == 0) targets[r] = {page == nullptr ? nullptr : page + TIMES_BYTES + (u64)layer * H * HEAD_BYTES, slot};
        store_row(a, (DPAD + 8) * 2, r, v, lane);
    }
}

#if KV8
constexpr int PROJECT_TILES = DP / 8;   // a warp owns whole head rows, so that it knows their largest value
#else
constexpr int PROJECT_TILES = 1;
#endif

// Two neighbouring columns of one row after SiLU; section 0 u, 1 v, 2 q, 3 k.
__device__ __forceinline__ void store_projected(const Params& p, int section, int column, int row, const Target& target, float low, float high)
{
    if (section == 0 || section == 2)
        *(float2*)((section == 0 ? p.u : p.q) + (u64)row * EP + column) = make_float2(low, high);
    else if (!KV8)
        *(u32*)(target.heads + (column / DP) * HEAD_BYTES + (section == 1 ? V_OFFSET : 0) + target.row * ROW_BYTES + (column % DP) * 2) = pack_bf16(low, high);
}

#if KV8
// One head row of k or v: e4m3 with one scale, which the four lanes that hold the row find together.
template <int MT>
__device__ __forceinline__ void store_quantised(const float (&sums)[PROJECT_TILES][MT][4], int m, int half, bool value, int head, const Target& target, int lane)
{
    float largest = 0;
#pragma unroll
    for (int n = 0; n < PROJECT_TILES; n++) largest = fmaxf(largest, fmaxf(fabsf(sums[n][m][2 * half]), fabsf(sums[n][m][2 * half + 1])));
    largest = fmaxf(largest, __shfl_xor_sync(~0u, largest, 1));
    largest = fmaxf(largest, __shfl_xor_sync(~0u, largest, 2));
    if (target.heads == nullptr) return;
    const float inverse = largest > 1e-30f ? __fdividef(448.f, largest) : 0.f;
    u8* block = target.heads + head * HEAD_BYTES;
    u8* row = block + (value ? V_OFFSET : 0) + target.row * ROW_BYTES;
#pragma unroll
    for (int n = 0; n < PROJECT_TILES; n++)
        *(unsigned short*)(row + n * 8 + (lane & 3) * 2) = (unsigned short)pack_e4m3(sums[n][m][2 * half] * inverse, sums[n][m][2 * half + 1] * inverse);
    if ((lane & 3) == 0) *(float*)(block + (value ? V_SCALES : K_SCALES) + target.row * 4) = largest * (1.f / 448.f);
}
#endif

template <int MT>
__device__ void project(const Params& p, int layer, u8* smem)
{
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    u8* a = smem;
    Target* targets = (Target*)(smem + MTMAX * 16 * (DPAD + 8) * 2);
    float* made = (float*)(targets + MTMAX * 16);
    constexpr int COLUMNS = UVQK_TILES / PROJECT_TILES;
    const Tiling tiling(p.count, MT * 16, COLUMNS);
    for (int tile = blockIdx.x; tile < tiling.row_blocks * tiling.column_blocks; tile += gridDim.x)
    {
        const int first = tile / tiling.column_blocks * MT * 16, block = tile % tiling.column_blocks;
        prepare_projection<MT>(p, layer, first, block == 0, a, targets, made, warp, lane);
        __syncthreads();
        const int end = min(COLUMNS, (block + 1) * tiling.columns_each);
        for (int column = block * tiling.columns_each + warp; column < end; column += WARPS)
        {
            float sums[PROJECT_TILES][MT][4];
            multiply_tiles<MT, PROJECT_TILES, DPAD>(sums, a, p.uvqk + ((u64)layer * UVQK_TILES + column * PROJECT_TILES) * DPAD, lane);
            const int section = column * PROJECT_TILES * 8 / EP, within = column * PROJECT_TILES * 8 - section * EP;
#pragma unroll
            for (int m = 0; m < MT; m++)
#pragma unroll
                for (int half = 0; half < 2; half++)
                {
                    const int r = m * 16 + half * 8 + lane / 4;
                    const Target target = targets[r];
#pragma unroll
                    for (int n = 0; n < PROJECT_TILES; n++)
                    {
                        sums[n][m][2 * half] = silu(sums[n][m][2 * half]);
                        sums[n][m][2 * half + 1] = silu(sums[n][m][2 * half + 1]);
                        if (target.heads != nullptr)
                            store_projected(p, section, within + n * 8 + (lane & 3) * 2, first + r, target, sums[n][m][2 * half], sums[n][m][2 * half + 1]);
                    }
#if KV8
                    if (section == 1 || section == 3) store_quantised<MT>(sums, m, half, section == 1, within / DP, target, lane);
#endif
                }
        }
        __syncthreads();
    }
}

template <int MT>
__device__ void output(const Params& p, int layer, bool from_partials, u8* smem)
{
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    const Tiling tiling(p.count, MT * 16, OUT_TILES);
    for (int tile = blockIdx.x; tile < tiling.row_blocks * tiling.column_blocks; tile += gridDim.x)
    {
        const int first = tile / tiling.column_blocks * MT * 16, block = tile % tiling.column_blocks;
        float* added = (float*)(smem + MTMAX * 16 * (EPAD + 8) * 2);   // [SPREAD_ROWS][EP]
        if (from_partials)
        {
            for (int i = threadIdx.x; i < p.count * EP; i += THREADS)
            {
                const float* partial = p.partials + (u64)(i / DP) * SPANS * DP + i % DP;
                float sum = 0;
#pragma unroll
                for (int s = SPANS - 1; s >= 0; s--) sum += partial[s * DP];
                added[i] = sum * (1.f / W);
            }
            __syncthreads();
        }
        const float* attended = from_partials ? added : p.a;
        for (int r = warp; r < MT * 16; r += WARPS)
        {
            float v[EPAD / 32];
            const int row = first + r;
#pragma unroll
            for (int j = 0; j < EPAD / 32; j++) v[j] = row < p.count && lane + 32 * j < EP ? attended[(u64)row * EP + lane + 32 * j] : 0.f;
            layer_norm<EPAD / 32, E>(v, lane, [](int e) { return real_column(e); });
#pragma unroll
            for (int j = 0; j < EPAD / 32; j++)
                if (row < p.count && lane + 32 * j < EP) v[j] *= p.u[(u64)row * EP + lane + 32 * j];
            store_row(smem, (EPAD + 8) * 2, r, v, lane);
        }
        __syncthreads();
        const int end = min(OUT_TILES, (block + 1) * tiling.columns_each);
        for (int column = block * tiling.columns_each + warp; column < end; column += WARPS)
        {
            float sums[1][MT][4];
            multiply_tiles<MT, 1, EPAD>(sums, smem, p.output_weight + ((u64)layer * OUT_TILES + column) * EPAD, lane);
            const int d = column * 8 + (lane & 3) * 2;
#pragma unroll
            for (int m = 0; m < MT; m++)
#pragma unroll
                for (int i = 0; i < 4; i++)
                {
                    const int row = first + m * 16 + (i / 2) * 8 + lane / 4;
                    if (row < p.count && d + i % 2 < D)
                        p.x[(u64)row * D + d + i % 2] += sums[0][m][i] + __ldg(p.output_bias + layer * D + d + i % 2);
                }
        }
        __syncthreads();
    }
}

// ---- attention

// The warp's part of a unit (one head of one row): its span of lags, and the pages that they lie in, one a lane.
struct Part
{
    int row, head, slot, limit, page;   // limit: tokens attended to, 0 = nothing to do; page: of this lane
};

__device__ __forceinline__ int ring(int slot) { return slot < 0 ? slot + RING : slot; }

// The page of the span's oldest lag, which may lie far outside the window.
__device__ __forceinline__ int oldest_page(int slot, int span) { return (slot - (span + 1) * SPAN + 1 + 16 * RING) % RING / PAGE; }

// Of a row that is in p.rows by now; before, of a row as the host gave it.
template <bool GIVEN>
__device__ __forceinline__ Part load_part(const Params& p, int unit, bool active, int span, int lane)
{
    Part part = {0, 0, 0, 0, 0};
    if (!active) return part;
    int4 info = GIVEN ? *(const int4*)row_in(p, unit / H) : p.rows[unit / H];
    if (GIVEN) info = make_int4(info.x, info.z, info.w, 0);   // sequence, action, slot, count
    part.row = unit / H;
    part.head = unit % H;
    part.slot = info.y;
    part.limit = info.z;
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

__device__ __forceinline__ int bucket_of(long long a, long long b, const u64* bounds, const u8* of_power)
{
    const u64 distance = a >= b ? (u64)a - (u64)b : (u64)b - (u64)a;
    int bucket = of_power[63 - __clzll((long long)(distance | 1))];
    while (bucket < BUCKETS - 1 && distance >= bounds[bucket + 1]) bucket++;
    return bucket;
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
__device__ __forceinline__ void weigh(float (&scores)[LOADS], const Bias<FIRST>& bias, const Params& p, int layer, const Part& part, const Group& group, long long anchor, const u64* bounds, const u8* of_power, int lane)
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
                bucket = bucket_of(anchor, bias.time[FIRST ? j : 0], bounds, of_power);
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
__device__ void attend(const Params& p, int layer, u8* smem, const u64* bounds, const u8* of_power)
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
        const long long anchor = FIRST ? p.anchors[part.row] : 0;

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
            weigh<FIRST>(scores, bias, p, layer, part, group, anchor, bounds, of_power, lane);
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

// For a few rows: each span in a block of its own; the spans are added in output(). Waits for the projection once its first loads are on their
// way: these are of tokens before the launch, because a span's first group begins a whole group before its newest token.
template <bool FIRST>
__device__ void attend_spread(const Params& p, int layer, const Part* first_parts, GridBarrier& barrier, const u64* bounds, const u8* of_power)
{
    constexpr bool EARLY = GROUPS > 1 && GROUP >= SPREAD_ROWS;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    const u64 policy = stream_policy();
    const int only = warp * gridDim.x + blockIdx.x;
    uint4 keys[LOADS], values[LOADS];
#pragma unroll
    for (int i = 0; i < LOADS; i++) keys[i] = values[i] = make_uint4(0, 0, 0, 0);
    Part part = first_parts[threadIdx.x];
    Group group = make_group(p, part, only % SPANS, 0);
    u64 head_offset = TIMES_BYTES + (u64)(layer * H + part.head) * HEAD_BYTES;
    if (EARLY)
    {
        load_rows(keys, group, head_offset, lane, policy);
        load_rows(values, group, head_offset + V_OFFSET, lane, policy);
    }
    barrier.wait();
    for (int index = only; index < p.count * H * SPANS; index += WARPS * gridDim.x)
    {
        const int span = index % SPANS;
        if (index != only)
        {
            part = load_part<true>(p, index / SPANS, true, span, lane);
            group = make_group(p, part, span, 0);
            head_offset = TIMES_BYTES + (u64)(layer * H + part.head) * HEAD_BYTES;
        }
        if (!EARLY || index != only)
        {
            load_rows(keys, group, head_offset, lane, policy);
            load_rows(values, group, head_offset + V_OFFSET, lane, policy);
        }
        Query q;
        load_query(q, p, part, lane);
        Bias<FIRST> bias;
        load_bias<FIRST>(bias, p, layer, part, group, lane);
        const long long anchor = FIRST ? p.anchors[part.row] : 0;
        float sums[PER_LANE];
#pragma unroll
        for (int e = 0; e < PER_LANE; e++) sums[e] = 0;
#pragma unroll 1
        for (int g = 0; g < GROUPS; g++)
        {
            const bool more = g + 1 < GROUPS;
            float scores[LOADS];
            dot_rows(scores, keys, q, lane);
            const Group ahead = make_group(p, part, span, more ? g + 1 : g);
            if (more) load_rows(keys, ahead, head_offset, lane, policy);
            weigh<FIRST>(scores, bias, p, layer, part, group, anchor, bounds, of_power, lane);
            if (more) load_bias<FIRST>(bias, p, layer, part, ahead, lane);
            add_values(sums, scores, values);
            if (more) load_rows(values, ahead, head_offset + V_OFFSET, lane, policy);
            group = ahead;
        }
        store_span(sums, p.partials + (u64)index * DP, lane);
    }
}

// ---- the user embedding: L2norm(W_head x + b), in float32, sixteen rows at a time; each warp sums a sixteenth of x, then owns a row

__device__ void head(const Params& p, u8* smem)
{
    constexpr int SLICE = (D + WARPS - 1) / WARPS;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    float* x = (float*)smem;             // [16][D]
    float* sums = x + 16 * D;            // [16 rows][16 slices][32 outputs]
    const int each = min(16, (p.count + (int)gridDim.x - 1) / (int)gridDim.x);
    for (int first = blockIdx.x * each; first < p.count; first += gridDim.x * each)
    {
        const int rows = min(each, p.count - first);
    __shared__ int actions[16];
    if (threadIdx.x < 16) actions[threadIdx.x] = threadIdx.x < rows ? row_in(p, first + threadIdx.x)->action : 0;
        for (int i = threadIdx.x; i < rows * D; i += THREADS) x[i] = p.x[(u64)first * D + i];
        const int target = warp < rows ? row_in(p, first + warp)->output : -1;
        float* to = p.outputs + (u64)max(target, 0) * O;
        float squares = 0;
        for (int start = 0; start < O; start += 32)
        {
            const int o = start + lane;
            __syncthreads();
            for (int r = 0; r < rows; r++) sums[(r * 16 + warp) * 32 + lane] = 0;
            const int end = min(D, (warp + 1) * SLICE);
#pragma unroll 1
            for (int k = warp * SLICE; k < end; k += 16)
            {
                float weights[16];
#pragma unroll
                for (int j = 0; j < 16; j++) weights[j] = k + j < end && o < O ? __ldg(p.head_weight + (u64)(k + j) * O + o) : 0.f;
                for (int r = 0; r < rows; r++)
                {
                    float sum = sums[(r * 16 + warp) * 32 + lane];
#pragma unroll
                    for (int j = 0; j < 16; j++)
                        if (k + j < end) sum = fmaf(weights[j], x[r * D + k + j], sum);
                    sums[(r * 16 + warp) * 32 + lane] = sum;
                }
            }
            __syncthreads();
            if (warp < rows && o < O)
            {
                float sum = __ldg(p.head_bias + o);
#pragma unroll
                for (int s = 0; s < 16; s++) sum += sums[(warp * 16 + s) * 32 + lane];
                squares = fmaf(sum, sum, squares);
                // The only block of 32 outputs is scaled below from here; with more, they are read again.
                sums[(warp * 16) * 32 + lane] = sum;
                if (O > 32 && target >= 0) to[o] = sum;
            }
        }
        const float norm = 1.f / fmaxf(sqrtf(warp_sum(squares)), 1e-6f);
        if (target >= 0)
        {
            if (O > 32) for (int o = lane; o < O; o += 32) to[o] *= norm;
            else if (lane < O) to[lane] = sums[(warp * 16) * 32 + lane] * norm;
        }
        __syncthreads();
    }
}

// Rows of a projection's tile: more when there are many, so that weights are read less often. Never changes a sum.
__device__ __forceinline__ int row_tiles(int count) { return count > 2000 ? 4 : count > 400 ? 2 : 1; }

extern "C" __global__ void __launch_bounds__(THREADS, 1) hstu_step(const __grid_constant__ Params p)
{
    extern __shared__ __align__(128) u8 smem[];
    __shared__ u64 bounds[BUCKETS];
    __shared__ u8 of_power[64];
    for (int i = threadIdx.x; i < BUCKETS; i += THREADS) bounds[i] = p.bucket_bounds[i];
    if (threadIdx.x < 64) of_power[threadIdx.x] = p.bucket_of_power[threadIdx.x];

    GridBarrier barrier = {p.barrier, p.barrier_base};
    const int tiles = min(row_tiles(p.count), MTMAX);
    const bool spread = p.count <= SPREAD_ROWS;

    // With a few rows a warp has the same part in every layer. Kept in shared memory: attend() needs every register.
    __shared__ Part first_parts[THREADS];
    if (spread)
    {
        const int lane = threadIdx.x % 32, index = threadIdx.x / 32 * gridDim.x + blockIdx.x;
        first_parts[threadIdx.x] = load_part<true>(p, index / SPANS, index < p.count * H * SPANS, index % SPANS, lane);
    }
    for (int layer = 0; layer < LAYERS; layer++)
    {
        if (blockIdx.x == 0 && threadIdx.x == 0) p.counters[layer] = 0;
#if !KV8
        if (tiles == 4) project<MTMAX < 4 ? 1 : 4>(p, layer, smem);
        else
#endif
        if (tiles >= 2) project<MTMAX < 2 ? 1 : 2>(p, layer, smem);
        else project<1>(p, layer, smem);
        if (layer == LAYERS - 1 && !p.want_output) return;
        if (!spread) barrier.wait();

        if (spread && layer == 0) attend_spread<true>(p, layer, first_parts, barrier, bounds, of_power);
        else if (spread) attend_spread<false>(p, layer, first_parts, barrier, bounds, of_power);
        else if (layer == 0) attend<true>(p, layer, smem, bounds, of_power);
        else attend<false>(p, layer, smem, bounds, of_power);
        barrier.wait();

        if (tiles == 4) output<MTMAX < 4 ? 1 : 4>(p, layer, spread, smem);
        else if (tiles == 2) output<MTMAX < 2 ? 1 : 2>(p, layer, spread, smem);
        else output<1>(p, layer, spread, smem);
        barrier.wait();
    }
    head(p, smem);
}
