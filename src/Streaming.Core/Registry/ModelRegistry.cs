using Streaming.Core.Contracts;

namespace Streaming.Core.Registry;

/// <summary>
/// What the <c>model-registry</c> topic says of one role: the versions that it knows, and which is in effect. Decides what a promotion or a
/// roll-back of a user model writes; <see cref="CreativeModels"/> decides it for creative models. State; one owner.
/// </summary>
/// <remarks>
/// The newest record that is not staged is in effect. Every record names the version that it took the place of, so that rolling back walks
/// back through the promotions, also after compaction has left one record a version. A creative model's record that is in effect carries the
/// user model that goes with it, and counts for the users role as if that stood behind it.
/// </remarks>
public sealed class ModelRegistry(string role)
{
    /// <summary>The role whose models are user models.</summary>
    public const string UsersRole = "users";

    /// <summary>The role whose models are creative models.</summary>
    public const string CreativesRole = "creatives";

    private readonly List<ModelPromotion> _promotions = [];
    private readonly HashSet<string> _retired = new(StringComparer.Ordinal);

    /// <summary>The model in effect; null while nothing was promoted.</summary>
    public ModelPromotion? Current => _promotions.FindLast(p => !p.Staged);

    /// <summary>The newest record of every version that is not retired, in the order of the topic.</summary>
    public IReadOnlyList<ModelPromotion> Promotions => _promotions;

    /// <summary>Key of a version's records.</summary>
    public static string KeyOf(string role, string modelVersion) => $"{role}/{modelVersion}";

    /// <summary>The newest record of a version, or null.</summary>
    public ModelPromotion? Find(string modelVersion) => _promotions.Find(p => p.ModelVersion == modelVersion);

    /// <summary>The version was there once, and its name is not used again.</summary>
    public bool IsRetired(string modelVersion) => _retired.Contains(KeyOf(role, modelVersion));

    /// <summary>Takes a record of the topic, in the topic's order; <paramref name="promotion"/> is null for a tombstone. Records of other roles are passed over.</summary>
    public void Apply(string key, ModelPromotion? promotion)
    {
        if (role == UsersRole && promotion is { Role: CreativesRole, Staged: false, UserModel: { } userModel })
            Take(KeyOf(role, userModel.ModelVersion), userModel);
        else if (promotion is null || promotion.Role == role)
            Take(key, promotion);
    }

    /// <summary>The records that put a user model into effect; none when it is in effect already.</summary>
    /// <param name="candidate">The model; who it replaces is filled in.</param>
    /// <param name="configured">The model of the topology: the first promotion registers it, so that it can be rolled back to.</param>
    /// <exception cref="ModelRegistryException">The version is registered with other weights, so that features of both would look alike; or it takes another encoder's embeddings.</exception>
    public IReadOnlyList<ModelPromotion> Promote(ModelPromotion candidate, ModelPromotion configured)
    {
        foreach (var known in new[] { Find(candidate.ModelVersion), configured })
        {
            if (known is not null && known.ModelVersion == candidate.ModelVersion && known.WeightsSha256 != candidate.WeightsSha256)
                throw new ModelRegistryException($"model_version '{candidate.ModelVersion}' is known with weights {known.WeightsSha256}, and these are {candidate.WeightsSha256}: give the new model another version");
        }
        CheckEncoder(candidate);
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
        var before = Before();
        CheckEncoder(before);
        return new ModelPromotion(before) { PromotedAtMs = nowMs };
    }

    /// <summary>The version that the one in effect took the place of.</summary>
    /// <exception cref="ModelRegistryException">There is none.</exception>
    internal ModelPromotion Before()
    {
        if (Current is not { } current)
            throw new ModelRegistryException("nothing was promoted: the topology's model runs, and there is none to roll back to");
        if (current.Replaces.Length == 0)
            throw new ModelRegistryException($"'{current.ModelVersion}' is the first model of the registry: there is none to roll back to");
        return Find(current.Replaces)
            ?? throw new ModelRegistryException($"'{current.Replaces}', which '{current.ModelVersion}' replaced, is no longer in the registry: promote another version");
    }

    // Embeddings of users and creatives change together or not at all.
    private void CheckEncoder(ModelPromotion next)
    {
        if (Current is { EncoderVersion: { Length: > 0 } present } && next.EncoderVersion is { Length: > 0 } wanted && wanted != present)
            throw new ModelRegistryException($"'{next.ModelVersion}' takes embeddings of encoder '{wanted}', and '{present}' is in effect: promote or roll back the creative model (streaming creatives), which brings its user model along");
    }

    private void Take(string key, ModelPromotion? promotion)
    {
        _promotions.RemoveAll(p => KeyOf(role, p.ModelVersion) == key);
        if (promotion is { Retired: true })
            _retired.Add(key);
        else if (promotion is not null)
            _promotions.Add(promotion);
    }
}
