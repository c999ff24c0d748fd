using Streaming.Models.Hstu;
using Streaming.Models.Hstu.Gpu;
using Streaming.Models.Numerics;
using Streaming.Models.Weights;

namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>A random model and histories for the GPU engine. Without a test framework, so that a program on a machine with a GPU can run the same checks.</summary>
public sealed record GpuCase(string Name, int Layers, int Width, int Heads, int HeadWidth, int Window, int ContentWidth = 32, int OutputWidth = 32, bool TimeBias = true,
    HstuTimeAnchor TimeAnchor = HstuTimeAnchor.Self, double Entry = 1, double Output = 1)
{
    /// <summary>Shapes that reach every branch of the kernel: padded widths, one page and many, one span and sixteen, several units in a block.</summary>
    public static readonly GpuCase[] All =
    [
        new("tiny", 1, 16, 1, 8, 1, 4, 8, TimeBias: false),
        new("padded", 2, 24, 3, 10, 37, 7, 40),
        new("narrow", 3, 64, 2, 32, 130),
        new("heads16", 2, 72, 4, 16, 300, 33, 20, TimeBias: false),
        new("issue", 2, 256, 4, 64, 200),
        new("wide128", 2, 96, 2, 128, 100),
        new("wide256", 1, 160, 1, 256, 70),
        new("next", 3, 64, 2, 32, 130, TimeAnchor: HstuTimeAnchor.Next),
    ];

    /// <summary>The model that the goals are stated for: 4 layers, 4 heads of 64, a window of 1,024.</summary>
    public static readonly GpuCase Goal = new("goal", 4, 256, 4, 64, 1_024);

    /// <summary>
    /// Shapes for the tensor-core prefill: a window of a few tiles and of many, a window that ends in a tile, each number of heads. A token's own part of
    /// the residual stream is small and the attention's large, or an error of the attention would hardly be seen in the next layer's keys.
    /// </summary>
    public static readonly GpuCase[] TensorCores =
    [
        Tensor("tensor2", layers: 3, heads: 2, window: 100),
        Tensor("tensor4", layers: 4, heads: 4, window: 300),
        Tensor("tensor4wide", layers: 2, heads: 4, window: 1_024),
        Tensor("tensor4bare", layers: 2, heads: 4, window: 64) with { TimeBias = false, ContentWidth = 7, OutputWidth = 40 },
        Tensor("tensor8", layers: 2, heads: 8, window: 129),
    ];

    /// <summary>The shape that the prefill's goals are stated for: 8 layers, 4 heads of 256, a window of 4,096.</summary>
    public static readonly GpuCase PrefillGoal = Tensor("prefill", layers: 8, heads: 4, window: 4_096);

    public static GpuCase Named(string name) => All.Concat(TensorCores).Append(Goal).Append(PrefillGoal).Single(c => c.Name == name);

    public HstuConfig Shape() => new()
    {
        Layers = Layers,
        Width = Width,
        Heads = Heads,
        HeadWidth = HeadWidth,
        Window = Window,
        ContentWidth = ContentWidth,
        OutputWidth = OutputWidth,
        TimeBias = TimeBias,
        TimeAnchor = TimeAnchor,
        Actions = ["impression", "click", "install"],
    };

    /// <summary>Random weights; every term of the formulas matters, and scores stay of the size that trained models have.</summary>
    public HstuModel Model(ulong seed = 1)
    {
        var random = new SeededRandom(seed);
        var tensors = HstuTensors.Shapes(Shape()).Select(entry =>
        {
            var (name, shape) = entry;
            var scale = Factor(name) * (name.EndsWith("_bias", StringComparison.Ordinal) ? 0.5 : shape.Length == 1 ? 0.1 : 1 / Math.Sqrt(name.EndsWith("uvqk", StringComparison.Ordinal) ? shape[0] : shape[^1]));
            var values = new float[shape.Aggregate(1, (cells, length) => cells * length)];
            for (var i = 0; i < values.Length; i++) values[i] = (float)(scale * random.NextNormal());
            return new WeightTensor(name, shape, values);
        });
        return new HstuModel(Shape(), "random", trained: false, tensors);
    }

    /// <summary>Tokens with unknown contents and with gaps from nothing to months, equal and backwards times included.</summary>
    public HstuToken[] History(int length, ulong user)
    {
        var random = new SeededRandom(1_000 + user);
        var time = 1_700_000_000L;
        return Enumerable.Range(0, length).Select(_ =>
        {
            time += (random.NextBits() % 4) switch
            {
                0 => 0,
                1 => -(long)(random.NextBits() % 5_000),
                _ => (long)Math.Pow(10, 7 * random.NextUniform()),
            };
            return new HstuToken(random.NextUniform() < 0.2 ? default(ReadOnlyMemory<float>) : Content(random), (int)(random.NextBits() % 3), time);
        }).ToArray();
    }

    public static HstuGpuOptions Options(GpuKeyValueFormat format = GpuKeyValueFormat.Bf16, int maxBatch = 256, GpuPrefill prefill = GpuPrefill.Exact) =>
        new() { KeyValueBytes = 3L << 29, MaxBatch = maxBatch, MaxSequences = 4_096, KeyValueFormat = format, Prefill = prefill };

    private static GpuCase Tensor(string name, int layers, int heads, int window) =>
        new(name, layers, heads * 256, heads, 256, window, Entry: 5 / Math.Sqrt(heads * 256), Output: 2);

    private double Factor(string tensor) =>
        tensor is HstuTensors.ContentWeight or HstuTensors.ContentBias or HstuTensors.Actions ? Entry : tensor.EndsWith("output.weight", StringComparison.Ordinal) ? Output : 1;

    private float[] Content(SeededRandom random)
    {
        var content = new float[ContentWidth];
        for (var i = 0; i < content.Length; i++) content[i] = (float)random.NextNormal();
        var norm = MathF.Sqrt(content.Sum(value => value * value));
        return Array.ConvertAll(content, value => value / norm);
    }
}
