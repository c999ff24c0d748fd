using Streaming.Memory.Rules;

namespace Streaming.Memory.Tests.Rules;

public sealed class VectorRulesTests
{
    [Theory]
    [InlineData(Metric.Dot, new[] { 1f, 2f, 3f }, "vector.length", "3")]
    [InlineData(Metric.Dot, new float[0], "vector.length", "0")]
    [InlineData(Metric.Dot, new[] { 1f, float.NaN }, "vector[1]", "NaN")]
    [InlineData(Metric.L2, new[] { float.NegativeInfinity, 1f }, "vector[0]", "-Infinity")]
    [InlineData(Metric.L2, new[] { 3e38f, 3e38f }, "vector.norm", "Infinity")]
    [InlineData(Metric.Cosine, new[] { 0f, 0f }, "vector.norm", "0")]
    [InlineData(Metric.Cosine, new[] { 1e-30f, 0f }, "vector.norm", "0")]
    public void A_bad_vector_is_named_by_field_and_value(Metric metric, float[] vector, string field, string value)
    {
        var violation = VectorRules.Check(vector, Options(metric));

        Assert.NotNull(violation);
        Assert.Equal((field, value), (violation.Field, violation.Value));
    }

    [Theory]
    [InlineData(Metric.Cosine, new[] { 1f, -2f })]
    [InlineData(Metric.Dot, new[] { 0f, 0f })]
    [InlineData(Metric.L2, new[] { 0f, 0f })]
    public void A_good_vector_has_no_violation(Metric metric, float[] vector) => Assert.Null(VectorRules.Check(vector, Options(metric)));

    [Fact]
    public void A_bad_vector_changes_nothing_and_a_bad_query_is_refused()
    {
        VectorNamespace memory = new(Options(Metric.Cosine), new ManualTime());

        Assert.Throws<ArgumentException>(() => memory.Upsert("a", [0f, 0f], null, new(1, "s", 1)));
        Assert.Equal(0, memory.Publish());
        var snapshot = memory.Snapshot();
        Assert.Contains("query[0] = NaN", Assert.Throws<ArgumentException>(() => snapshot.Search([float.NaN, 1f], 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => snapshot.Search([1f, 1f], 0));
    }

    private static NamespaceOptions Options(Metric metric) => new() { Name = "n", Dimension = 2, Metric = metric };
}
