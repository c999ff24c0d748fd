using Streaming.Models.Hstu;
using Streaming.Models.Hstu.Gpu;
using Streaming.Models.Numerics;
using Streaming.Models.Weights;

namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>A random model and histories for the GPU engine. Without a test framework, so that a program on a machine with a GPU can run the same checks.</summary>
public sealed record GpuCase(string Name, int Layers, int Width, int Heads, int HeadWidth, int Window, int ContentWidth = 32, int OutputWidth = 32, bool TimeBias = true,
    HstuTimeAnchor TimeAnchor = HstuTimeAnchor.Self)
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

    public static GpuCase Named(string name) => All.Append(Goal).Single(c => c.Name == name);

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
            var scale = name.EndsWith("_bias", StringComparison.Ordinal) ? 0.5 : shape.Length == 1 ? 0.1 : 1 / Math.Sqrt(name.EndsWith("uvqk", StringComparison.Ordinal) ? shape[0] : shape[^1]);
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

    public static HstuGpuOptions Options(GpuKeyValueFormat format = GpuKeyValueFormat.Bf16, int maxBatch = 256) =>
        new() { KeyValueBytes = 3L << 29, MaxBatch = maxBatch, MaxSequences = 4_096, KeyValueFormat = format };

    private float[] Content(SeededRandom random)
    {
        var content = new float[ContentWidth];
        for (var i = 0; i < content.Length; i++) content[i] = (float)random.NextNormal();
        var norm = MathF.Sqrt(content.Sum(value => value * value));
        return Array.ConvertAll(content, value => value / norm);
    }
}
