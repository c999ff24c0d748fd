using Streaming.Core.Topologies;
using Streaming.Core.Validation;
using Streaming.Models.Hstu;
using Streaming.Models.Hstu.Gpu;
using Streaming.Server.Topologies;

namespace Streaming.Server.Composition;

/// <summary>Chooses and makes the engine that a topology asks for.</summary>
internal static class SequenceEngines
{
    // The CPU engine's own bound.
    private const int MaxCpuBatch = 1_024;

    private const string TensorCores = "tensor_cores";

    /// <summary>Makes an engine for a model.</summary>
    /// <exception cref="TopologyException">There is no such engine here, or it does not take the model or the options; the message names field, value and rule.</exception>
    public static SequenceEngine Create(HstuModel model, UsersOptions options)
    {
        var obstacle = GpuObstacle(model, options);
        if (options.Engine == "gpu" && obstacle is { } why)
            throw Refused(why);
        try
        {
            return options.Engine != "cpu" && obstacle is null ? OnGpu(model, options) : OnCpu(model, options);
        }
        catch (ArgumentException e)
        {
            throw new TopologyException($"users.cache_bytes = '{options.CacheBytes}', users.batch.max = '{options.Batch.Max}': {e.Message}", e);
        }
    }

    // What a GPU would be asked in vain, cheapest first; null when nothing is in the way.
    private static Violation? GpuObstacle(HstuModel model, UsersOptions options)
    {
        if (options.KvPrecision == "fp32")
            return new("users.kv_precision", options.KvPrecision, "must be bf16 or fp8 on engine gpu");
        try
        {
            _ = new GpuShape(model.Config, FormatOf(options));
        }
        catch (ArgumentException e)
        {
            return new("users.model", model.ModelVersion, $"must be one that engine gpu can run: {e.Message}");
        }
        var gpu = GpuAvailability.Check();
        return gpu.IsAvailable ? null : new("users.engine", options.Engine, $"must be auto or cpu on this machine. {gpu.Message}");
    }

    private static SequenceEngine OnGpu(HstuModel model, UsersOptions options)
    {
        var engine = new HstuGpuEngine(model, new HstuGpuOptions
        {
            KeyValueBytes = options.CacheBytes,
            KeyValueFormat = FormatOf(options),
            MaxBatch = options.Batch.Max,
            // A user with a token holds a page, so bytes bound the users; those of one batch may not have one yet.
            MaxSequences = (int)Math.Min(int.MaxValue / 2, (options.CacheBytes / new GpuShape(model.Config, FormatOf(options)).PageBytes) + options.Batch.Max),
            Prefill = options.Prefill == TensorCores ? GpuPrefill.TensorCores : GpuPrefill.Exact,
        });
        return new(engine, "gpu", options.KvPrecision, engine.PrefillObstacle);
    }

    private static SequenceEngine OnCpu(HstuModel model, UsersOptions options)
    {
        if (options.KvPrecision == "fp8")
            throw Refused(new("users.kv_precision", options.KvPrecision, "must be bf16 or fp32 on engine cpu, which is the one that is here"));
        var wanted = new HstuEngineOptions
        {
            CapacityBytes = options.CacheBytes,
            KvPrecision = options.KvPrecision == "fp32" ? HstuKvPrecision.Fp32 : HstuKvPrecision.Bf16,
            MaxBatch = Math.Min(options.Batch.Max, MaxCpuBatch),
        };
        return new(new CpuHstuEngine(model, wanted), "cpu", options.KvPrecision, options.Prefill == TensorCores ? "Engine cpu, which is the one that is here, has no tensor cores: it rebuilds exactly." : null);
    }

    private static GpuKeyValueFormat FormatOf(UsersOptions options) => options.KvPrecision == "fp8" ? GpuKeyValueFormat.Fp8 : GpuKeyValueFormat.Bf16;

    private static TopologyException Refused(Violation violation) => new(violation.ToString());
}
