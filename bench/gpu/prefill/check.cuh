// Every layer beside the reference, which is given that layer's input as the probe has it; and once from the first layer to the last by itself.
//
// Operands, weights, q, u, y, keys and values are bfloat16, each rounded by up to 2^-9 of itself; sums are float32. So what a layer makes may differ
// by RMS in the mean and by MOST anywhere: of the size that it has, see Difference.
#pragma once
#include "call.cuh"

constexpr double RMS = 0.01, MOST = 0.15, RMS_OF_ALL_LAYERS = 0.03;

inline std::vector<float> download(const float* from, u64 count)
{
    std::vector<float> to(count);
    CUDA(cudaMemcpy(to.data(), from, count * sizeof(float), cudaMemcpyDeviceToHost));
    return to;
}

struct Difference
{
    double rms = 0;    // root mean square of the distance, as a share of that of the expected values
    double most = 0;   // greatest distance, as a share of that plus the expected value's own size; both infinite when anything is not a number

    // Of rows that are real; `base`, when given, is taken away from both.
    Difference(const Prefill& p, const float* actual_on_device, const float* expected_on_device, const std::vector<float>* base)
    {
        const u64 size = (u64)p.call.rows * WIDTH;
        const std::vector<float> actual = download(actual_on_device, size), expected = download(expected_on_device, size);
        double squares = 0, errors = 0, count = 0;
        std::vector<std::pair<double, double>> pairs;   // distance, size
        for (u64 i = 0; i < size; i++)
        {
            const int row = (int)(i / WIDTH);
            if (row % CHUNK >= p.sequences[row / CHUNK].count) continue;
            const double e = expected[i] - (base ? (*base)[i] : 0), d = (double)actual[i] - expected[i];
            if (!(std::fabs(d) < 1e30)) { rms = most = INFINITY; return; }
            squares += e * e, errors += d * d, count++;
            pairs.emplace_back(std::fabs(d), std::fabs(e));
        }
        const double scale = std::sqrt(squares / count);
        rms = std::sqrt(errors / count) / scale;
        for (const auto& [distance, size_of_it] : pairs) most = std::max(most, distance / (scale + size_of_it));
    }
};

struct Case
{
    std::string name;
    std::vector<Sequence> sequences;
    int layers, window;
};

// What the kernels are given instead of the truth, so that the check must fail.
inline bool plant_fault(const std::string& plant, Prefill& p, Choice& choice, float* spare)
{
    Call& c = p.call;
    if (plant.empty()) return true;
    if (plant == "window")   // one key too many
    {
        std::vector<float> position = download(c.position, (u64)c.layers * c.window), wider((u64)c.layers * (c.window + 1));
        for (int l = 0; l < c.layers; l++)
            for (int i = 0; i <= c.window; i++) wider[(u64)l * (c.window + 1) + i] = position[(u64)l * c.window + std::min(i, c.window - 1)];
        CUDA(cudaMemcpy(spare, wider.data(), wider.size() * sizeof(float), cudaMemcpyHostToDevice));
        c.position = spare, c.window++, c.tiles++, p.most_tiles++;
    }
    else if (plant == "tau")   // the time bias one bucket off
    {
        std::vector<float> tau = download(c.tau, c.layers * BUCKETS);
        std::rotate(tau.begin(), tau.begin() + 1, tau.end());
        CUDA(cudaMemcpy(spare, tau.data(), tau.size() * sizeof(float), cudaMemcpyHostToDevice));
        c.tau = spare;
    }
    else if (plant == "page")   // two pages of a sequence exchanged
    {
        std::vector<int> table = p.table;
        const int tile = (p.sequences[0].first - 1) / PAGE;
        std::swap(table[tile], table[tile - 1]);
        CUDA(cudaMemcpy(spare, table.data(), table.size() * sizeof(int), cudaMemcpyHostToDevice));
        c.page_table = (const int*)spare;
    }
    else if (plant == "part") choice.splits = -choice.splits;   // the last part of the window is not added; see run_layer
    else return false;
    return true;
}

