using Streaming.Models.Hstu;
using Streaming.Models.Hstu.Gpu;
using Streaming.Models.Weights;

namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>What the tensor-core prefill promises: what the exact one computes, to the rounding of bfloat16. As functions that measure it.</summary>
public static class PrefillLaws
{
    /// <summary>Appends of one sequence by turns with steps; counts that are no multiple of a chunk, a tile or a page, also too few for tensor cores, past the ring several times.</summary>
    public static PrefillError Ragged(GpuCase c, string fault = "")
    {
        var model = c.Model();
        using var exact = new HstuGpuEngine(Faulty(model, fault), GpuCase.Options());
        using var actual = OnTensorCores(model);
        using var expected = exact.CreateSequence();
        using var sequence = actual.CreateSequence();
        var counts = new[] { 128, 8, 129, 1, 64, 200, 63, 7, 127, c.Window + 5, 0, 256, 65 };
        var tokens = c.History(counts.Sum() + counts.Length, user: 1);
        var (worst, next) = (PrefillError.None, 0);
        foreach (var count in counts)
        {
            exact.Append(expected, Faulty(tokens[next..(next + count)], fault, c.ContentWidth));
            actual.Append(sequence, tokens.AsSpan(next, count));
            worst = worst.Worst(PrefillError.OfKeysAndValues((exact, expected), (actual, sequence)));
            next += count;
            worst = worst.Worst(PrefillError.OfEmbeddings(GpuLaws.Step(exact, expected, tokens[next]), GpuLaws.Step(actual, sequence, tokens[next])));
            next++;
        }
        return worst;
    }

    /// <summary>Several sequences at once, each of another length: none, less than a chunk, more than one, past the window.</summary>
    public static PrefillError Together(GpuCase c, int sequences)
    {
        var model = c.Model();
        using var exact = new HstuGpuEngine(model, GpuCase.Options());
        using var actual = OnTensorCores(model);
        var expected = Enumerable.Range(0, sequences).Select(_ => exact.CreateSequence()).ToArray();
        var together = Enumerable.Range(0, sequences).Select(_ => actual.CreateSequence()).ToArray();
        var worst = PrefillError.None;
        for (var round = 0; round < 3; round++)
        {
            var histories = Enumerable.Range(0, sequences).Select(s => c.History((s * 97) + (round * 61) + (s == 1 ? c.Window : 0) - (s == 2 ? 190 : 0), (ulong)(s + (100 * round)))).ToArray();
            for (var s = 0; s < sequences; s++) exact.Append(expected[s], histories[s]);
            actual.Append(histories.Select((tokens, s) => new HstuHistory(together[s], tokens)).ToArray());
            var next = c.History(1, (ulong)(1_000 + round))[0];
            for (var s = 0; s < sequences; s++)
            {
                if (expected[s].TokenCount > 0) worst = worst.Worst(PrefillError.OfKeysAndValues((exact, expected[s]), (actual, together[s])));
                worst = worst.Worst(PrefillError.OfEmbeddings(GpuLaws.Step(exact, expected[s], next), GpuLaws.Step(actual, together[s], next)));
            }
        }
        return worst;
    }

    /// <summary>A sequence whose pages went to another one and that is rebuilt from its last tokens, beside one that was stepped all the way.</summary>
    public static PrefillError AfterEviction(GpuCase c)
    {
        var model = c.Model();
        using var exact = new HstuGpuEngine(model, GpuCase.Options());
        using var actual = new HstuGpuEngine(model, GpuCase.Options(prefill: GpuPrefill.TensorCores) with { KeyValueBytes = HstuGpuEngine.SequenceBytes(model, GpuKeyValueFormat.Bf16, GpuPrefill.TensorCores) });
        var before = c.History(exact.RebuildTokens + c.Window + 3, user: 4);
        using var continuing = exact.CreateSequence();
        exact.Append(continuing, before);
        var evicted = actual.CreateSequence();
        actual.Append(evicted, before);
        evicted.Dispose();
        using (var other = actual.CreateSequence()) actual.Append(other, c.History((2 * c.Window) + 77, user: 6));
        using var rebuilt = actual.CreateSequence();
        actual.Append(rebuilt, before.AsSpan()[^actual.RebuildTokens..]);
        return c.History(20, user: 5).Aggregate(PrefillError.None, (worst, token) =>
            worst.Worst(PrefillError.OfEmbeddings(GpuLaws.Step(exact, continuing, token), GpuLaws.Step(actual, rebuilt, token))));
    }

    /// <summary>The same appends give the same bits each time, whatever was in the engine before.</summary>
    public static bool SameBitsAgain(GpuCase c)
    {
        using var engine = OnTensorCores(c.Model());
        var tokens = c.History((2 * c.Window) + 300, user: 2);
        byte[][] Pages()
        {
            using var sequence = engine.CreateSequence();
            engine.Append(sequence, tokens);
            return engine.ReadPages(sequence);
        }
        var first = Pages();
        using (var other = engine.CreateSequence()) engine.Append(other, c.History(333, user: 3));
        return first.Zip(Pages(), (a, b) => a.AsSpan().SequenceEqual(b)).All(same => same);
    }

    private static HstuGpuEngine OnTensorCores(HstuModel model)
    {
        var engine = new HstuGpuEngine(model, GpuCase.Options(prefill: GpuPrefill.TensorCores));
        return engine.PrefillObstacle is { } obstacle ? throw new InvalidOperationException(obstacle) : engine;
    }

    // What the exact engine is given instead of the truth, so that the comparison must fail: a window of one token less, time buckets one off, or another
    // content of one token.
    private static HstuModel Faulty(HstuModel model, string fault)
    {
        if (fault is not ("window" or "time")) return model;
        var config = model.Config with { Window = model.Config.Window - (fault == "window" ? 1 : 0) };
        return new HstuModel(config, "faulty", trained: false, HstuTensors.Shapes(config).Select(entry =>
        {
            var values = model.Tensor(entry.Key).Values[..entry.Value.Aggregate(1, (cells, length) => cells * length)].ToArray();
            return new WeightTensor(entry.Key, entry.Value, fault == "time" && entry.Key.EndsWith("time_bias", StringComparison.Ordinal) ? [.. values[1..], values[0]] : values);
        }));
    }

    private static HstuToken[] Faulty(HstuToken[] tokens, string fault, int contentWidth) =>
        fault == "token" ? tokens.Select((token, i) => i == 3 ? token with { Content = Enumerable.Repeat(0.1f, contentWidth).ToArray() } : token).ToArray()
        : tokens;
}
