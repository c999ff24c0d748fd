using Streaming.Core.Contracts;
using Streaming.Memory;

namespace Streaming.Server.Composition;

/// <summary>What this instance runs for one creative model beside the topology's.</summary>
/// <param name="Promotion">The registry's newest record of it.</param>
/// <param name="Model">Loaded.</param>
/// <param name="Runners">Its creatives and memory tasks, as far as this instance has these roles.</param>
/// <param name="Snapshots">The creative namespaces under this model, with their snapshots.</param>
/// <param name="FeaturePartitions">Partitions of the topic with its features.</param>
/// <param name="Stop">Ends the runners.</param>
internal sealed record CreativeVersion(
    ModelPromotion Promotion, CreativeModel Model, IReadOnlyList<RoleRunner> Runners, IReadOnlyList<NamespaceSnapshots> Snapshots,
    int FeaturePartitions, CancellationTokenSource Stop)
{
    /// <summary>The creative namespaces under this model, by name.</summary>
    public IReadOnlyDictionary<string, VectorNamespace> Namespaces { get; } = Snapshots.ToDictionary(n => n.Space.Options.Name, n => n.Space, StringComparer.Ordinal);

    /// <summary>Ends when its tasks have committed and left.</summary>
    public async Task EndAsync()
    {
        await Stop.CancelAsync();
        foreach (var runner in Runners)
            await runner.Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Model.Dispose();
        Stop.Dispose();
    }
}
