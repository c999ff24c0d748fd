using Streaming.Core.Contracts;
using Streaming.Core.Topologies;

namespace Streaming.Client;

/// <summary>Makes the views of a topology's feature topics. Call <see cref="FeatureView{T}.Start"/> on the result.</summary>
public static class FeatureViews
{
    /// <summary>Features by user_id.</summary>
    /// <param name="options">How to reach the cluster.</param>
    /// <param name="topology">Names the topic.</param>
    /// <param name="onRecord">Called with every record read, on the view's thread.</param>
    public static FeatureView<UserFeatures> OfUsers(ClientOptions options, Topology topology, Action<FeatureRecord<UserFeatures>>? onRecord = null) =>
        new(options, topology.Topics.UserFeatures.Name, UserFeatures.Parser, f => f.Version, onRecord);

    /// <summary>Features by creative_id, of the creative model that is in effect, or of a version that is asked for. Follows promotions.</summary>
    /// <param name="options">How to reach the cluster.</param>
    /// <param name="topology">Names the topics.</param>
    public static LiveCreativeView OfLiveCreatives(ClientOptions options, Topology topology) => new(options, topology);

    /// <summary>Features by creative_id, of one staged or promoted creative model only.</summary>
    /// <param name="options">How to reach the cluster.</param>
    /// <param name="topology">Names the topic.</param>
    /// <param name="version">The creative model, as it was staged.</param>
    /// <param name="onRecord">Called with every record read, on the view's thread.</param>
    public static FeatureView<CreativeFeatures> OfCreatives(ClientOptions options, Topology topology, string version, Action<FeatureRecord<CreativeFeatures>>? onRecord = null) =>
        new(options, topology.CreativeFeaturesOf(version), CreativeFeatures.Parser, f => f.Version, onRecord);

    /// <summary>Features by creative_id, of the topology's own creative model only, whatever was promoted since.</summary>
    /// <param name="options">How to reach the cluster.</param>
    /// <param name="topology">Names the topic.</param>
    /// <param name="onRecord">Called with every record read, on the view's thread.</param>
    public static FeatureView<CreativeFeatures> OfCreatives(ClientOptions options, Topology topology, Action<FeatureRecord<CreativeFeatures>>? onRecord = null) =>
        new(options, topology.Topics.CreativeFeatures.Name, CreativeFeatures.Parser, f => f.Version, onRecord);
}
