using FsCheck;
using FsCheck.Fluent;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;

namespace Streaming.Core.Tests.Registry;

public sealed class CreativeModelsTests
{
    private readonly CreativeModels _models = new();
    private readonly List<(string Key, ModelPromotion Record)> _log = [];

    [Fact]
    public void The_first_staging_registers_the_configured_pair_and_changes_nothing_in_effect()
    {
        Stage(Model("b", "e1", "cb"));

        Assert.Equal(["base", "b"], _models.Models.Promotions.Select(p => p.ModelVersion));
        Assert.Equal("base", _models.Models.Current!.ModelVersion);
        Assert.Equal("u0", _models.UserModels.Current!.ModelVersion);
    }

    [Fact]
    public void Promoting_another_codebook_keeps_the_user_model_and_rolls_back_in_one_record()
    {
        Stage(Model("b", "e1", "cb"));
        Write(_models.Promote("b", 1)!);
        Assert.Equal(("b", "u0"), InEffect());

        Write(_models.RollBack(2));
        Assert.Equal(("base", "u0"), InEffect());
        Assert.NotNull(_models.Models.Find("b"));
    }

    [Fact]
    public void Another_encoder_takes_its_user_model_along_and_back()
    {
        Stage(Model("b", "e2", "cb", "u2"));
        Write(_models.Promote("b", 1)!);
        Assert.Equal(("b", "u2"), InEffect());
        Assert.Contains("creative model", Assert.Throws<ModelRegistryException>(() => _models.UserModels.RollBack(2)).Message, StringComparison.Ordinal);

        Write(_models.RollBack(3));
        Assert.Equal(("base", "u0"), InEffect());
        Write(_models.Promote("b", 4)!);
        Assert.Equal(("b", "u2"), InEffect());
    }

    [Fact]
    public void A_user_model_promoted_meanwhile_survives_a_roll_back_of_the_codebook()
    {
        Stage(Model("b", "e1", "cb"));
        Write(_models.Promote("b", 1)!);
        Write(new ModelPromotion { Role = "users", ModelVersion = "u1", WeightsSha256 = "u1", EncoderVersion = "e1", Replaces = "u0" });
        Write(_models.RollBack(2));

        Assert.Equal(("base", "u1"), InEffect());
    }

    [Fact]
    public void What_cannot_be_told_apart_or_lacks_a_user_model_is_refused()
    {
        Refused(Model("b", "e2", "cb"), "--user-model");
        Refused(new ModelPromotion(Model("b", "e1", "cb")) { WeightsSha256 = "other" }, "give the new encoder another version");
        Refused(new ModelPromotion(Model("b", "e1", "base-cb")) { CodebookSha256 = "other" }, "give the new codebook another version");
        Refused(Model("no/name", "e1", "cb"), "part of topic names");
        Stage(Model("b", "e1", "cb"));
        Refused(Model("b", "e1", "cc"), "give the new pair another version");
    }

    [Fact]
    public void What_is_in_effect_is_not_retired_and_a_retired_name_is_not_used_again()
    {
        Stage(Model("b", "e1", "cb"));
        Assert.Throws<ModelRegistryException>(() => _models.Retire("base"));
        Write(_models.Retire("b"));

        Assert.Null(_models.Models.Find("b"));
        Refused(Model("b", "e1", "cb"), "was retired");
        Assert.Throws<ModelRegistryException>(() => _models.Promote("b", 1));
    }

    /// <summary>After any decisions: one pair is in effect, its user model takes its encoder, and a reader of the compacted topic says the same.</summary>
    [Fact]
    public void Any_decisions_leave_one_consistent_pair_also_after_compaction()
    {
        var steps = Gen.ArrayOf(from what in Gen.Choose(0, 3) from which in Gen.Choose(0, 3) select (what, which), 25);
        Prop.ForAll(steps.ToArbitrary(), taken =>
        {
            var test = new CreativeModelsTests();
            foreach (var (what, which) in taken)
                test.Take(what, which);
            var compacted = new CreativeModels();
            foreach (var (key, record) in test._log.Where((r, i) => !test._log.Skip(i + 1).Any(later => later.Key == r.Key)))
                compacted.Apply(key, record);

            Assert.Equal(test._models.Models.Promotions, compacted.Models.Promotions);
            Assert.Equal(test._models.Models.Current, compacted.Models.Current);
            Assert.Equal(test._models.UserModels.Current, compacted.UserModels.Current);
            if (test._models.Models.Current is { } current)
                Assert.Equal(current.EncoderVersion, test._models.UserModels.Current!.EncoderVersion);
        }).QuickCheckThrowOnFailure(seed: 20261125);
    }

    private void Take(int what, int which)
    {
        var version = $"v{which}";
        try
        {
            if (what == 0)
                Stage(which % 2 == 0 ? Model(version, "e1", $"cb{which}") : Model(version, $"e-{version}", $"cb{which}", $"u-{version}"));
            else if (what == 1 && _models.Promote(version, 1) is { } promotion)
                Write(promotion);
            else if (what == 2)
                Write(_models.RollBack(2));
            else if (what == 3)
                Write(_models.Retire(version));
        }
        catch (ModelRegistryException)
        {
            // Refused: nothing was written.
        }
    }

    private static ModelPromotion Model(string version, string encoder, string codebook, string? userModel = null) => new()
    {
        Role = "creatives",
        ModelVersion = version,
        EncoderVersion = encoder,
        CodebookVersion = codebook,
        WeightsSha256 = $"sha of {encoder}",
        CodebookSha256 = $"sha of {codebook}",
        FeatureTopic = $"creative-features.{version}",
        UserModel = userModel is null ? null : UserModel(userModel, encoder),
    };

    private static ModelPromotion UserModel(string version, string encoder) => new() { Role = "users", ModelVersion = version, WeightsSha256 = version, EncoderVersion = encoder };

    private static ModelPromotion Configured() => Model("base", "e1", "base-cb", "u0");

    private void Stage(ModelPromotion candidate)
    {
        foreach (var record in _models.Stage(candidate, Configured()))
            Write(record);
    }

    private void Write(ModelPromotion record)
    {
        var key = ModelRegistry.KeyOf(record.Role, record.ModelVersion);
        _log.Add((key, record));
        _models.Apply(key, record);
    }

    private void Refused(ModelPromotion candidate, string because) =>
        Assert.Contains(because, Assert.Throws<ModelRegistryException>(() => _models.Stage(candidate, Configured())).Message, StringComparison.Ordinal);

    private (string Creative, string User) InEffect() => (_models.Models.Current!.ModelVersion, _models.UserModels.Current!.ModelVersion);
}
