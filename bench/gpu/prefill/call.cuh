// Host side of a prefill: its memory, its tensor maps, its kernels in order, with the variants to choose from.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>
#include "../../../src/Streaming.Models/Hstu/Gpu/Kernels/Prefill/attend.cuh"
#include "bucket_bounds.h"
#include "enter.cuh"
#include "reference.cuh"
#include "tensor_map.h"

#define CUDA(call) require((call), #call, __LINE__)

inline void require(cudaError_t error, const char* what, int line)
{
    if (error == cudaSuccess) return;
    fprintf(stderr, "line %d: %s: %s\n", line, what, cudaGetErrorString(error));
    exit(2);
}

// ---- variants

struct ProjectVariant
{
    std::string name;
    void (*kernel)(const CUtensorMap, const CUtensorMap, const Call, int);
    int columns, split, share, shared;
};

struct OutputVariant
{
    std::string name;
    void (*kernel)(const CUtensorMap, const CUtensorMap, const Call, int);
    int columns, split, share, shared;
};

struct AttendVariant
{
    std::string name;
    void (*kernel)(const CUtensorMap, const CUtensorMap, const Call, int, int);
    int cluster;
};

template <class T>
std::string tile_name()
{
    return "columns=" + std::to_string(T::BN) + ",split=" + std::to_string(T::SPLIT) + ",share=" + std::to_string(T::SHARE) + ",stages=" + std::to_string(T::STAGES);
}

template <class T>
ProjectVariant project_variant() { return {tile_name<T>(), project<T>, T::BN, T::SPLIT, T::SHARE, T::SHARED}; }

template <class T>
OutputVariant output_variant() { return {tile_name<T>(), output<T>, T::BN, T::SPLIT, T::SHARE, T::SHARED}; }

template <int CLUSTER, bool TANH>
AttendVariant attend_variant()
{
    return {"cluster=" + std::to_string(CLUSTER) + (TANH ? ",silu=tanh" : ",silu=exp"), attend<CLUSTER, TANH>, CLUSTER};
}

inline std::vector<ProjectVariant> project_variants()
{
    return {project_variant<Tile<32, 1, 1, 8>>(), project_variant<Tile<32, 1, 1, 6>>(), project_variant<Tile<64, 1, 1, 8>>(), project_variant<Tile<128, 1, 1, 6>>(),
            project_variant<Tile<128, 1, 2, 6>>(), project_variant<Tile<256, 1, 1, 4>>(), project_variant<Tile<256, 1, 2, 4>>()};
}

inline std::vector<OutputVariant> output_variants()
{
    return {output_variant<Tile<32, 4, 1, 4>>(), output_variant<Tile<64, 8, 1, 2>>(), output_variant<Tile<128, 8, 1, 2>>(),
            output_variant<Tile<64, 1, 1, 8>>(), output_variant<Tile<64, 1, 2, 8>>(), output_variant<Tile<128, 2, 1, 6>>(),
            output_variant<Tile<128, 1, 2, 6>>(), output_variant<Tile<64, 4, 1, 4>>()};
}

inline std::vector<AttendVariant> attend_variants()
{
    return {attend_variant<1, false>(), attend_variant<2, false>(), attend_variant<4, false>(), attend_variant<8, false>(),
            attend_variant<1, true>(), attend_variant<2, true>(), attend_variant<4, true>(), attend_variant<8, true>()};
}

// One choice of everything. `splits` of the window are clusters times the cluster's size.
struct Choice
{
    ProjectVariant project;
    OutputVariant output;
    AttendVariant attend;
    int splits, groups;   // groups of sequences side by side: 1 or 2
    bool chained;         // kernels start before the one before has ended
};

enum Phase { ENTER = 1, PROJECT = 2, ATTEND = 4, COMBINE = 8, OUTPUT = 16, ALL = 31 };

// ---- memory

template <class T>
T* allocate(u64 count)
{
    void* p;
    CUDA(cudaMalloc(&p, count * sizeof(T)));
    CUDA(cudaMemset(p, 0, count * sizeof(T)));
    return (T*)p;
}