// A layer of the probe; negative splits leave the newest part out.
inline void run_layer(const Prefill& p, Choice choice, int layer, cudaStream_t stream)
{
    const int parts = std::abs(choice.splits) / choice.attend.cluster;
    const bool short_of_one = choice.splits < 0;
    choice.splits = std::abs(choice.splits);
    p.launch(choice, ENTER | PROJECT | ATTEND, layer, layer + 1, stream);
    CUDA(cudaDeviceSynchronize());
    if (short_of_one) CUDA(cudaMemset(p.call.partials + (u64)(parts - 1) * p.call.rows * WIDTH, 0, (u64)p.call.rows * WIDTH * sizeof(float)));
    p.launch(choice, COMBINE | OUTPUT, layer, layer + 1, stream);
    CUDA(cudaDeviceSynchronize());
}

// Everything launched at once, more than once, gives the same bits as layer by layer with a wait after each: no kernel reads what is not written yet.
inline bool same_at_once(const Prefill& p, const Choice& choice, cudaStream_t stream)
{
    const u64 size = (u64)p.call.rows * WIDTH;
    const std::vector<float> by_layer = download(p.call.x, size);
    for (int i = 0; i < 2; i++)
    {
        p.launch(choice, ALL, 0, p.call.layers, stream);
        CUDA(cudaDeviceSynchronize());
        if (memcmp(download(p.call.x, size).data(), by_layer.data(), size * sizeof(float)) != 0) return false;
    }
    return true;
}

inline bool check_case(const Case& test, Choice choice, const std::string& plant)
{
    Prefill p(test.sequences, test.layers, test.window, 7);
    if (!p.fits(choice)) return true;
    const Call truth = p.call;
    const u64 size = (u64)truth.rows * WIDTH;
    Reference r = {};
    r.keys = std::min(test.window, p.most_tiles * PAGE);
    std::vector<float*> buffers;
    for (float** to : {&r.z, &r.u, &r.q, &r.k, &r.v, &r.a, &r.y, &r.to}) buffers.push_back(*to = allocate<float>(size));
    buffers.push_back(r.weights = allocate<float>((u64)truth.rows * HEADS * r.keys));
    float *before = allocate<float>(size), *free_running = allocate<float>(size), *y = allocate<float>(size), *k = allocate<float>(size), *v = allocate<float>(size);
    float* spare = allocate<float>((u64)test.layers * (test.window + 1 + BUCKETS) + p.table.size());
    for (float* b : {before, free_running, y, k, v, spare}) buffers.push_back(b);
    if (!plant_fault(plant, p, choice, spare))
    {
        fprintf(stderr, "no such fault: %s\n", plant.c_str());
        exit(2);
    }
    CUDA(cudaMemcpy(before, p.input, size * sizeof(float), cudaMemcpyDeviceToDevice));
    CUDA(cudaMemcpy(free_running, p.input, size * sizeof(float), cudaMemcpyDeviceToDevice));
    cudaStream_t stream;
    CUDA(cudaStreamCreate(&stream));
    Difference worst_x(p, before, before, nullptr), worst_y = worst_x, worst_k = worst_x, worst_v = worst_x;
    const auto keep = [&](Difference& worst, const Difference& d) { worst.rms = std::max(worst.rms, d.rms), worst.most = std::max(worst.most, d.most); };
    for (int layer = 0; layer < test.layers; layer++)
    {
        run_layer(p, choice, layer, stream);
        r.layer = layer, r.x = before;
        r.uvqk = p.uvqk + (u64)layer * UVQK * WIDTH, r.output = p.output_weights + (u64)layer * WIDTH * WIDTH;
        run_reference(truth, r);
        gather_new<<<truth.rows, 256>>>(p.call, layer, k, v);
        widen<<<256, 256>>>(y, p.call.y, size);
        CUDA(cudaDeviceSynchronize());
        const std::vector<float> base = download(before, size);
        keep(worst_x, Difference(p, p.call.x, r.to, &base));
        keep(worst_y, Difference(p, y, r.y, nullptr));
        keep(worst_k, Difference(p, k, r.k, nullptr));
        keep(worst_v, Difference(p, v, r.v, nullptr));
        CUDA(cudaMemcpy(before, p.call.x, size * sizeof(float), cudaMemcpyDeviceToDevice));
        r.x = free_running;
        run_reference(truth, r);
        CUDA(cudaMemcpy(free_running, r.to, size * sizeof(float), cudaMemcpyDeviceToDevice));
    }
    const std::vector<float> input = download(p.input, size);
    const Difference all(p, p.call.x, free_running, &input);
    const bool same = !plant.empty() || same_at_once(p, choice, stream);
    bool right = same && all.rms <= RMS_OF_ALL_LAYERS;
    for (const Difference& d : {worst_x, worst_y, worst_k, worst_v}) right &= d.rms <= RMS && d.most <= MOST;
    fprintf(stderr, "%s: project %s | attend splits=%d,%s | output %s%s\n", test.name.c_str(), choice.project.name.c_str(), std::abs(choice.splits),
        choice.attend.name.c_str(), choice.output.name.c_str(), choice.chained ? " | chained" : "");
    fprintf(stderr, "    %s: worst layer, rms and most: keys %.4f %.4f, values %.4f %.4f, u LN(a) %.4f %.4f, x' - x %.4f %.4f; all layers %.4f; %s\n",
        right ? "ok" : "WRONG", worst_k.rms, worst_k.most, worst_v.rms, worst_v.most, worst_y.rms, worst_y.most, worst_x.rms, worst_x.most, all.rms,
        same ? "the same bits at once" : "OTHER BITS at once");
    CUDA(cudaStreamDestroy(stream));
    p.call = truth;
    for (float* b : buffers) CUDA(cudaFree(b));
    return right;
}

