using Streaming.Core.Topologies;
using Streaming.Core.Validation;
using Streaming.Models.Hstu;
using Streaming.Server.Topologies;

namespace Streaming.Server.Composition;

/// <summary>Chooses and makes the engine that a topology asks for.</summary>
internal static class SequenceEngines
{
    // The CPU engine's own bound.
    private const int MaxCpuBatch = 1_024;

    /// <summary>Makes an engine for a model.</summary>
    /// <exception cref="TopologyException">There is no such engine here, or it does not take the options; the message names field, value and rule.</exception>
    public static SequenceEngine Create(HstuModel model, UsersOptions options)
    {
        if (options.Engine == "gpu")
            throw Refused(new("users.engine", options.Engine, "must be auto or cpu: this build has no GPU engine"));
        if (options.KvPrecision == "fp8")
            throw Refused(new("users.kv_precision", options.KvPrecision, "must be bf16 or fp32 on engine cpu, which is the one that is here"));
        var wanted = new HstuEngineOptions
        {
            CapacityBytes = options.CacheBytes,
            KvPrecision = options.KvPrecision == "fp32" ? HstuKvPrecision.Fp32 : HstuKvPrecision.Bf16,
            MaxBatch = Math.Min(options.Batch.Max, MaxCpuBatch),
        };
        try
        {
            return new(new CpuHstuEngine(model, wanted), "cpu", options.KvPrecision);
        }
        catch (ArgumentException e)
        {
            throw new TopologyException($"users.cache_bytes = '{options.CacheBytes}', users.batch.max = '{options.Batch.Max}': {e.Message}", e);
        }
    }

    private static TopologyException Refused(Violation violation) => new(violation.ToString());
}
