// Times: a CUDA graph of the whole call, or of one phase in all layers, replayed; the median of the device's own times. The floor is every weight and
// every key and value of the windows once, at the copy bandwidth measured in the same run.
#pragma once
#include "check.cuh"

inline double median(std::vector<double> v)
{
    std::sort(v.begin(), v.end());
    return v[v.size() / 2];
}

struct Stopwatch
{
    cudaStream_t stream;
    cudaEvent_t start, stop;

    Stopwatch() { CUDA(cudaStreamCreate(&stream)); CUDA(cudaEventCreate(&start)); CUDA(cudaEventCreate(&stop)); }

    // Microseconds of `work`, the median of `times`.
    template <class Work>
    double of(int times, Work work) const
    {
        std::vector<double> all;
        for (int i = 0; i < times + 3; i++)
        {
            CUDA(cudaEventRecord(start, stream));
            work(stream);
            CUDA(cudaEventRecord(stop, stream));
            CUDA(cudaEventSynchronize(stop));
            float ms;
            CUDA(cudaEventElapsedTime(&ms, start, stop));
            if (i >= 3) all.push_back(ms * 1e3);
        }
        return median(all);
    }
};

// Bytes a second, read and written.
inline double copy_bandwidth(const Stopwatch& watch)
{
    const u64 bytes = 1ull << 30;
    u8 *from = allocate<u8>(bytes), *to = allocate<u8>(bytes);
    const double us = watch.of(20, [&](cudaStream_t stream) { CUDA(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream)); });
    CUDA(cudaFree(from));
    CUDA(cudaFree(to));
    return 2.0 * bytes / us * 1e6;
}

// Microseconds of the phases over all layers in one graph; infinite when the choice does not fit or the card refuses it.
inline double time_phases(const Stopwatch& watch, const Prefill& p, const Choice& choice, int phases, int times)
{
    if (!p.fits(choice)) return INFINITY;
    cudaGraph_t graph;
    cudaGraphExec_t program;
    CUDA(cudaStreamBeginCapture(watch.stream, cudaStreamCaptureModeThreadLocal));
    p.launch(choice, phases, 0, p.call.layers, watch.stream);
    CUDA(cudaStreamEndCapture(watch.stream, &graph));
    CUDA(cudaGraphInstantiate(&program, graph, 0));
    const double us = watch.of(times, [&](cudaStream_t stream) { CUDA(cudaGraphLaunch(program, stream)); });
    CUDA(cudaGraphExecDestroy(program));
    CUDA(cudaGraphDestroy(graph));
    return us;
}

// The bits after the graph of all phases are those of the kernels one by one.
inline bool graph_is_right(const Stopwatch& watch, const Prefill& p, Choice choice)
{
    const u64 size = (u64)p.call.rows * WIDTH;
    time_phases(watch, p, choice, ALL, 20);
    const std::vector<float> by_graph = download(p.call.x, size);
    choice.chained = false, choice.groups = 1;
    p.launch(choice, ALL, 0, p.call.layers, watch.stream);
    CUDA(cudaStreamSynchronize(watch.stream));
    return memcmp(download(p.call.x, size).data(), by_graph.data(), size * sizeof(float)) == 0;
}

inline std::string describe(const Choice& c)
{
    return "project " + c.project.name + " | attend splits=" + std::to_string(c.splits) + "," + c.attend.name + " | output " + c.output.name + " | groups=" + std::to_string(c.groups) + ",chained=" + std::to_string(c.chained);
}

// What should be best, by the arithmetic of README.md; --sweep begins here.
inline Choice first_choice(int batch)
{
    const auto projects = project_variants();
    const auto outputs = output_variants();
    const auto attends = attend_variants();
    return batch < 4 ? Choice{projects[2], outputs[0], attends[5], 24, 1, true} : Choice{projects[5], outputs[3], attends[5], 4, 2, true};
}

