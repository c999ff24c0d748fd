using Streaming.Core.Contracts;
using Streaming.Kafka.Topics;
using Streaming.Server.Composition;
using Streaming.Server.Topologies;

namespace Streaming.Server.Commands;

/// <summary>Checks a creative model on disk as an instance would, makes its topics, and writes to the registry that it is to be built.</summary>
internal static class CreativeStaging
{
    /// <summary>Stages; not new when the registry knows it already.</summary>
    /// <exception cref="CommandException">A folder cannot be read, or holds something else.</exception>
    /// <exception cref="TopologyException">Encoder, codebook, user model and topology do not fit each other.</exception>
    /// <exception cref="Core.Registry.ModelRegistryException">It cannot be told apart from a known one, or lacks a user model.</exception>
    public static async Task<(ModelPromotion Model, bool IsNew)> StageAsync(
        RegistryConnection registry, TopologyFile file, CreativeModelFolders folders, string? version, double backfillPerSecond, CancellationToken cancellationToken)
    {
        var configured = Configured(file);
        var current = registry.Models.Models.Current ?? configured;
        var candidate = Described(() => CreativeModel.Describe(file, folders.Encoder ?? current.Location, folders.Codebook ?? current.CodebookLocation, version));
        candidate.BackfillPerSecond = backfillPerSecond;
        candidate.StagedAtMs = candidate.PromotedAtMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        if (folders.UserModel is { } userModel)
            candidate.UserModel = new ModelPromotion(PromotableModel.Of(file, userModel)) { EncoderVersion = candidate.EncoderVersion };
        var written = registry.Models.Stage(candidate, configured);
        // The topics come first: an instance that reads the record finds them.
        var creatives = (await registry.Cluster.Topics.EnsureAsync(TopicDefinitions.Of(file.Topology), cancellationToken))[file.Topology.Topics.Creatives.Name];
        await registry.Cluster.Topics.EnsureAsync(TopicDefinitions.OfCreativeModel(file.Topology, candidate.ModelVersion, creatives), cancellationToken);
        await registry.WriteAsync(written, cancellationToken);
        return (candidate, written.Count > 0);
    }

    // What instances run before anything is staged.
    private static ModelPromotion Configured(TopologyFile file)
    {
        var (topology, creatives) = (file.Topology, file.Topology.Creatives);
        var configured = Described(() => CreativeModel.Describe(file, creatives.Encoder, creatives.Codebook, null));
        configured.FeatureTopic = topology.Topics.CreativeFeatures.Name;
        configured.UserModel = new ModelPromotion(PromotableModel.Of(file, topology.Users.Model)) { EncoderVersion = configured.EncoderVersion };
        return configured;
    }

    private static ModelPromotion Described(Func<ModelPromotion> describe)
    {
        try
        {
            return describe();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new CommandException(e.Message);
        }
    }
}
