using Streaming.Core.Registry;
using Streaming.Core.Topologies;
using Streaming.Core.Validation;
using Streaming.Models.Encoders;
using Streaming.Models.Hstu;
using Streaming.Models.SemanticIds;
using Streaming.Server.Topologies;

namespace Streaming.Server.Composition;

/// <summary>The models that a topology names, loaded and checked against each other. Immutable but for the encoder's session.</summary>
public sealed class ModelSet : IDisposable
{
    private ModelSet(HstuModel sequence, TextEncoder encoder, Codebook codebook) => (Sequence, Encoder, Codebook) = (sequence, encoder, codebook);

    /// <summary>Turns a user's tokens into an embedding; the registry may have another take its place.</summary>
    public HstuModel Sequence { get; }

    /// <summary>Turns a creative's words into an embedding.</summary>
    public TextEncoder Encoder { get; }

    /// <summary>Turns an embedding into a semantic ID.</summary>
    public Codebook Codebook { get; }

    /// <summary>What the features of encoder and codebook carry.</summary>
    public CreativeModelVersions CreativeVersions => new(Encoder.Version, Codebook.Version);

    /// <summary>Loads all three.</summary>
    /// <exception cref="TopologyException">They do not fit each other or the topology; every mismatch is named.</exception>
    public static ModelSet Load(TopologyFile file)
    {
        var topology = file.Topology;
        var encoder = TextEncoder.Load(file.Resolve(topology.Creatives.Encoder));
        var models = new ModelSet(HstuModel.Load(file.Resolve(topology.Users.Model)), encoder, Codebook.Load(file.Resolve(topology.Creatives.Codebook)));
        var violations = models.Check(topology).ToList();
        if (violations.Count == 0)
            return models;
        models.Dispose();
        throw new TopologyException($"topology '{topology.Name}': {string.Join("; ", violations)}");
    }

    /// <inheritdoc />
    public void Dispose() => Encoder.Dispose();

    private IEnumerable<Violation> Check(Topology topology)
    {
        var dimension = Encoder.Dimension;
        if (Codebook.Dimension != dimension)
            yield return new("creatives.codebook", Codebook.Dimension, $"must have the encoder's dimension {dimension}");
        foreach (var violation in SequenceModels.Check(Sequence.Config, topology, dimension))
            yield return violation;
        foreach (var space in topology.Memory.Where(n => n.Creatives && n.Dimension != dimension))
            yield return new($"memory.{space.Name}.dimension", space.Dimension, $"must be the encoder's dimension {dimension}");
    }
}
