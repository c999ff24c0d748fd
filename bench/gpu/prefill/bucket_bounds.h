// Where the time buckets begin: bucket = clamp(trunc(ln(max(1, distance)) / 0.301), 0, 128) in float32, as the engines have it (HstuTimeBucket.cs).
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

inline int bucket_by_formula(unsigned long long distance)
{
    const float logarithm = (float)std::log((double)std::max(1.f, (float)distance));
    return std::min((int)(logarithm / 0.301f), BUCKETS - 1);
}

inline std::vector<unsigned long long> bucket_bounds()
{
    std::vector<unsigned long long> bounds(BUCKETS);
    for (int bucket = 1; bucket < BUCKETS; bucket++)
    {
        unsigned long long low = 0, high = ~0ull;
        while (low < high)
        {
            const unsigned long long middle = low + (high - low) / 2;
            if (bucket_by_formula(middle) >= bucket) high = middle;
            else low = middle + 1;
        }
        bounds[bucket] = low;
    }
    return bounds;
}
