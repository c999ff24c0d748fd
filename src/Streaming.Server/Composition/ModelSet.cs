using Streaming.Core.Registry;
using Streaming.Core.Topologies;
using Streaming.Core.Validation;
using Streaming.Models.Detectors;
using Streaming.Models.Encoders;
using Streaming.Models.Hstu;
using Streaming.Models.SemanticIds;
using Streaming.Server.Topologies;

namespace Streaming.Server.Composition;

/// <summary>The models that a topology names, loaded and checked against each other. Immutable but for the encoder's session.</summary>
public sealed class ModelSet : IDisposable
{
    private ModelSet(HstuModel sequence, CreativeEncoder encoder, Codebook codebook, PictureTagger? tagger) =>
        (Sequence, Encoder, Codebook, Tagger) = (sequence, encoder, codebook, tagger);

    /// <summary>Turns a user's tokens into an embedding; the registry may have another take its place.</summary>
    public HstuModel Sequence { get; }

    /// <summary>Turns a creative's words into an embedding.</summary>
    public CreativeEncoder Encoder { get; }

    /// <summary>Turns an embedding into a semantic ID.</summary>
    public Codebook Codebook { get; }

    /// <summary>Sees persons, text and things in pictures; null when the topology names none.</summary>
    public PictureTagger? Tagger { get; }

    /// <summary>What the features of encoder and codebook carry.</summary>
    public CreativeModelVersions CreativeVersions => new(Encoder.Version, Codebook.Version);

    /// <summary>Loads all that are named.</summary>
    /// <exception cref="TopologyException">They do not fit each other or the topology; every mismatch is named.</exception>
    public static ModelSet Load(TopologyFile file)
    {
        var topology = file.Topology;
        var encoder = CreativeEncoder.Load(file.Resolve(topology.Creatives.Encoder));
        var tagger = topology.Creatives.Tagger.Length > 0 ? PictureTagger.Load(file.Resolve(topology.Creatives.Tagger)) : null;
        var models = new ModelSet(HstuModel.Load(file.Resolve(topology.Users.Model)), encoder, Codebook.Load(file.Resolve(topology.Creatives.Codebook)), tagger);
        var violations = models.Check(topology).ToList();
        if (violations.Count == 0)
            return models;
        models.Dispose();
        throw new TopologyException($"topology '{topology.Name}': {string.Join("; ", violations)}");
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Encoder.Dispose();
        Tagger?.Dispose();
    }

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
