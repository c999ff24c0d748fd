// ---- time distances

// Where the time buckets begin, in shared memory.
struct Buckets
{
    u64 bounds[BUCKETS];   // least distance of a bucket
    uint2 near[BUCKETS];   // the same of a bucket and the next, as far as 32 bits go
    u8 of_power[64];       // bucket of 2^n

    __device__ __forceinline__ void load(const Params& p)
    {
        for (int i = threadIdx.x; i < BUCKETS; i += THREADS)
        {
            bounds[i] = p.bucket_bounds[i];
            near[i] = make_uint2(word(bounds[i]), i + 1 < BUCKETS ? word(p.bucket_bounds[i + 1]) : 0xffffffffu);
        }
        if (threadIdx.x < 64) of_power[threadIdx.x] = p.bucket_of_power[threadIdx.x];
    }

    __device__ __forceinline__ int of_long(u64 distance) const
    {
        int bucket = of_power[63 - __clzll((long long)distance)];
        while (bucket < BUCKETS - 1 && distance >= bounds[bucket + 1]) bucket++;
        return bucket;
    }

private:
    __device__ static __forceinline__ u32 word(u64 bound) { return bound < 0xffffffffull ? (u32)bound : 0xffffffffu; }
};

// trunc(ln(distance) / 0.301) as the bounds say it. Of a distance below 136 years an approximate logarithm tells it to one place.
__device__ __forceinline__ int bucket_of(long long a, long long b, const Buckets& buckets)
{
    const u64 distance = a >= b ? (u64)a - (u64)b : (u64)b - (u64)a;
    if (distance >= 0xffffffffull) return buckets.of_long(distance);
    const u32 d = max((u32)distance, 1u);
    const int near = (int)(__log2f((float)d) * (0.69314718f / 0.301f));
    const uint2 bound = buckets.near[near];
    return near - (d < bound.x) + (d >= bound.y);
}

