using Streaming.Core.Topologies;
using Streaming.Memory;
using Streaming.Memory.Rules;
using Streaming.Runtime.Creatives;
using Streaming.Runtime.Memory;
using Streaming.Runtime.Tasks;
using Streaming.Runtime.Users;
using Streaming.Server.Composition.Adapters;
using Streaming.Server.Media;

namespace Streaming.Server.Composition;

/// <summary>Puts models and memory behind the runtime's ports.</summary>
internal sealed class RoleFactories(Platform platform)
{
    public static IReadOnlyDictionary<string, VectorNamespace> Namespaces(Topology topology, TimeProvider clock) =>
        topology.Memory.Select(n => new VectorNamespace(Options(n), clock)).ToDictionary(n => n.Options.Name, StringComparer.Ordinal);

    public IProcessorFactory Users(SequenceBatcher batcher) => new UserProcessorFactory(
        UserSettings.From(platform.Topology),
        new UserServices(batcher, platform.Creatives, platform.Metrics, platform.Clock));

    public IProcessorFactory Creatives() => new CreativeProcessorFactory(
        CreativeSettings.From(platform.Topology, platform.Partitions[platform.Topology.Topics.Creatives.Name]),
        new CreativeServices(MediaReader(), new OnnxCreativeEncoder(platform.Models.Encoder), new CodebookAssigner(platform.Models.Codebook), new CreativeTagger(), platform.Clock));

    public IProcessorFactory Memory() => new MemoryProcessorFactory(
        MemorySettings.From(platform.Topology),
        [.. platform.Namespaces.Values.Select(n => new MemoryNamespaceWriter(n, platform.Clock))],
        platform.Clock);

    // One for each stream thread, which bounds what it asks for ahead.
    private CreativeMediaReader MediaReader()
    {
        var (options, metrics) = (platform.Topology.Creatives.Media, platform.Metrics.Media);
        return platform.Own(new CreativeMediaReader(options, new MediaFetcher(options, metrics, platform.Clock), VideoSampler.Find(options.Video, options.MaxPixels, metrics, platform.Clock), metrics, platform.Clock));
    }

    private static NamespaceOptions Options(MemoryNamespaceOptions options) => new()
    {
        Name = options.Name,
        Dimension = options.Dimension,
        Metric = options.Metric switch { "cosine" => Metric.Cosine, "l2" => Metric.L2, _ => Metric.Dot },
        TimeToLive = options.TimeToLive == TimeSpan.Zero ? null : options.TimeToLive,
        MaxEntries = options.MaxEntries,
    };
}
