// Hopper's instructions by name: barriers in shared memory, the copy engine, clusters, warpgroup matrix products.
#pragma once
#ifndef __CUDACC_RTC__
#include <cuda.h>
#else
struct alignas(64) CUtensorMap { unsigned long long opaque[16]; };   // compiled at run time there are no headers; only its address is used
#endif
#include "shape.cuh"

// ---- small things

__device__ __forceinline__ u8* dynamic_shared()
{
    extern __shared__ __align__(1024) u8 memory[];
    return memory;
}

__device__ __forceinline__ u32 shared_address(const void* p) { return (u32)__cvta_generic_to_shared(p); }

__device__ __forceinline__ u32 pack_bf16(float low, float high)
{
    u32 packed;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
    return packed;
}

__device__ __forceinline__ float bf16_low(u32 pair) { return __uint_as_float(pair << 16); }
__device__ __forceinline__ float bf16_high(u32 pair) { return __uint_as_float(pair & 0xffff0000u); }
__device__ __forceinline__ float bf16_value(u16 bits) { return __uint_as_float((u32)bits << 16); }

// Two instructions of the special function unit, errors of a few units in the last place. Far below 0, exp is infinite and the result -0.
__device__ __forceinline__ float silu(float x)
{
    float exp, inverse;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(exp) : "f"(x * -1.4426950408889634f));
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(inverse) : "f"(1.f + exp));
    return x * inverse;
}

// The same by one instruction of that unit. Its error is up to 2^-11 of |x| / 2, also where SiLU is near 0.
__device__ __forceinline__ float silu_tanh(float x)
{
    const float half = 0.5f * x;
    float t;
    asm("tanh.approx.f32 %0, %1;" : "=f"(t) : "f"(half));
    return fmaf(half, t, half);
}

__device__ __forceinline__ float warp_sum(float v)
{
#pragma unroll
    for (int d = 16; d > 0; d >>= 1) v += __shfl_xor_sync(~0u, v, d);
    return v;
}

// ---- barriers in shared memory

__device__ __forceinline__ void barrier_init(u32 barrier, int count)
{
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" : : "r"(barrier), "r"(count) : "memory");
}

__device__ __forceinline__ void barriers_ready() { asm volatile("fence.mbarrier_init.release.cluster;" : : : "memory"); }

__device__ __forceinline__ void barrier_expect(u32 barrier, u32 bytes)
{
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" : : "r"(barrier), "r"(bytes) : "memory");
}

__device__ __forceinline__ void barrier_arrive(u32 barrier)
{
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" : : "r"(barrier) : "memory");
}

// At the barrier of another block. Says only that products on a stage have ended: nothing was written that the other would have to see, and a
// release to the cluster would wait for every access of the thread each time.
__device__ __forceinline__ void barrier_arrive_at(u32 barrier, u32 rank)
{
    asm volatile("{ .reg .b32 remote; mapa.shared::cluster.u32 remote, %0, %1;"
                 " mbarrier.arrive.shared::cluster.b64 _, [remote]; }" : : "r"(barrier), "r"(rank) : "memory");
}

__device__ __forceinline__ void barrier_wait(u32 barrier, u32 parity)
{
    u32 done;
    do
    {
        asm volatile("{ .reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2; selp.u32 %0, 1, 0, p; }"
            : "=r"(done) : "r"(barrier), "r"(parity) : "memory");
    } while (!done);
}

// ---- the copy engine

// A box of the map at column x, row y; rows of 128 bytes, swizzled. Arrives at the barrier with its bytes.
__device__ __forceinline__ void load_box(u32 to, const CUtensorMap& map, u32 barrier, int x, int y)
{
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4}], [%2];"
        : : "r"(to), "l"(&map), "r"(barrier), "r"(x), "r"(y) : "memory");
}