// Small shapes with every variant, full size with a few. A planted fault is tried on the small shape in which it matters.
inline bool check_all(bool small_only, const std::string& plant)
{
    const std::vector<ProjectVariant> projects = project_variants();
    const std::vector<OutputVariant> outputs = output_variants();
    const std::vector<AttendVariant> attends = attend_variants();
    const Case ragged = {"ragged", {{300, 128}, {0, 128}, {70, 33}, {127, 1}}, 2, 100}, whole = {"whole", {{320, 128}, {64, 128}}, 2, 4096},
               alone = {"alone", {{517, 100}}, 1, 200};
    if (!plant.empty()) return check_case(ragged, {projects[5], outputs[5], attends[1], 8, 1, false}, plant);
    bool right = true;
    for (size_t i = 0; i < std::max(projects.size(), std::max(outputs.size(), attends.size())); i++)
    {
        const AttendVariant& attend = attends[i % attends.size()];
        Choice choice = {projects[i % projects.size()], outputs[i % outputs.size()], attend, 8, 1 + (int)i / 3 % 2, i % 4 >= 2};
        right &= check_case(ragged, choice, "");
        choice.splits = attend.cluster;
        if (i % 2 == 1) choice.groups = 1;   // one sequence alone
        right &= check_case(i % 2 == 0 ? whole : alone, choice, "");
    }
    if (small_only) return right;
    for (int batch : {1, 8})
    {
        const Case full = {"full b" + std::to_string(batch), std::vector<Sequence>(batch, {3968, 128}), 8, 4096};
        right &= check_case(full, {projects[batch == 1 ? 2 : 5], outputs[batch == 1 ? 0 : 3], attends[5], batch == 1 ? 24 : 4, batch == 1 ? 1 : 2, true}, "");
        right &= check_case(full, {projects[batch == 1 ? 2 : 6], outputs[batch == 1 ? 1 : 5], attends[6], 32 / batch, 1, false}, "");
    }
    std::vector<Sequence> lengths;
    for (int i = 0; i < 8; i++) lengths.push_back({500 * i + 13, 128 - 5 * i});
    right &= check_case({"full ragged", lengths, 3, 1024}, {projects[6], outputs[5], attends[2], 4, 2, true}, "");
    return right;
}
