using Streaming.Core.Contracts;
using Streaming.Models.Encoders;
using Streaming.Models.Hstu;
using Streaming.Server.Topologies;

namespace Streaming.Server.Composition;

/// <summary>Describes a model on disk for the registry, after the checks that an instance would make.</summary>
internal static class PromotableModel
{
    /// <summary>Loads and checks a model.</summary>
    /// <exception cref="Streaming.Models.Weights.ModelFormatException">It is missing or damaged.</exception>
    /// <exception cref="TopologyException">It does not fit the topology; every mismatch is named.</exception>
    public static ModelPromotion Of(TopologyFile file, string location)
    {
        var model = HstuModel.Load(file.Resolve(location));
        using var encoder = CreativeEncoder.Load(file.Resolve(file.Topology.Creatives.Encoder));
        var violations = SequenceModels.Check(model.Config, file.Topology, encoder.Dimension).ToList();
        if (violations.Count > 0)
            throw new TopologyException($"model '{location}': {string.Join("; ", violations)}");
        return new() { Role = "users", ModelVersion = model.ModelVersion, Location = location, WeightsSha256 = model.WeightsSha256 };
    }
}