// The same, to the same place and barrier of every block of the cluster in the mask.
__device__ __forceinline__ void load_box_to(u32 to, const CUtensorMap& map, u32 barrier, int x, int y, u16 mask)
{
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster [%0], [%1, {%3, %4}], [%2], %5;"
        : : "r"(to), "l"(&map), "r"(barrier), "r"(x), "r"(y), "h"(mask) : "memory");
}

// What this thread wrote to global memory is seen by copy engines later.
__device__ __forceinline__ void fence_for_copies() { asm volatile("fence.proxy.async.global;" : : : "memory"); }

// ---- threads, clusters and launches

// The multiplying threads alone.
__device__ __forceinline__ void consumers_sync() { asm volatile("bar.sync 1, %0;" : : "n"(CONSUMERS) : "memory"); }

__device__ __forceinline__ u32 cluster_rank()
{
    u32 rank;
    asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    return rank;
}

__device__ __forceinline__ void cluster_sync()
{
    asm volatile("barrier.cluster.arrive.release.aligned;" : : : "memory");
    asm volatile("barrier.cluster.wait.acquire.aligned;" : : : "memory");
}

// Waits for the others before it leaves, without waiting for its own stores: what it read of the others it has by then, as it has used it.
__device__ __forceinline__ void leave_together()
{
    asm volatile("barrier.cluster.arrive.relaxed.aligned;" : : : "memory");
    asm volatile("barrier.cluster.wait.aligned;" : : : "memory");
}

// Four floats of another block's shared memory.
__device__ __forceinline__ float4 load_from(u32 address, u32 rank)
{
    float4 v;
    asm volatile("{ .reg .b32 remote; mapa.shared::cluster.u32 remote, %4, %5; ld.shared::cluster.v4.f32 {%0, %1, %2, %3}, [remote]; }"
        : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w) : "r"(address), "r"(rank) : "memory");
    return v;
}

// Registers of a warpgroup's threads, moved from those that load to those that multiply.
template <int N>
__device__ __forceinline__ void give_registers() { asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" : : "n"(N)); }
template <int N>
__device__ __forceinline__ void take_registers() { asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" : : "n"(N)); }

// Waits until the kernels before this one have ended; until then only what no kernel of the call writes may be read.
__device__ __forceinline__ void wait_for_previous() { asm volatile("griddepcontrol.wait;" : : : "memory"); }
__device__ __forceinline__ void let_next_start() { asm volatile("griddepcontrol.launch_dependents;" : : : "memory"); }

// ---- warpgroup matrix products: bfloat16, 64 rows, sums in float32

__device__ __forceinline__ void products_begin() { asm volatile("wgmma.fence.sync.aligned;" : : : "memory"); }
__device__ __forceinline__ void products_commit() { asm volatile("wgmma.commit_group.sync.aligned;" : : : "memory"); }

template <int PENDING>
__device__ __forceinline__ void products_wait() { asm volatile("wgmma.wait_group.sync.aligned %0;" : : "n"(PENDING) : "memory"); }

// Here these registers have their values: nothing that computes or uses them moves past this, such as into the time in which products run on them.
template <int N>
__device__ __forceinline__ void pin(float (&d)[N])
{
#pragma unroll
    for (int i = 0; i < N; i++) asm volatile("" : "+f"(d[i]) : : "memory");
}

template <int N>
__device__ __forceinline__ void pin(u32 (&d)[N])
{
#pragma unroll
    for (int i = 0; i < N; i++) asm volatile("" : "+r"(d[i]) : : "memory");
}

// A matrix in shared memory, 128-byte swizzle: rows of 64 values, groups of eight rows `step` bytes apart. For an operand whose 64 values run along
// n and not along k, `lead` is the distance of one 64 of n to the next.
__device__ __forceinline__ u64 matrix(u32 address, u32 lead, u32 step)
{
    return (u64)((address & 0x3ffff) >> 4) | (u64)(lead >> 4) << 16 | (u64)(step >> 4) << 32 | 1ull << 62;
}

#include "wgmma.cuh"
