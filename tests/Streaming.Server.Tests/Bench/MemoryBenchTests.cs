using Streaming.Server.Bench;
using Streaming.Server.Bench.Memory;
using Streaming.Server.Commands;
using Streaming.Server.Tests.Workloads;

namespace Streaming.Server.Tests.Bench;

public sealed class MemoryBenchTests
{
    private static readonly MemoryBenchOptions Small = new()
    {
        Entries = 20_000,
        Dimension = 32,
        Queries = 200,
        HasPeers = false,
        Watch = TimeSpan.FromMilliseconds(500),
        Data = SharedFolder.PathOf("data"),
    };

    public static TheoryData<string> Cases => [.. MemoryBench.Names.Where(name => name != "search_real_32")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_case_gives_sane_lines(string name) => RequireSane(name, Run(name));

    [RealDataFact("amazon-industrial")]
    public void Real_texts_give_a_sane_line() => RequireSane("search_real_32", Run("search_real_32"));

    [Fact]
    public void No_expired_entry_is_returned()
    {
        var figure = Assert.Single(Run("expiry"), f => f.Case == "expiry_returned");
        Assert.Equal(0, figure.Value);
    }

    [Fact]
    public void Exact_answers_of_an_older_version_are_those_given_then()
    {
        var figure = Assert.Single(Run("as_of"), f => f.Case == "as_of_exact_identical");
        Assert.Equal(1, figure.Value);
    }

    [Fact]
    public void An_unknown_case_is_refused()
    {
        var thrown = Assert.Throws<CommandException>(() => Run("nothing"));
        Assert.Contains("search_1m_64", thrown.Message, StringComparison.Ordinal);
    }

    private static List<BenchFigure> Run(string name) => [.. new MemoryBench(Small with { Cases = [name] }).Run(CancellationToken.None)];

    private static void RequireSane(string name, List<BenchFigure> figures)
    {
        Assert.NotEmpty(figures);
        Assert.All(figures, figure =>
        {
            Assert.Equal("memory", figure.Bench);
            Assert.StartsWith(name.Split('_')[0], figure.Case, StringComparison.Ordinal);
            Assert.True(double.IsFinite(figure.Value) && figure.Value >= 0, figure.Text);
            Assert.True(figure.Entries is >= 10_000 and <= 20_000, figure.Text);
            Assert.True(figure.P50 is null || (figure.P50 > 0 && figure.P50 <= figure.P99), figure.Text);
            Assert.True(figure.Recall is null or (> 0.5 and <= 1), figure.Text);
            Assert.True(figure.PeerValue is null or > 0, figure.Text);
        });
        Assert.Contains(figures, figure => figure.Value > 0);
    }
}
