// A bfloat16 matrix for the copy engine: boxes of 64 columns by `box_rows` rows, rows of 128 bytes swizzled as the matrix products want them.
#pragma once
#include <cuda.h>
#include <dlfcn.h>
#include <cstdio>
#include <cstdlib>

inline void make_map(CUtensorMap* map, void* from, unsigned long long rows, int columns, int box_rows)
{
    // From the driver by name: nothing to link with, and the same in every version of the runtime.
    static const auto encode = [] {
        void* driver = dlopen("libcuda.so.1", RTLD_NOW);
        return driver ? (decltype(&cuTensorMapEncodeTiled))dlsym(driver, "cuTensorMapEncodeTiled") : nullptr;
    }();
    const cuuint64_t sizes[2] = {(cuuint64_t)columns, rows}, strides[1] = {(cuuint64_t)columns * 2};
    const cuuint32_t box[2] = {64, (cuuint32_t)box_rows}, steps[2] = {1, 1};
    const CUresult result = encode == nullptr ? CUDA_ERROR_NOT_FOUND : encode(map, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 2, from, sizes, strides, box, steps,
        CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
    if (result == CUDA_SUCCESS) return;
    fprintf(stderr, "cuTensorMapEncodeTiled: %d\n", (int)result);
    exit(2);
}
