using Streaming.Core.Contracts;
using Streaming.Core.Registry;

namespace Streaming.Core.Tests.Registry;

public sealed class ModelRegistryTests
{
    private static readonly ModelPromotion Configured = Model("m0");
    private readonly ModelRegistry _registry = new("users");
    private readonly List<ModelPromotion> _log = [];

    [Fact]
    public void The_first_promotion_registers_the_configured_model_to_roll_back_to()
    {
        var written = Promote(Model("m1"));

        Assert.Equal(["m0", "m1"], written.Select(p => p.ModelVersion));
        Assert.Equal(("m1", "m0"), (_registry.Current!.ModelVersion, _registry.Current.Replaces));
        Assert.Equal("m0", RollBack());
    }

    [Fact]
    public void Rolling_back_walks_back_through_the_promotions_to_the_first()
    {
        Promote(Model("m1"));
        Promote(Model("m2"));
        Promote(Model("m3"));

        Assert.Equal(["m2", "m1", "m0"], new[] { RollBack(), RollBack(), RollBack() });
        Assert.Contains("'m0' is the first", Assert.Throws<ModelRegistryException>(() => _registry.RollBack(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compaction_changes_nothing_that_a_reader_ends_with()
    {
        Promote(Model("m1"));
        Promote(Model("m2"));
        RollBack();
        Promote(Model("m3"));

        // One record a version, the newest, in the order of the log.
        var compacted = new ModelRegistry("users");
        foreach (var promotion in _log.Where((p, i) => !_log.Skip(i + 1).Any(later => later.ModelVersion == p.ModelVersion)))
            compacted.Apply(ModelRegistry.KeyOf("users", promotion.ModelVersion), promotion);

        Assert.Equal(_registry.Promotions, compacted.Promotions);
        Assert.Equal(["m0", "m2", "m1", "m3"], compacted.Promotions.Select(p => p.ModelVersion));
        Assert.Equal("m1", compacted.RollBack(0).ModelVersion);
    }

    [Fact]
    public void What_is_in_effect_is_not_written_again()
    {
        Assert.Empty(Promote(Configured));
        Promote(Model("m1"));
        Assert.Empty(Promote(Model("m1")));
    }

    [Fact]
    public void A_version_whose_folder_moved_is_written_and_still_rolls_back_to_what_was_before()
    {
        Promote(Model("m1"));
        Promote(new ModelPromotion(Model("m1")) { Location = "elsewhere" });

        Assert.Equal("elsewhere", _registry.Current!.Location);
        Assert.Equal("m0", RollBack());
    }

    [Theory]
    [InlineData("m0")]
    [InlineData("m1")]
    public void A_known_version_with_other_weights_is_refused(string version)
    {
        Promote(Model("m1"));
        Promote(Model("m2"));

        var refused = Assert.Throws<ModelRegistryException>(() => Promote(new ModelPromotion(Model(version)) { WeightsSha256 = "other" }));

        Assert.Contains($"model_version '{version}'", refused.Message, StringComparison.Ordinal);
        Assert.Equal("m2", _registry.Current!.ModelVersion);
    }

    [Fact]
    public void Nothing_can_be_rolled_back_in_an_empty_registry() =>
        Assert.Contains("nothing was promoted", Assert.Throws<ModelRegistryException>(() => _registry.RollBack(0)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_roll_back_to_a_forgotten_version_is_refused()
    {
        Promote(Model("m1"));
        _registry.Apply("users/m0", null);

        Assert.Contains("'m0'", Assert.Throws<ModelRegistryException>(() => _registry.RollBack(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Records_of_another_role_are_passed_over()
    {
        _registry.Apply("creatives/m9", new ModelPromotion(Model("m9")) { Role = "creatives" });

        Assert.Null(_registry.Current);
    }

    private static ModelPromotion Model(string version) => new() { Role = "users", ModelVersion = version, Location = $"models/{version}", WeightsSha256 = $"sha of {version}" };

    private void Apply(ModelPromotion promotion)
    {
        _log.Add(promotion);
        _registry.Apply(ModelRegistry.KeyOf(promotion.Role, promotion.ModelVersion), promotion);
    }

    private IReadOnlyList<ModelPromotion> Promote(ModelPromotion model)
    {
        var written = _registry.Promote(model, Configured);
        foreach (var promotion in written)
            Apply(promotion);
        return written;
    }

    private string RollBack()
    {
        Apply(_registry.RollBack(5));
        return _registry.Current!.ModelVersion;
    }
}