constexpr int MOST_PARTS = 32;

struct Prefill
{
    std::vector<Sequence> sequences;
    std::vector<int> table;
    Call call = {};
    u16 *uvqk, *output_weights;
    float* input;
    u64 pool_bytes;
    int pages, most_tiles = 0;     // tiles of the sequence that has most
    CUtensorMap pool_map;
    cudaStream_t side;             // for a second group
    cudaEvent_t forked, joined;

    Prefill(std::vector<Sequence> given, int layers, int window, u64 seed) : sequences(given)
    {
        int longest = 0;
        for (const Sequence& s : sequences)
        {
            longest = std::max(longest, s.first + s.count);
            most_tiles = std::max(most_tiles, (s.first + s.count - 1) / PAGE + 1 - std::max(0, s.first - window + 1) / PAGE);
        }
        Call& c = call;
        const int batch = (int)sequences.size();
        for (int i = 0; i < batch; i++) sequences[i].table = i;
        c.layers = layers, c.window = window, c.tiles = most_tiles, c.rows = batch * CHUNK;
        c.table_stride = (longest + PAGE - 1) / PAGE, c.page_rows = page_rows(layers);
        c.x = allocate<float>((u64)c.rows * WIDTH), input = allocate<float>((u64)c.rows * WIDTH);
        c.xb = allocate<u16>((u64)c.rows * WIDTH), c.u = allocate<u16>((u64)c.rows * WIDTH);
        c.q = allocate<u16>((u64)c.rows * WIDTH), c.y = allocate<u16>((u64)c.rows * WIDTH);
        c.stats = allocate<float2>((u64)c.rows * STATS);
        c.partials = allocate<float>((u64)MOST_PARTS * c.rows * WIDTH);
        c.buckets = allocate<u8>((u64)batch * (c.tiles + 1) * CONSUMERS * 32);
        fill(layers, window, seed);
        lay_pages(seed);
        make_map(&pool_map, c.pool, pool_bytes / ROW_BYTES, HEAD_WIDTH, PAGE);
        CUDA(cudaStreamCreateWithFlags(&side, cudaStreamNonBlocking));
        CUDA(cudaEventCreateWithFlags(&forked, cudaEventDisableTiming));
        CUDA(cudaEventCreateWithFlags(&joined, cudaEventDisableTiming));
        CUDA(cudaDeviceSynchronize());
    }

    ~Prefill()
    {
        CUDA(cudaStreamDestroy(side));
        CUDA(cudaEventDestroy(forked));
        CUDA(cudaEventDestroy(joined));
        const Call& c = call;
        void* all[] = {c.x, c.xb, c.stats, c.u, c.q, c.y, c.partials, c.buckets, c.pool, uvqk, output_weights, input, (void*)c.sequences,
                       (void*)c.page_table, (void*)c.column_sums, (void*)c.output_bias, (void*)c.position, (void*)c.tau, (void*)c.bucket_bounds};
        for (void* p : all) CUDA(cudaFree(p));
    }

    Prefill(const Prefill&) = delete;

    int batch() const { return (int)sequences.size(); }

    // Keys and values in the windows, and weights, once.
    double bytes() const
    {
        double tokens = 0;
        for (const Sequence& s : sequences) tokens += s.first + s.count - std::max(0, s.first - call.window + 1);
        return call.layers * ((double)(UVQK + WIDTH) * WIDTH * 2 + tokens * 2 * WIDTH * 2);
    }

    // The phases of the layers. Two groups of sequences go side by side, each on half of the card, the second a projection behind the first: so that
    // one multiplies while the other waits for memory.
    void launch(const Choice& choice, int phases, int first_layer, int end_layer, cudaStream_t stream) const
    {
        launch_group(choice, phases, first_layer, end_layer, stream, 0);
        if (choice.groups == 1) return;
        CUDA(cudaStreamWaitEvent(side, forked));
        launch_group(choice, phases, first_layer, end_layer, side, 1);
        CUDA(cudaEventRecord(joined, side));
        CUDA(cudaStreamWaitEvent(stream, joined));
    }

