using Streaming.Core.Contracts;

namespace Streaming.Core.Registry;

/// <summary>
/// Decides what is written to the <c>model-registry</c> topic when a creative model (an encoder and a codebook under one version) is staged,
/// promoted, rolled back or retired. State; one owner.
/// <code>
///              stage           promote              another is promoted, or rolled back to
///   (unknown) ──────► Staged ───────────► In effect ─────────────────────────────────────► Kept
///                       │                     ▲        promote, or rolled back to            │
///                       │                     └──────────────────────────────────────────────┤
///                       │ retire                                                              │ retire
///                       └──────────────────────────────────────────────────────────────────► Retired
/// </code>
/// Features of every staged, kept version, and of the one in effect, are computed and kept up to date. A record that puts one into effect names the
/// user model that goes with it, so that embeddings of users and creatives change with the same record.
/// </summary>
public sealed class CreativeModels
{
    // Topic names take 249 characters, and the version stands in several of them.
    private const int MaxVersion = 100;

    /// <summary>Creative models; Current is null while the topology's is in effect.</summary>
    public ModelRegistry Models { get; } = new(ModelRegistry.CreativesRole);

    /// <summary>User models; Current is null while the topology's is in effect.</summary>
    public ModelRegistry UserModels { get; } = new(ModelRegistry.UsersRole);

    /// <summary>Takes a record of the topic, in the topic's order; null for a tombstone.</summary>
    public void Apply(string key, ModelPromotion? promotion)
    {
        Models.Apply(key, promotion);
        UserModels.Apply(key, promotion);
    }

    /// <summary>The records that have <paramref name="candidate"/> built beside the model in effect; none when it is known already.</summary>
    /// <param name="candidate">The model, with its user model if that changes with it.</param>
    /// <param name="configured">The topology's model, with the topology's user model: the first staging registers it, so that it can be rolled back to.</param>
    /// <exception cref="ModelRegistryException">It cannot be told apart from a known one, or lacks a user model; the message says what to do.</exception>
    public IReadOnlyList<ModelPromotion> Stage(ModelPromotion candidate, ModelPromotion configured)
    {
        var version = candidate.ModelVersion;
        if (version.Length is 0 or > MaxVersion || !version.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            throw new ModelRegistryException($"version '{version}': must be 1 to {MaxVersion} letters, digits, '.', '_' and '-', as it is part of topic names");
        foreach (var known in Models.Promotions.Append(configured))
            CheckApart(candidate, known);
        if (Models.Find(version) is not null || (Models.Current is null && version == configured.ModelVersion))
            return [];
        if (Models.IsRetired(version))
            throw new ModelRegistryException($"version '{version}' was retired, and instances may still have state of it: give it another version (--version)");
        var current = Models.Current ?? configured;
        if (current.EncoderVersion != candidate.EncoderVersion && candidate.UserModel is null)
            throw new ModelRegistryException($"'{version}' has encoder '{candidate.EncoderVersion}' and '{current.EncoderVersion}' is in effect: name the user model that was trained on its embeddings (--user-model)");
        var staged = new ModelPromotion(candidate) { Staged = true };
        return Models.Current is null ? [WithUserModel(configured, UserModels.Current ?? configured.UserModel), staged] : [staged];
    }

    /// <summary>The record that puts a version, and the user model that goes with it, into effect; null when it is in effect already.</summary>
    /// <exception cref="ModelRegistryException">It is not known.</exception>
    public ModelPromotion? Promote(string version, long nowMs)
    {
        var target = Known(version);
        var current = Models.Current!;
        if (current.ModelVersion == version)
            return null;
        var userModel = target is { Staged: true, UserModel: { } own }
            ? new ModelPromotion(own) { EncoderVersion = target.EncoderVersion, PromotedAtMs = nowMs, Replaces = UserModels.Current!.ModelVersion }
            : UserModelFor(target);
        return new ModelPromotion(WithUserModel(target, userModel)) { Staged = false, PromotedAtMs = nowMs, Replaces = current.ModelVersion };
    }

    /// <summary>The record that puts the version before the current one into effect again, with the user model of then if the encoder changes.</summary>
    /// <exception cref="ModelRegistryException">There is none.</exception>
    public ModelPromotion RollBack(long nowMs)
    {
        var before = Models.Before();
        return new ModelPromotion(WithUserModel(before, UserModelFor(before))) { PromotedAtMs = nowMs };
    }

    /// <summary>The record that makes instances stop computing a version's features.</summary>
    /// <exception cref="ModelRegistryException">It is not known, or in effect.</exception>
    public ModelPromotion Retire(string version)
    {
        var target = Known(version);
        if (target == Models.Current)
            throw new ModelRegistryException($"'{version}' is in effect: promote another version or roll back first");
        return new ModelPromotion(target) { Staged = true, Retired = true, UserModel = null };
    }

    private ModelPromotion Known(string version) =>
        Models.Find(version) ?? throw new ModelRegistryException($"'{version}' is not in the registry, which has: {string.Join(", ", Models.Promotions.Select(p => p.ModelVersion))}. Stage it first");

    // The one that was last in effect with the target's encoder: the present one, unless the encoder changes.
    private ModelPromotion UserModelFor(ModelPromotion target) =>
        UserModels.Promotions.LastOrDefault(u => u.EncoderVersion == target.EncoderVersion)
            ?? throw new ModelRegistryException($"no user model in the registry takes embeddings of encoder '{target.EncoderVersion}': stage it under another version with --user-model");

    private static ModelPromotion WithUserModel(ModelPromotion model, ModelPromotion? userModel)
    {
        var encoder = userModel is { EncoderVersion.Length: > 0 } ? userModel.EncoderVersion : model.EncoderVersion;
        return new ModelPromotion(model) { UserModel = userModel is null ? null : new ModelPromotion(userModel) { EncoderVersion = encoder } };
    }

    // A version names one set of weights, for ever: features could not be told apart otherwise.
    private static void CheckApart(ModelPromotion candidate, ModelPromotion known)
    {
        if (known.EncoderVersion == candidate.EncoderVersion && known.WeightsSha256 != candidate.WeightsSha256)
            throw new ModelRegistryException($"encoder_version '{candidate.EncoderVersion}' is known with manifest {known.WeightsSha256}, and this is {candidate.WeightsSha256}: give the new encoder another version");
        if (known.CodebookVersion == candidate.CodebookVersion && known.CodebookSha256 != candidate.CodebookSha256)
            throw new ModelRegistryException($"codebook_version '{candidate.CodebookVersion}' is known with manifest {known.CodebookSha256}, and this is {candidate.CodebookSha256}: give the new codebook another version");
        var samePair = known.EncoderVersion == candidate.EncoderVersion && known.CodebookVersion == candidate.CodebookVersion;
        if (known.ModelVersion == candidate.ModelVersion && !samePair)
            throw new ModelRegistryException($"version '{candidate.ModelVersion}' is known with encoder '{known.EncoderVersion}' and codebook '{known.CodebookVersion}': give the new pair another version");
    }
}
