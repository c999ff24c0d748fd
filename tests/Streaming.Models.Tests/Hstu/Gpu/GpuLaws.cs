using Streaming.Models.Hstu;
using Streaming.Models.Hstu.Gpu;

namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>What the GPU engine promises, as functions that measure it. Each makes its own engine; the kernel comes from the cache after the first.</summary>
public static class GpuLaws
{
    /// <summary>The largest difference of an embedding's value from the double-precision recomputation of everything, over a history of more than a window.</summary>
    public static double ErrorAgainstRecompute(GpuCase c, GpuKeyValueFormat format)
    {
        var model = c.Model();
        var tokens = c.History(Math.Min((2 * c.Window) + 5, 400), user: 1);
        var expected = FullRecompute.Embeddings(model, tokens);
        using var engine = new HstuGpuEngine(model, GpuCase.Options(format));
        var actual = Steps(engine, tokens);
        return expected.Zip(actual, (e, a) => e.Zip(a, (x, y) => float.IsNaN(y) ? double.PositiveInfinity : Math.Abs(x - y)).Max()).Max();
    }

    /// <summary>The same against the CPU engine, for histories too long to recompute, or with the CPU's keys and values rounded alike.</summary>
    public static double ErrorAgainstCpu(GpuCase c, GpuKeyValueFormat format, int tokens, HstuKvPrecision precision = HstuKvPrecision.Fp32)
    {
        var model = c.Model();
        var history = c.History(tokens, user: 1);
        using var cpu = new CpuHstuEngine(model, new HstuEngineOptions { CapacityBytes = 1L << 30, KvPrecision = precision });
        var expected = Steps(cpu, history);
        using var engine = new HstuGpuEngine(model, GpuCase.Options(format));
        var actual = Steps(engine, history);
        return expected.Zip(actual, (e, a) => e.Zip(a, (x, y) => float.IsNaN(y) ? double.PositiveInfinity : Math.Abs(x - y)).Max()).Max();
    }

    /// <summary>Users whose bits change when they are computed in a batch of so many instead of alone. 0 = the law holds.</summary>
    public static int ChangedByBatch(GpuCase c, GpuKeyValueFormat format, int users)
    {
        var model = c.Model();
        using var engine = new HstuGpuEngine(model, GpuCase.Options(format, users));
        var rounds = 5;
        // Histories of different lengths, some empty, one beyond the window.
        var before = Enumerable.Range(0, users).Select(u => c.History(u % 7 == 0 ? 0 : u < 64 ? u * 37 % (c.Window + 9) : u % 100, (ulong)u)).ToArray();
        var after = Enumerable.Range(0, users).Select(u => c.History(rounds, (ulong)(100_000 + u))).ToArray();

        var together = Enumerable.Range(0, users).Select(_ => engine.CreateSequence()).ToArray();
        for (var u = 0; u < users; u++) engine.Append(together[u], before[u]);
        var embeddings = new float[rounds][];
        for (var round = 0; round < rounds; round++)
        {
            embeddings[round] = new float[users * c.OutputWidth];
            engine.Step(Enumerable.Range(0, users).Select(u => new HstuStep(together[u], after[u][round])).ToArray(), embeddings[round]);
        }
        foreach (var sequence in together) sequence.Dispose();

        var changed = 0;
        foreach (var u in Enumerable.Range(0, users).Where(u => u % Math.Max(1, users / 50) == 0))
        {
            using var alone = engine.CreateSequence();
            engine.Append(alone, before[u]);
            var same = true;
            for (var round = 0; round < rounds; round++)
                same &= SameBits(Step(engine, alone, after[u][round]), embeddings[round].AsSpan(u * c.OutputWidth, c.OutputWidth));
            if (!same) changed++;
        }
        return changed;
    }

    /// <summary>Appending, stepping one by one and stepping several tokens of one user in a batch leave the same bits.</summary>
    public static bool AppendEqualsStep(GpuCase c)
    {
        using var engine = new HstuGpuEngine(c.Model(), GpuCase.Options());
        var tokens = c.History(Math.Min((2 * c.Window) + 3, 300), user: 2);
        using var appended = engine.CreateSequence();
        engine.Append(appended, tokens);
        using var stepped = engine.CreateSequence();
        var one = tokens.Select(token => Step(engine, stepped, token)).ToArray();
        using var batched = engine.CreateSequence();
        var many = new List<float>();
        foreach (var chunk in tokens.Chunk(150))
        {
            var rows = new float[chunk.Length * c.OutputWidth];
            engine.Step(chunk.Select(token => new HstuStep(batched, token)).ToArray(), rows);
            many.AddRange(rows);
        }
        var next = c.History(1, user: 3)[0];
        var last = Step(engine, stepped, next);
        return SameBits(one.SelectMany(row => row).ToArray(), many.ToArray()) && SameBits(last, Step(engine, appended, next)) && SameBits(last, Step(engine, batched, next));
    }

    /// <summary>A sequence rebuilt from its last tokens, whose ring starts elsewhere, goes on with the same bits.</summary>
    public static bool RebuildContinues(GpuCase c)
    {
        using var engine = new HstuGpuEngine(c.Model(), GpuCase.Options());
        var before = c.History(engine.RebuildTokens + c.Window + 3, user: 4);
        var after = c.History(20, user: 5);
        using var continuing = engine.CreateSequence();
        engine.Append(continuing, before);
        using var rebuilt = engine.CreateSequence();
        engine.Append(rebuilt, before.AsSpan()[^engine.RebuildTokens..]);
        return after.All(token => SameBits(Step(engine, continuing, token), Step(engine, rebuilt, token)));
    }

    public static float[][] Steps(IHstuEngine engine, HstuToken[] tokens)
    {
        using var sequence = engine.CreateSequence();
        return tokens.Select(token => Step(engine, sequence, token)).ToArray();
    }

    public static float[] Step(IHstuEngine engine, IHstuSequence sequence, HstuToken token)
    {
        var embedding = new float[engine.Model.Config.OutputWidth];
        engine.Step([new HstuStep(sequence, token)], embedding);
        return embedding;
    }

    private static bool SameBits(ReadOnlySpan<float> a, ReadOnlySpan<float> b) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(a).SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(b));
}