    // What a group of the sequences has of the call.
    Call part(int group, int groups) const
    {
        const int count = batch() / groups, first = group * count;
        const u64 row = (u64)first * CHUNK;
        Call c = call;
        c.sequences += first, c.rows = count * CHUNK;
        c.x += row * WIDTH, c.xb += row * WIDTH, c.u += row * WIDTH, c.q += row * WIDTH, c.y += row * WIDTH, c.stats += row * STATS;
        c.partials += (u64)MOST_PARTS * row * WIDTH, c.buckets += (u64)first * c.tiles * CONSUMERS * 32;
        return c;
    }

    void launch_group(const Choice& choice, int phases, int first_layer, int end_layer, cudaStream_t stream, int group) const
    {
        chained = choice.chained;
        Call c = part(group, choice.groups);
        c.shared_card = choice.groups > 1;
        const int count = batch() / choice.groups, span = most_of_split(choice.splits);
        const ProjectVariant& p = choice.project;
        const OutputVariant& o = choice.output;
        const AttendVariant& a = choice.attend;
        CUtensorMap uvqk_map, output_map, xb_map, y_map, q_map;
        make_map(&uvqk_map, uvqk, (u64)c.layers * UVQK, WIDTH, p.columns / p.share);
        make_map(&output_map, output_weights, (u64)c.layers * WIDTH, WIDTH, o.columns / o.share);
        make_map(&xb_map, c.xb, c.rows, WIDTH, CHUNK);
        make_map(&y_map, c.y, c.rows, WIDTH, CHUNK);
        make_map(&q_map, c.q, c.rows, WIDTH, CHUNK);
        if (phases & ENTER && first_layer == 0)
            start(enter, dim3(count, most_tiles + CHUNK / ROWS_A_BLOCK), CONSUMERS, dim3(1, 1, 1), 0, stream, c, (const float*)(input + (u64)group * c.rows * WIDTH));
        for (int layer = first_layer; layer < end_layer; layer++)
        {
            if (phases & PROJECT) start(p.kernel, dim3(UVQK / p.columns, count), THREADS, dim3(1, p.share, 1), p.shared, stream, xb_map, uvqk_map, c, layer);
            if (group == 0 && layer == first_layer) CUDA(cudaEventRecord(forked, stream));
            if (phases & ATTEND)
                start(a.kernel, dim3(choice.splits, HEADS, count), attention::THREADS, dim3(a.cluster, 1, 1), attention::shared_bytes(span), stream, q_map, pool_map,
                      c, layer, span);
            if (phases & COMBINE) start(combine, dim3(c.rows), ROW_THREADS, dim3(1, 1, 1), 128, stream, c, choice.splits / a.cluster);
            if (phases & OUTPUT)
                start(o.kernel, dim3(WIDTH / o.columns, count, o.split), THREADS, dim3(1, o.share, o.split), o.shared, stream, y_map, output_map, c, layer);
        }
    }

    // Whether the choice can run on this shape.
    bool fits(const Choice& choice) const
    {
        const int count = batch() / choice.groups;
        return batch() % choice.groups == 0 && count % choice.project.share == 0 && count % choice.output.share == 0 && choice.splits % choice.attend.cluster == 0
            && choice.splits / choice.attend.cluster <= MOST_PARTS && attention::shared_bytes(most_of_split(choice.splits)) <= 232448;
    }

private:
    mutable bool chained = false;

    int most_of_split(int splits) const { return (most_tiles + splits - 1) / splits; }

    template <class... Parameters, class... Arguments>
    void start(void (*kernel)(Parameters...), dim3 grid, int threads, dim3 cluster, int shared, cudaStream_t stream, Arguments... arguments) const
    {
        CUDA(cudaFuncSetAttribute((const void*)kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, shared));
        cudaLaunchAttribute attributes[2] = {};
        attributes[0].id = cudaLaunchAttributeClusterDimension;
        attributes[0].val.clusterDim.x = cluster.x, attributes[0].val.clusterDim.y = cluster.y, attributes[0].val.clusterDim.z = cluster.z;
        attributes[1].id = cudaLaunchAttributeProgrammaticStreamSerialization;
        attributes[1].val.programmaticStreamSerializationAllowed = 1;
        cudaLaunchConfig_t config = {};
        config.gridDim = grid, config.blockDim = dim3(threads), config.dynamicSmemBytes = shared, config.stream = stream;
        config.attrs = attributes, config.numAttrs = chained ? 2 : 1;
        CUDA(cudaLaunchKernelEx(&config, kernel, arguments...));
    }

