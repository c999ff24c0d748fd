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

// The weights of NT column tiles of 8, packed: 16 bytes a lane for 32 of k. The first of them are loaded before the rows are ready.
template <int NT, int K>
struct Weights
{
    static constexpr int STEPS = K / 32, AHEAD = NT > 2 ? 1 : STEPS < 8 / NT ? STEPS : 8 / NT;
    const uint4* from;
    uint4 ahead[AHEAD][NT];

    __device__ __forceinline__ uint4 at(int k, int n, int lane) const { return __ldg(from + ((u64)n * STEPS + k) * 32 + lane); }

    __device__ __forceinline__ void load(const uint4* weights, int lane)
    {
        from = weights;
#pragma unroll
        for (int k = 0; k < AHEAD; k++)
#pragma unroll
            for (int n = 0; n < NT; n++) ahead[k][n] = at(k, n, lane);
    }
};

template <int MT, int NT>
__device__ __forceinline__ void multiply_step(float (&sums)[NT][MT][4], u32 address, int stride, const uint4 (&b)[NT])
{
#pragma unroll
    for (int m = 0; m < MT; m++)
    {
        u32 first[4], second[4];
        load_matrix(first, address + m * 16 * stride);
        load_matrix(second, address + m * 16 * stride + 32);
#pragma unroll
        for (int n = 0; n < NT; n++)
        {
            multiply(sums[n][m], first, b[n].x, b[n].y);
            multiply(sums[n][m], second, b[n].z, b[n].w);
        }
    }
}

// NT column tiles of 8 by MT row tiles of 16, over all of K.
template <int MT, int NT, int K>
__device__ __forceinline__ void multiply_tiles(float (&sums)[NT][MT][4], const u8* a, const Weights<NT, K>& weights, int lane)
{
    constexpr int STRIDE = (K + 8) * 2, AHEAD = Weights<NT, K>::AHEAD;
    const u32 address = (u32)__cvta_generic_to_shared(a) + (lane & 15) * STRIDE + (lane >> 4) * 16;
#pragma unroll
    for (int n = 0; n < NT; n++)
#pragma unroll
        for (int m = 0; m < MT; m++)
#pragma unroll
            for (int i = 0; i < 4; i++) sums[n][m][i] = 0;
#pragma unroll
    for (int k = 0; k < AHEAD; k++) multiply_step<MT, NT>(sums, address + k * 64, STRIDE, weights.ahead[k]);
#pragma unroll(NT <= 2 ? 8 / NT : 1)
    for (int k = AHEAD; k < K / 32; k++)
    {
        uint4 b[NT];
#pragma unroll
        for (int n = 0; n < NT; n++) b[n] = weights.at(k, n, lane);
        multiply_step<MT, NT>(sums, address + k * 64, STRIDE, b);
    }
}

// How a projection is cut into tiles; the only place where the number of rows matters.
struct Tiling
{
    int row_blocks, column_blocks, columns_each;

