using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Memory;
using Streaming.Memory.Rules;
using Streaming.Models.Encoders;
using Streaming.Models.SemanticIds;
using Streaming.Runtime.Creatives;
using Streaming.Runtime.Memory;
using Streaming.Runtime.Tasks;
using Streaming.Runtime.Users;
using Streaming.Server.Composition.Adapters;
using Streaming.Server.LanguageModel;
using Streaming.Server.Media;

namespace Streaming.Server.Composition;

/// <summary>Puts models and memory behind the runtime's ports.</summary>
internal sealed class RoleFactories(Platform platform)
{
    /// <summary>The topology's namespaces, as far as their snapshots go.</summary>
    public IReadOnlyList<NamespaceSnapshots> Namespaces() => Namespaces("memory", platform.Topology.Memory);

    /// <summary>The creative namespaces alone, for another creative model.</summary>
    public IReadOnlyList<NamespaceSnapshots> Namespaces(ModelPromotion promotion) =>
        Namespaces(Topology.RoleOf("memory", promotion.ModelVersion), platform.Topology.Memory.Where(n => n.Creatives));

    public IProcessorFactory Users(SequenceBatcher batcher) => new UserProcessorFactory(
        UserSettings.From(platform.Topology),
        new UserServices(batcher, platform.Models.Encoder.Version, platform.Metrics, platform.Clock));

    public IProcessorFactory Creatives() => new CreativeProcessorFactory(
        CreativeSettings.From(platform.Topology, platform.Partitions[platform.Topology.Topics.Creatives.Name]),
        Services(platform.Models.Encoder, platform.Models.Codebook));

    public IProcessorFactory Creatives(ModelPromotion promotion, CreativeModel model) => new CreativeProcessorFactory(
        CreativeSettings.ForVersion(platform.Topology, platform.Partitions[platform.Topology.Topics.Creatives.Name], promotion.ModelVersion, promotion.FeatureTopic),
        Services(model.Encoder, model.Codebook));

    public IProcessorFactory Memory() => new MemoryProcessorFactory(
        MemorySettings.From(platform.Topology),
        Writers(platform.FirstSnapshots, Changes),
        platform.Clock);

    public IProcessorFactory Memory(ModelPromotion promotion, IReadOnlyList<NamespaceSnapshots> namespaces) => new MemoryProcessorFactory(
        MemorySettings.From(platform.Topology) with { CreativeFeatureTopic = promotion.FeatureTopic, CreativeModel = promotion.ModelVersion },
        Writers(namespaces, () => null),
        platform.Clock);

    private MemoryChanges Changes() => new(platform.Sink, platform.Topology.Topics.MemoryChanges.Name, platform.Metrics.Memory);

    // Side by side: a start waits for the slowest.
    private IReadOnlyList<NamespaceSnapshots> Namespaces(string role, IEnumerable<MemoryNamespaceOptions> namespaces) =>
        [.. namespaces.AsParallel().AsOrdered().Select(n => platform.Snapshots(role, Options(n), n.Snapshots))];

    private IReadOnlyList<MemoryNamespaceWriter> Writers(IReadOnlyList<NamespaceSnapshots> namespaces, Func<MemoryChanges?> changes) =>
        [.. namespaces.Select(n => new MemoryNamespaceWriter(n, platform.Clock, platform.Metrics.Memory, changes()))];

    private CreativeServices Services(CreativeEncoder encoder, Codebook codebook) => new(
        MediaReader(), new OnnxCreativeEncoder(encoder), new CodebookAssigner(codebook, platform.SemanticIds), new CreativeTagger(platform.Models.Tagger), platform.Clock)
    {
        Metrics = platform.Metrics,
    };

    // One for each stream thread, which bounds what it asks for ahead.
    private CreativeMediaReader MediaReader()
    {
        var (options, metrics) = (platform.Topology.Creatives.Media, platform.Metrics.Media);
        return platform.Own(new CreativeMediaReader(options, new MediaFetcher(options, metrics, platform.Clock), VideoSampler.Find(options.Video, options.MaxPixels, metrics, platform.Clock), LanguageModelTagger.Find(platform.Topology.Creatives.LanguageModel, metrics, platform.Clock), metrics, platform.Clock));
    }

    private static NamespaceOptions Options(MemoryNamespaceOptions options) => new()
    {
        Name = options.Name,
        Dimension = options.Dimension,
        Metric = options.Metric switch { "cosine" => Metric.Cosine, "l2" => Metric.L2, _ => Metric.Dot },
        TimeToLive = options.TimeToLive == TimeSpan.Zero ? null : options.TimeToLive,
        MaxEntries = options.MaxEntries,
        Eviction = options.Eviction == "least_recently_used" ? EvictionOrder.LeastRecentlyUsed : EvictionOrder.Oldest,
        Format = options.Format == "single" ? VectorFormat.SinglePrecision : VectorFormat.HalfPrecision,
        Retention = new() { Versions = options.Retention.Versions, Time = options.Retention.Time },
        SearchLists = options.Search.Lists,
        SearchCandidates = options.Search.Candidates,
    };
}
