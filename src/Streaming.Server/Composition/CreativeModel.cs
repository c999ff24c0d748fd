using System.Security.Cryptography;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Models.Encoders;
using Streaming.Models.SemanticIds;
using Streaming.Server.Topologies;

namespace Streaming.Server.Composition;

/// <summary>An encoder and a codebook that belong together, loaded. Immutable but for the encoder's session.</summary>
public sealed class CreativeModel : IDisposable
{
    private CreativeModel(CreativeEncoder encoder, Codebook codebook) => (Encoder, Codebook) = (encoder, codebook);

    /// <summary>Creative → embedding.</summary>
    public CreativeEncoder Encoder { get; }

    /// <summary>Embedding → semantic ID.</summary>
    public Codebook Codebook { get; }

    /// <summary>What its features carry.</summary>
    public CreativeModelVersions Versions => new(Encoder.Version, Codebook.Version);

    /// <summary>Loads a model that the registry names.</summary>
    /// <exception cref="TopologyException">It is not what was registered, or does not fit itself or the topology; every mismatch is named.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static CreativeModel Load(TopologyFile file, ModelPromotion promotion)
    {
        var model = new CreativeModel(CreativeEncoder.Load(file.Resolve(promotion.Location)), Codebook.Load(file.Resolve(promotion.CodebookLocation)));
        var violations = model.Check(file, promotion).ToList();
        if (violations.Count == 0)
            return model;
        model.Dispose();
        throw new TopologyException($"creative model '{promotion.ModelVersion}': {string.Join("; ", violations)}");
    }

    /// <summary>Describes a model on disk for the registry, after the checks that an instance would make.</summary>
    /// <param name="file">The pipeline it is for.</param>
    /// <param name="encoder">Folder of the encoder, as in a topology.</param>
    /// <param name="codebook">Folder of the codebook.</param>
    /// <param name="version">Its version; null = encoder's and codebook's versions joined by a dot.</param>
    /// <exception cref="TopologyException">As <see cref="Load"/>.</exception>
    public static ModelPromotion Describe(TopologyFile file, string encoder, string codebook, string? version)
    {
        var promotion = new ModelPromotion { Role = ModelRegistry.CreativesRole, Location = encoder, CodebookLocation = codebook };
        using var model = new CreativeModel(CreativeEncoder.Load(file.Resolve(encoder)), Codebook.Load(file.Resolve(codebook)));
        promotion.ModelVersion = version ?? $"{model.Encoder.Version}.{model.Codebook.Version}";
        (promotion.EncoderVersion, promotion.CodebookVersion) = (model.Encoder.Version, model.Codebook.Version);
        (promotion.WeightsSha256, promotion.CodebookSha256) = (Checksum(file, encoder), Checksum(file, codebook));
        promotion.FeatureTopic = file.Topology.CreativeFeaturesOf(promotion.ModelVersion);
        var violations = model.Check(file, promotion).ToList();
        return violations.Count == 0 ? promotion : throw new TopologyException($"creative model '{promotion.ModelVersion}': {string.Join("; ", violations)}");
    }

    /// <inheritdoc />
    public void Dispose() => Encoder.Dispose();

    // The manifest names the checksums of all the files beside it, which are checked as they are read.
    private static string Checksum(TopologyFile file, string folder) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(file.Resolve(folder), EncoderManifest.FileName))));

    private IEnumerable<string> Check(TopologyFile file, ModelPromotion promotion)
    {
        if (Codebook.Dimension != Encoder.Dimension)
            yield return $"codebook dimension = '{Codebook.Dimension}': must be the encoder's {Encoder.Dimension}";
        if (Codebook.Info.EncoderVersion != Encoder.Version)
            yield return $"codebook encoder_version = '{Codebook.Info.EncoderVersion}': must be the encoder's '{Encoder.Version}'";
        if (Versions != new CreativeModelVersions(promotion.EncoderVersion, promotion.CodebookVersion))
            yield return $"encoder and codebook = '{Versions}': must be the registered '{promotion.EncoderVersion}' and '{promotion.CodebookVersion}'";
        foreach (var (folder, sha256) in new[] { (promotion.Location, promotion.WeightsSha256), (promotion.CodebookLocation, promotion.CodebookSha256) })
        {
            if (Checksum(file, folder) is var found && found != sha256)
                yield return $"sha256 of the manifest in {folder} = '{found}': must be the registered {sha256}";
        }
        foreach (var space in file.Topology.Memory.Where(n => n.Creatives && n.Dimension != Encoder.Dimension))
            yield return $"memory.{space.Name}.dimension = '{space.Dimension}': must be the encoder's {Encoder.Dimension}";
    }
}