    void fill(int layers, int window, u64 seed)
    {
        Call& c = call;
        uvqk = allocate<u16>((u64)layers * UVQK * WIDTH), output_weights = allocate<u16>((u64)layers * WIDTH * WIDTH);
        float *sums = allocate<float>(layers * UVQK), *bias = allocate<float>(layers * WIDTH), *tau = allocate<float>(layers * BUCKETS);
        float* position = allocate<float>((u64)layers * window);
        const float one = 1.f / sqrtf((float)WIDTH);
        fill_floats<<<256, 256>>>(input, (u64)c.rows * WIDTH, seed + 1, 1.f);
        fill_bf16<<<256, 256>>>(uvqk, (u64)layers * UVQK * WIDTH, seed + 2, 0.5f * one);
        fill_bf16<<<256, 256>>>(output_weights, (u64)layers * WIDTH * WIDTH, seed + 3, 3.f * one);
        fill_floats<<<8, 256>>>(bias, layers * WIDTH, seed + 4, 0.1f);
        fill_floats<<<8, 256>>>(position, (u64)layers * window, seed + 5, 1.f);
        fill_floats<<<8, 256>>>(tau, layers * BUCKETS, seed + 6, 1.f);
        sum_columns<<<(layers * UVQK + 127) / 128, 128>>>(sums, uvqk, layers * UVQK);
        u64* bounds = allocate<u64>(BUCKETS);
        CUDA(cudaMemcpy(bounds, bucket_bounds().data(), BUCKETS * sizeof(u64), cudaMemcpyHostToDevice));
        c.bucket_bounds = bounds, c.column_sums = sums, c.output_bias = bias, c.tau = tau, c.position = position;
    }

    // Pages in a shuffled order, with a few that belong to nobody; times that grow by seconds to hours.
    void lay_pages(u64 seed)
    {
        Call& c = call;
        pages = batch() * c.table_stride + 3;
        std::vector<int> order(pages);
        u32 state = (u32)seed * 2654435761u + 1;
        const auto draw = [&] { return (state = state * 1664525u + 1013904223u) >> 8; };
        for (int i = 0; i < pages; i++) order[i] = i;
        for (int i = pages - 1; i > 0; i--) std::swap(order[i], order[draw() % (i + 1)]);
        table.assign(order.begin(), order.begin() + batch() * c.table_stride);
        const u64 page_bytes = (u64)c.page_rows * ROW_BYTES;
        pool_bytes = pages * page_bytes;
        c.pool = allocate<u8>(pool_bytes);
        fill_bf16<<<1024, 256>>>((u16*)c.pool, pool_bytes / 2, seed + 7, 0.3f);
        for (int s = 0; s < batch(); s++)
        {
            long long time = 1700000000;
            for (int n = 0; n < c.table_stride; n++)
            {
                long long times[PAGE];
                for (long long& t : times) t = time += draw() % 8 == 0 ? draw() % 20000 : draw() % 60;
                CUDA(cudaMemcpy(c.pool + table[s * c.table_stride + n] * page_bytes, times, sizeof times, cudaMemcpyHostToDevice));
            }
        }
        int* device_table = allocate<int>(table.size());
        Sequence* device_sequences = allocate<Sequence>(sequences.size());
        CUDA(cudaMemcpy(device_table, table.data(), table.size() * sizeof(int), cudaMemcpyHostToDevice));
        CUDA(cudaMemcpy(device_sequences, sequences.data(), sequences.size() * sizeof(Sequence), cudaMemcpyHostToDevice));
        c.page_table = device_table, c.sequences = device_sequences;
    }
};