    __device__ __forceinline__ Tiling(const Team& team, int rows_each, int columns)
    {
        row_blocks = (team.rows() + rows_each - 1) / rows_each;
        column_blocks = min(max(team.size / row_blocks, 1), columns);
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

// x0 = sqrt(D) * (W_content c + b + action) for sixteen rows, into x[16][D]. A thread makes a column of four rows at a time.
__device__ __forceinline__ void embed(const Params& p, const Team& team, int first, float* x, float* contents)
{
    constexpr int SLICE = 64;
    const float scale = sqrtf((float)D);
    const int rows = min(16, team.end - first);
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
#pragma unroll 32
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

// What a row brings to the first layer: kept for the others, and its time put where later tokens look for it.
__device__ __forceinline__ void keep_row(const Params& p, int row, const float (&v)[DPAD / 32], u8* page, int lane)
{
#pragma unroll
    for (int j = 0; j < DPAD / 32; j++)
        if (lane + 32 * j < D) p.x[(u64)row * D + lane + 32 * j] = v[j];
    if (lane != 0) return;
    const RowIn* in = row_in(p, row);
    p.rows[row] = make_int4(in->sequence, in->slot, in->count, 0);
    p.anchors[row] = in->anchor;
    p.pages[row] = page;
    ((long long*)page)[in->slot % PAGE] = in->time;
}

// Loads or makes the rows of a tile, normalises them into a, and finds where their keys and values go. All loads come first.
template <int MT>
__device__ __forceinline__ void prepare_projection(const Params& p, const Team& team, int layer, int first, bool owner, u8* a, Target* targets, float* made, int warp, int lane)
{
    float v[MT][DPAD / 32];
    u8* pages[MT];
#pragma unroll
    for (int m = 0; m < MT; m++)
    {
        const int row = first + m * 16 + warp;
        const bool real = row < team.end;
        if (layer == 0) embed(p, team, first + m * 16, made, made + 16 * D);
        const float* x = layer == 0 ? made + warp * D : p.x + (u64)row * D;
#pragma unroll
        for (int j = 0; j < DPAD / 32; j++) v[m][j] = real && lane + 32 * j < D ? x[lane + 32 * j] : 0.f;
        pages[m] = !real ? nullptr : layer == 0 ? page_of(p, row_in(p, row)->sequence, row_in(p, row)->slot) : p.pages[row];
        if (layer == 0 && owner && real) keep_row(p, row, v[m], pages[m], lane);
    }
#pragma unroll
    for (int m = 0; m < MT; m++)
    {
        const int r = m * 16 + warp;
        layer_norm<DPAD / 32, D>(v[m], lane, [](int d) { return d < D; });
        if (lane == 0) targets[r] = {pages[m] == nullptr ? nullptr : pages[m] + TIMES_BYTES + (u64)layer * H * HEAD_BYTES, pages[m] == nullptr ? 0 : row_in(p, first + r)->slot % PAGE};
        store_row(a, (DPAD + 8) * 2, r, v[m], lane);
    }
}

// Column tiles that a warp multiplies at once: with fp8 whole head rows, so that it knows their largest value; for many rows two, so that
// the rows are read from shared memory half as often. All of them are of u, or v, or q, or k.
__device__ constexpr int project_tiles(int row_tiles) { return KV8 ? DP / 8 : row_tiles >= 4 && EP % 16 == 0 ? 2 : 1; }

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
template <int MT, int NT>
__device__ __forceinline__ void store_quantised(const float (&sums)[NT][MT][4], int m, int half, bool value, int head, const Target& target, int lane)
{
    float largest = 0;
#pragma unroll
    for (int n = 0; n < NT; n++) largest = fmaxf(largest, fmaxf(fabsf(sums[n][m][2 * half]), fabsf(sums[n][m][2 * half + 1])));
    largest = fmaxf(largest, __shfl_xor_sync(~0u, largest, 1));
    largest = fmaxf(largest, __shfl_xor_sync(~0u, largest, 2));
    if (target.heads == nullptr) return;
    const float inverse = largest > 1e-30f ? __fdividef(448.f, largest) : 0.f;
    u8* block = target.heads + head * HEAD_BYTES;
    u8* row = block + (value ? V_OFFSET : 0) + target.row * ROW_BYTES;
#pragma unroll
    for (int n = 0; n < NT; n++)
        *(unsigned short*)(row + n * 8 + (lane & 3) * 2) = (unsigned short)pack_e4m3(sums[n][m][2 * half] * inverse, sums[n][m][2 * half + 1] * inverse);
    if ((lane & 3) == 0) *(float*)(block + (value ? V_SCALES : K_SCALES) + target.row * 4) = largest * (1.f / 448.f);
}
#endif

template <int MT>
__device__ void project(const Params& p, const Team& team, int layer, u8* smem)
{
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    u8* a = smem;
    Target* targets = (Target*)(smem + MTMAX * 16 * (DPAD + 8) * 2);
    float* made = (float*)(targets + MTMAX * 16);
    constexpr int NT = project_tiles(MT), COLUMNS = UVQK_TILES / NT;
    const Tiling tiling(team, MT * 16, COLUMNS);
    for (int tile = team.index; tile < tiling.row_blocks * tiling.column_blocks; tile += team.size)
    {
        const int first = team.first + tile / tiling.column_blocks * MT * 16, block = tile % tiling.column_blocks;
        const int begin = block * tiling.columns_each + warp, end = min(COLUMNS, (block + 1) * tiling.columns_each);
        const uint4* packed = p.uvqk + (u64)layer * UVQK_TILES * DPAD;
        Weights<NT, DPAD> weights;
        weights.load(packed + min(begin, COLUMNS - 1) * NT * DPAD, lane);
        prepare_projection<MT>(p, team, layer, first, block == 0, a, targets, made, warp, lane);
        __syncthreads();
        for (int column = begin; column < end; column += WARPS)
        {
            float sums[NT][MT][4];
            if (column != begin) weights.load(packed + column * NT * DPAD, lane);
            multiply_tiles<MT, NT, DPAD>(sums, a, weights, lane);
            const int section = column * NT * 8 / EP, within = column * NT * 8 - section * EP;
#pragma unroll
            for (int m = 0; m < MT; m++)
#pragma unroll
                for (int half = 0; half < 2; half++)
                {
                    const int r = m * 16 + half * 8 + lane / 4;
                    const Target target = targets[r];
#pragma unroll
                    for (int n = 0; n < NT; n++)
                    {
                        sums[n][m][2 * half] = silu(sums[n][m][2 * half]);
                        sums[n][m][2 * half + 1] = silu(sums[n][m][2 * half + 1]);
                        if (target.heads != nullptr)
                            store_projected(p, section, within + n * 8 + (lane & 3) * 2, first + r, target, sums[n][m][2 * half], sums[n][m][2 * half + 1]);
                    }
#if KV8
                    if (section == 1 || section == 3) store_quantised<MT, NT>(sums, m, half, section == 1, within / DP, target, lane);
#endif
                }
        }
        __syncthreads();
    }
}

// FROM_SPANS: the spans of the attention are still to be added.
template <int MT, bool FROM_SPANS>
__device__ void output(const Params& p, const Team& team, int layer, u8* smem)
{
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    const Tiling tiling(team, MT * 16, OUT_TILES);
    for (int tile = team.index; tile < tiling.row_blocks * tiling.column_blocks; tile += team.size)
    {
        const int first = team.first + tile / tiling.column_blocks * MT * 16, block = tile % tiling.column_blocks;
        const int begin = block * tiling.columns_each + warp, end = min(OUT_TILES, (block + 1) * tiling.columns_each);
        const uint4* packed = p.output_weight + (u64)layer * OUT_TILES * EPAD;
        Weights<1, EPAD> weights;
        weights.load(packed + min(begin, OUT_TILES - 1) * EPAD, lane);
        float* added = (float*)(smem + MTMAX * 16 * (EPAD + 8) * 2);   // [CLUSTER_ROWS][EP]
        if (FROM_SPANS)
        {
            for (int i = threadIdx.x; i < team.rows() * EP; i += THREADS)
            {
                const float* partial = p.partials + (u64)(team.first * H + i / DP) * SPANS * DP + i % DP;
                float sum = 0;
#pragma unroll
                for (int s = SPANS - 1; s >= 0; s--) sum += partial[s * DP];
                added[i] = sum * (1.f / W);
            }
            __syncthreads();
        }
        const float* attended = FROM_SPANS ? added - team.first * EP : p.a;
        float v[MT][EPAD / 32], gates[MT][EPAD / 32];
#pragma unroll
        for (int m = 0; m < MT; m++)
        {
            const int row = first + m * 16 + warp;
#pragma unroll
            for (int j = 0; j < EPAD / 32; j++)
            {
                const bool real = row < team.end && lane + 32 * j < EP;
                v[m][j] = real ? attended[(u64)row * EP + lane + 32 * j] : 0.f;
                gates[m][j] = real ? p.u[(u64)row * EP + lane + 32 * j] : 0.f;
            }
        }
#pragma unroll
        for (int m = 0; m < MT; m++)
        {
            layer_norm<EPAD / 32, E>(v[m], lane, [](int e) { return real_column(e); });
#pragma unroll
            for (int j = 0; j < EPAD / 32; j++) v[m][j] *= gates[m][j];
            store_row(smem, (EPAD + 8) * 2, m * 16 + warp, v[m], lane);
        }
        __syncthreads();
        for (int column = begin; column < end; column += WARPS)
        {
            float sums[1][MT][4];
            if (column != begin) weights.load(packed + column * EPAD, lane);
            multiply_tiles<MT, 1, EPAD>(sums, smem, weights, lane);
            const int d = column * 8 + (lane & 3) * 2;
#pragma unroll
            for (int m = 0; m < MT; m++)
#pragma unroll
                for (int i = 0; i < 4; i++)
                {
                    const int row = first + m * 16 + (i / 2) * 8 + lane / 4;
                    if (row < team.end && d + i % 2 < D)
                        p.x[(u64)row * D + d + i % 2] += sums[0][m][i] + __ldg(p.output_bias + layer * D + d + i % 2);
                }
        }
        __syncthreads();
    }
}

