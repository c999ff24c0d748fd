using Streaming.Core.Topologies;
using Streaming.Models.Hstu;
using Streaming.Server.Composition;

namespace Streaming.Server.Tests.Composition;

/// <summary>Which engine runs the model, and what is said when it cannot be the one that was asked for.</summary>
public sealed class EngineChoiceTests
{
    [NoGpuFact]
    public async Task A_GPU_that_is_not_there_is_one_line_that_says_what_is_missing()
    {
        var error = (await StreamingProgram.RunAsync("demo", "--engine", "gpu", "--seconds", "1", "--json")).Exited(2).LastError;
        Assert.StartsWith("streaming: users.engine = 'gpu': must be auto or cpu on this machine. The GPU engine cannot run here: ", error, StringComparison.Ordinal);
    }

    [NoGpuFact]
    public async Task Precision_of_a_GPU_alone_is_refused_where_there_is_none()
    {
        var text = RepositoryFiles.Read("topologies/ads.yaml")
            .Replace(" models/", $" {RepositoryFiles.PathOf("models")}/", StringComparison.Ordinal)
            .Replace("cache_bytes: 1GiB", "cache_bytes: 1GiB\n  kv_precision: fp8", StringComparison.Ordinal);
        using var folder = new TestDirectory();
        await File.WriteAllTextAsync(folder.PathOf("topology.yaml"), text);

        var error = (await StreamingProgram.RunAsync("demo", "--topology", folder.PathOf("topology.yaml"), "--seconds", "1", "--json")).Exited(2).LastError;

        Assert.Contains("users.kv_precision = 'fp8': must be bf16 or fp32 on engine cpu", error, StringComparison.Ordinal);
    }

    [NoGpuFact]
    public void Prefill_of_a_GPU_alone_is_exact_where_there_is_none_and_says_so()
    {
        var model = HstuModel.Load(RepositoryFiles.PathOf("models/hstu-default"));
        var asked = new UsersOptions { Prefill = "tensor_cores" };
        var engine = SequenceEngines.Create(model, asked);
        using var first = engine.Engine;
        Assert.Equal(("cpu", "Engine cpu, which is the one that is here, has no tensor cores: it rebuilds exactly."), (engine.Name, engine.PrefillObstacle));
        var exact = SequenceEngines.Create(model, asked with { Prefill = "exact" });
        using var second = exact.Engine;
        Assert.Null(exact.PrefillObstacle);
    }
}
