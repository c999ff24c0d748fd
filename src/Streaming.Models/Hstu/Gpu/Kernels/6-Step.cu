
// ---- the user embedding: L2norm(W_head x + b), in float32, sixteen rows at a time; each warp sums a sixteenth of x, then owns a row

__device__ void head(const Params& p, const Team& team, u8* smem)
{
    constexpr int SLICE = (D + WARPS - 1) / WARPS;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    float* x = (float*)smem;             // [16][D]
    float* sums = x + 16 * D;            // [16 rows][16 slices][32 outputs]
    const int each = min(16, (team.rows() + team.size - 1) / team.size);
    for (int first = team.first + team.index * each; first < team.end; first += team.size * each)
    {
        const int rows = min(each, team.end - first);
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
                    for (int j = 0; j < 16; j += 4)
                    {
                        const float* four = x + r * D + k + j;
                        if (D % 256 == 0)
                        {
                            const float4 values = *(const float4*)four;
                            sum = fmaf(weights[j], values.x, sum);
                            sum = fmaf(weights[j + 1], values.y, sum);
                            sum = fmaf(weights[j + 2], values.z, sum);
                            sum = fmaf(weights[j + 3], values.w, sum);
                            continue;
                        }
#pragma unroll
                        for (int i = 0; i < 4; i++)
                            if (k + j + i < end) sum = fmaf(weights[j + i], four[i], sum);
                    }
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

// Up to about a thousand rows, with fp8 any number, and where there are no clusters also for the fewest.
extern "C" __global__ void __launch_bounds__(THREADS, 1) hstu_step(const __grid_constant__ Params p)
{
    extern __shared__ __align__(128) u8 smem[];
    __shared__ Buckets buckets;
    buckets.load(p);
    const Team team = {(int)blockIdx.x, (int)gridDim.x, 0, p.count};
    GridBarrier barrier = {p.barrier, p.barrier_base};
    // More rows of a projection's tile when there are many, so that weights are read less often. Never changes a sum.
    const bool pairs = p.count > 400 && MTMAX >= 2;
    for (int layer = 0; layer < LAYERS; layer++)
    {
        if (blockIdx.x == 0 && threadIdx.x == 0) p.counters[layer] = 0;
        if (pairs) project<MTMAX < 2 ? 1 : 2>(p, team, layer, smem);
        else project<1>(p, team, layer, smem);
        if (layer == LAYERS - 1 && !p.want_output) return;
        barrier.wait();

        if (layer == 0) attend<true>(p, layer, smem, buckets);
        else attend<false>(p, layer, smem, buckets);
        barrier.wait();

        if (pairs) output<MTMAX < 2 ? 1 : 2, false>(p, team, layer, smem);
        else output<1, false>(p, team, layer, smem);
        barrier.wait();
    }
    head(p, team, smem);
}

#if !KV8
// ---- the same, a launch a phase

extern "C" __global__ void __launch_bounds__(THREADS, 1) hstu_project(const __grid_constant__ Params p)
{
    extern __shared__ __align__(128) u8 smem[];
    if (blockIdx.x == 0 && threadIdx.x == 0) p.counters[p.layer] = 0;
    project<MTMAX>(p, {(int)blockIdx.x, (int)gridDim.x, 0, p.count}, p.layer, smem);
}

extern "C" __global__ void __launch_bounds__(THREADS, 1) hstu_attend_first(const __grid_constant__ Params p)
{
    extern __shared__ __align__(128) u8 smem[];
    __shared__ Buckets buckets;
    buckets.load(p);
    __syncthreads();
    attend<true>(p, 0, smem, buckets);
}

extern "C" __global__ void __launch_bounds__(THREADS, 1) hstu_attend(const __grid_constant__ Params p)
{
    extern __shared__ __align__(128) u8 smem[];
    __shared__ Buckets unused;
    attend<false>(p, p.layer, smem, unused);
}

extern "C" __global__ void __launch_bounds__(THREADS, 1) hstu_output(const __grid_constant__ Params p)
{
    extern __shared__ __align__(128) u8 smem[];
    output<MTMAX, false>(p, {(int)blockIdx.x, (int)gridDim.x, 0, p.count}, p.layer, smem);
}

extern "C" __global__ void __launch_bounds__(THREADS, 1) hstu_head(const __grid_constant__ Params p)
{
    extern __shared__ __align__(128) u8 smem[];
    head(p, {(int)blockIdx.x, (int)gridDim.x, 0, p.count}, smem);
}
#endif

#if __CUDA_ARCH__ >= 900
// A few rows: a cluster of CLUSTER blocks has a sequence's rows to itself. Its barrier costs a fraction of the grid's, and nothing else is shared.
extern "C" __global__ void __launch_bounds__(THREADS, 1) hstu_step_in_clusters(const __grid_constant__ Params p)
{
    extern __shared__ __align__(128) u8 smem[];
    __shared__ Buckets buckets;
    buckets.load(p);
    const int cluster = blockIdx.x / CLUSTER, lane = threadIdx.x % 32;
    const Team team = {(int)blockIdx.x % CLUSTER, CLUSTER, p.starts[cluster], p.starts[cluster + 1]};
    ClusterBarrier barrier;
    const int index = threadIdx.x / 32 * CLUSTER + team.index;
    const Part first = load_part<true>(p, team.first * H + index / SPANS, index < team.rows() * H * SPANS, index % SPANS, lane);
    for (int layer = 0; layer < LAYERS; layer++)
    {
        project<1>(p, team, layer, smem);
        if (layer == LAYERS - 1 && !p.want_output) return;
        barrier.wait();

        if (layer == 0) attend_spans<true>(p, team, layer, first, buckets);
        else attend_spans<false>(p, team, layer, first, buckets);
        barrier.wait();

        output<1, true>(p, team, layer, smem);
        barrier.wait();
    }
    head(p, team, smem);
}
#endif