// Each phase's variants alone, then the whole call with the best of each and what can only be seen there.
inline Choice sweep(const Stopwatch& watch, const Prefill& p, Choice best)
{
    const auto better = [&](const Choice& candidate, int phases, double& least)
    {
        const double us = time_phases(watch, p, candidate, phases, 30);
        if (us == INFINITY) return;
        fprintf(stderr, "  b%d %9.1f us a call: %s%s\n", p.batch(), us, phases == ALL ? "all: " : phases == PROJECT ? "project: " : phases == OUTPUT ? "output: " : "attend: ",
            describe(candidate).c_str());
        if (us < least) least = us, best = candidate;
    };
    const auto try_all = [&](int phases, auto change)
    {
        const Choice start = best;
        double least = INFINITY;
        change(start, [&](const Choice& candidate) { better(candidate, phases, least); });
    };
    best.groups = 1;
    try_all(PROJECT, [](Choice c, auto use) { for (const auto& v : project_variants()) { c.project = v; use(c); } });
    try_all(OUTPUT, [](Choice c, auto use) { for (const auto& v : output_variants()) { c.output = v; use(c); } });
    try_all(ATTEND | COMBINE, [&](Choice c, auto use)
    {
        for (const auto& v : attend_variants())
            for (int blocks : {64, 96, 112, 120, 128, 256})
                if ((c.splits = blocks / HEADS / p.batch()) > 0) { c.attend = v; use(c); }
    });
    try_all(ALL, [](Choice c, auto use)
    {
        const Choice alone = c;
        for (int groups : {1, 2})
            for (const auto& project : project_variants())
                for (const auto& output : output_variants())
                    for (int times : {1, 2})
                    {
                        c.groups = groups, c.project = project, c.output = output, c.splits = alone.splits * times;
                        if (project.columns <= 2 * alone.project.columns && 2 * project.columns >= alone.project.columns) use(c);
                    }
    });
    return best;
}

inline bool time_all(bool sweeping)
{
    const Stopwatch watch;
    cudaDeviceProp card;
    CUDA(cudaGetDeviceProperties(&card, 0));
    const double copy = copy_bandwidth(watch);
    const char* commit = getenv("COMMIT");
    const std::string where = std::string("\"machine\": \"") + card.name + "\", \"commit\": \"" + (commit ? commit : "unknown") + "\"}\n";
    printf("{\"bench\": \"hstu\", \"case\": \"gpu_copy_bandwidth\", \"value\": %.1f, \"unit\": \"GB/s\", %s", copy / 1e9, where.c_str());
    for (int batch : {1, 8})
    {
        const Prefill p(std::vector<Sequence>(batch, {3968, 128}), 8, 4096, 7);
        const Choice choice = sweeping ? sweep(watch, p, first_choice(batch)) : first_choice(batch);
        if (!graph_is_right(watch, p, choice))
        {
            fprintf(stderr, "batch %d: the graph's bits are not those of the kernels one by one: %s\n", batch, describe(choice).c_str());
            return false;
        }
        const double floor = p.bytes() / copy * 1e6, us = time_phases(watch, p, choice, ALL, 200);
        printf("{\"bench\": \"hstu\", \"case\": \"gpu_prefill_b%d\", \"value\": %.1f, \"unit\": \"us\", \"p50\": %.1f, \"peer\": \"weights, keys and values once at the copy "
               "bandwidth\", \"peer_value\": %.1f, \"ratio\": %.3f, \"goal\": %.1f, \"choice\": \"%s\", %s",
            batch, us, us, floor, floor / us, batch == 1 ? 250 : 1.5 * floor, describe(choice).c_str(), where.c_str());
        const char* names[] = {"enter", "project", "attend", "combine", "output"};
        for (int i = 0; i < 5; i++)
            printf("{\"bench\": \"hstu\", \"case\": \"gpu_prefill_b%d_%s\", \"value\": %.1f, \"unit\": \"us\", %s", batch, names[i],
                time_phases(watch, p, choice, 1 << i, 100), where.c_str());
        fflush(stdout);
    }
    return true;
}
