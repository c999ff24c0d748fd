using Streaming.Memory.Rules;

namespace Streaming.Memory.Tests.Rules;

public sealed class NamespaceOptionsValidatorTests
{
    private static readonly NamespaceOptions Valid = new() { Name = "creatives", Dimension = 32, TimeToLive = TimeSpan.FromDays(1) };

    [Fact]
    public void Valid_options_have_no_violation() => Assert.Empty(NamespaceOptionsValidator.Validate(Valid));

    [Fact]
    public void Every_violation_is_reported_with_its_value()
    {
        NamespaceOptions broken = new()
        {
            Name = "Not A Name",
            Dimension = 0,
            Metric = (Metric)9,
            TimeToLive = TimeSpan.Zero,
            MaxEntries = 0,
            Eviction = (EvictionOrder)7,
            MaxTombstones = -1,
            MaxFilterDeletes = -1,
            SearchLists = 0,
            ChunkEntries = 33,
            PageRows = 3,
            Retention = new() { Versions = 0 },
        };

        var violations = NamespaceOptionsValidator.Validate(broken);

        Assert.Equal(
            ["Name", "Dimension", "Metric", "TimeToLive", "MaxEntries", "Eviction", "MaxTombstones", "MaxFilterDeletes", "SearchLists", "ChunkEntries", "PageRows", "Retention.Versions"], violations.Select(v => v.Field));
        Assert.Equal(["'Not A Name'", "0", "9", "00:00:00", "0", "7", "-1", "-1", "0", "33", "3", "0"], violations.Select(v => v.Value));
    }

    [Fact]
    public void A_namespace_refuses_broken_options_and_names_them_all()
    {
        var error = Assert.Throws<ArgumentException>(() => new VectorNamespace(Valid with { Dimension = -1, MaxEntries = 0 }, new ManualTime()));
        Assert.Contains("Dimension = -1", error.Message, StringComparison.Ordinal);
        Assert.Contains("MaxEntries = 0", error.Message, StringComparison.Ordinal);
    }
}
