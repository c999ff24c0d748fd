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

    /// <summary>Features by creative_id.</summary>
    /// <param name="options">How to reach the cluster.</param>
    /// <param name="topology">Names the topic.</param>
    /// <param name="onRecord">Called with every record read, on the view's thread.</param>
    public static FeatureView<CreativeFeatures> OfCreatives(ClientOptions options, Topology topology, Action<FeatureRecord<CreativeFeatures>>? onRecord = null) =>
        new(options, topology.Topics.CreativeFeatures.Name, CreativeFeatures.Parser, f => f.Version, onRecord);
}
