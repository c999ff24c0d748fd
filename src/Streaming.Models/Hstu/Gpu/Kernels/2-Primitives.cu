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

// The blocks that share rows [first, end) and wait for each other: the grid with all rows, or a cluster with the rows of one sequence.
struct Team
{
    int index, size, first, end;

    __device__ __forceinline__ int rows() const { return end - first; }
};

#if __CUDA_ARCH__ >= 900
struct ClusterBarrier
{
    __device__ __forceinline__ void wait()
    {
        asm volatile("barrier.cluster.arrive.release.aligned;" : : : "memory");
        asm volatile("barrier.cluster.wait.acquire.aligned;" : : : "memory");
    }
};
#endif

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

// ---- rows

__device__ __forceinline__ const RowIn* row_in(const Params& p, int row)
{
    return (const RowIn*)((p.is_inline ? p.inline_rows : p.inputs) + (u64)row * ROW_IN_BYTES);
}

__device__ __forceinline__ u8* page_of(const Params& p, int sequence, int slot)
{
    return p.pool + (u64)__ldg(p.page_table + (u64)sequence * RPAGES + slot / PAGE) * PAGE_BYTES;
}

__device__ __forceinline__ int ring(int slot) { return slot < 0 ? slot + RING : slot; }

