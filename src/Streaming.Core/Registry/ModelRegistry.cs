using Streaming.Core.Contracts;

namespace Streaming.Core.Registry;

/// <summary>
/// What the <c>model-registry</c> topic says of one role: the versions that it knows, and which is in effect. Decides what a promotion or a
/// roll-back writes. State; one owner.
/// </summary>
/// <remarks>
/// The newest record is in effect. Every record names the version that it took the place of, so that rolling back walks back through the
/// promotions, also after compaction has left one record a version.
/// </remarks>
public sealed class ModelRegistry(string role)
{
    private readonly List<ModelPromotion> _promotions = [];

    /// <summary>The model in effect; null while nothing was promoted.</summary>
    public ModelPromotion? Current => _promotions.Count == 0 ? null : _promotions[^1];

    /// <summary>The newest record of every version, the one in effect last.</summary>
    public IReadOnlyList<ModelPromotion> Promotions => _promotions;

    /// <summary>Key of a version's records.</summary>
    public static string KeyOf(string role, string modelVersion) => $"{role}/{modelVersion}";

    /// <summary>The newest record of a version, or null.</summary>
    public ModelPromotion? Find(string modelVersion) => _promotions.Find(p => p.ModelVersion == modelVersion);

    /// <summary>Takes a record of the topic, in the topic's order; <paramref name="promotion"/> is null for a tombstone. Records of other roles are passed over.</summary>
    public void Apply(string key, ModelPromotion? promotion)
    {
        if (promotion is not null && promotion.Role != role)
            return;
        _promotions.RemoveAll(p => KeyOf(role, p.ModelVersion) == key);
        if (promotion is not null)
            _promotions.Add(promotion);
    }

    /// <summary>The records that put a model into effect; none when it is in effect already.</summary>
    /// <param name="candidate">The model; who it replaces is filled in.</param>
    /// <param name="configured">The model of the topology: the first promotion registers it, so that it can be rolled back to.</param>
    /// <exception cref="ModelRegistryException">The version is registered with other weights: features of both would look alike.</exception>
    public IReadOnlyList<ModelPromotion> Promote(ModelPromotion candidate, ModelPromotion configured)
    {
        foreach (var known in new[] { Find(candidate.ModelVersion), configured })
        {
            if (known is not null && known.ModelVersion == candidate.ModelVersion && known.WeightsSha256 != candidate.WeightsSha256)
                throw new ModelRegistryException($"model_version '{candidate.ModelVersion}' is known with weights {known.WeightsSha256}, and these are {candidate.WeightsSha256}: give the new model another version");
        }
        var before = Current ?? configured;
        if (before.ModelVersion == candidate.ModelVersion && before.Location == candidate.Location)
            return [];
        var next = new ModelPromotion(candidate) { Replaces = before.ModelVersion == candidate.ModelVersion ? before.Replaces : before.ModelVersion };
        return Current is null && before.ModelVersion != candidate.ModelVersion ? [configured, next] : [next];
    }

    /// <summary>The record that puts the version before the current one into effect again.</summary>
    /// <exception cref="ModelRegistryException">There is none.</exception>
    public ModelPromotion RollBack(long nowMs)
    {
        if (Current is not { } current)
            throw new ModelRegistryException("nothing was promoted: the topology's model runs, and there is none to roll back to");
        if (current.Replaces.Length == 0)
            throw new ModelRegistryException($"'{current.ModelVersion}' is the first model of the registry: there is none to roll back to");
        var before = Find(current.Replaces)
            ?? throw new ModelRegistryException($"'{current.Replaces}', which '{current.ModelVersion}' replaced, is no longer in the registry: promote a folder");
        return new ModelPromotion(before) { PromotedAtMs = nowMs };
    }
}
