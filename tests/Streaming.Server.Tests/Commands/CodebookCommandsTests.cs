namespace Streaming.Server.Tests.Commands;

/// <summary>eval, diff, sweep and export-embeddings beside <see cref="ModelCommandsTests"/>, which trains.</summary>
public sealed class CodebookCommandsTests
{
    private static readonly string Data = SmallDataSet.First.Folder;

    [Fact]
    public async Task Eval_and_diff_measure_what_train_wrote()
    {
        using var folder = new TestDirectory();
        var trained = await Train(folder.PathOf("a"), "--seed", "1");
        await Train(folder.PathOf("b"), "--seed", "2");

        var eval = Assert.Single((await StreamingProgram.RunAsync("codebook", "eval", folder.PathOf("a"), Data, "--json")).Exited(0).JsonLines);
        Assert.Equal(Assert.Single(trained.JsonLines).ToJsonString(), eval.ToJsonString());

        var same = Assert.Single((await StreamingProgram.RunAsync("codebook", "diff", folder.PathOf("a"), folder.PathOf("a"), Data, "--json")).Exited(0).JsonLines);
        Assert.Equal(0, (double)same["changed_ids"]!);
        var diff = Assert.Single((await StreamingProgram.RunAsync("codebook", "diff", folder.PathOf("a"), folder.PathOf("b"), Data, "--json")).Exited(0).JsonLines);
        Assert.InRange((double)diff["changed_ids"]!, 0.5, 1);
        Assert.All(diff["levels"]!.AsArray(), level => Assert.True((double)level!["changed_after_matching"]! <= (double)level["changed"]!));
    }

    [Fact]
    public async Task A_collapsed_codebook_ends_eval_with_1_and_says_which_layer()
    {
        using var folder = new TestDirectory();
        await Train(folder.PathOf("a"), "--seed", "1");
        var result = (await StreamingProgram.RunAsync("codebook", "eval", folder.PathOf("a"), Data, "--least-perplexity", "1.01")).Exited(1);
        Assert.Contains("layer 0 has collapsed", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("neither a codebook's folder", "codebook", "eval", "nowhere", "DATA")]
    [InlineData("--initialisation 'zeros'", "codebook", "train", "DATA", "--output", "out", "--initialisation", "zeros")]
    [InlineData("separation is 9", "codebook", "train", "DATA", "--output", "out", "--separation", "9")]
    [InlineData("--shapes '3by4'", "codebook", "sweep", "DATA", "--shapes", "3by4")]
    [InlineData("--cares 'much'", "codebook", "sweep", "DATA", "--cares", "much")]
    public async Task What_cannot_be_done_is_named(string error, params string[] arguments)
    {
        var result = (await StreamingProgram.RunAsync([.. arguments.Select(argument => argument == "DATA" ? Data : argument)])).Exited(2);
        Assert.Contains(error, result.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_sweep_takes_what_the_log_knows_and_adds_what_is_new()
    {
        using var folder = new TestDirectory();
        var log = folder.PathOf("log.jsonl");
        string[] sweep = ["codebook", "sweep", Data, "--log", log, "--embeddings", "text,fused", "--initialisations", "kmeans++,none", "--cares", "plain"];
        (await StreamingProgram.RunAsync([.. sweep, "--shapes", "2x8"])).Exited(0);
        var first = File.ReadAllLines(log);
        Assert.Equal(4, first.Length);

        var page = folder.PathOf("page.md");
        var second = (await StreamingProgram.RunAsync([.. sweep, "--shapes", "2x8,3x4", "--write", page])).Exited(0);
        Assert.Contains("8 codebooks, 4 of them known", second.Output, StringComparison.Ordinal);
        Assert.Equal(first, File.ReadAllLines(log)[..4]);
        Assert.Equal(8, File.ReadAllLines(log).Length);

        var text = File.ReadAllText(page);
        Assert.All(["### k-means initialisation against none", "### Fused against single embeddings", "| **", "(page/sweep.svg)"], part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.StartsWith("<svg", File.ReadAllText(folder.PathOf("page/sweep.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_given_codebook_stays_in_the_study_when_it_is_given_no_more()
    {
        using var folder = new TestDirectory();
        await Train(folder.PathOf("a"), "--seed", "1");
        await Train(folder.PathOf("b"), "--seed", "2");
        var (log, page) = (folder.PathOf("log.jsonl"), folder.PathOf("page.md"));
        string[] sweep = ["codebook", "sweep", Data, "--log", log, "--embeddings", "text", "--initialisations", "kmeans++", "--cares", "plain", "--shapes", "2x16", "--seeds", "1,2"];
        (await StreamingProgram.RunAsync([.. sweep, "--codebook", folder.PathOf("a"), folder.PathOf("b")])).Exited(0);
        var first = File.ReadAllLines(log);
        Assert.Equal(4, first.Length);

        (await StreamingProgram.RunAsync([.. sweep, "--codebook", folder.PathOf("b"), "--write", page])).Exited(0);
        Assert.Equal(first, File.ReadAllLines(log));
        var methods = File.ReadAllText(page).Split("### ").Single(part => part.StartsWith("Methods of 2x16", StringComparison.Ordinal));
        Assert.Contains("| rq-kmeans | 2 |", methods, StringComparison.Ordinal);
        Assert.Contains("| rq-kmeans, text, plain | 2 |", methods, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_codebook_is_trained_on_what_was_exported_and_on_several_data_sets()
    {
        using var folder = new TestDirectory();
        (await StreamingProgram.RunAsync("export", "--data", Data, "--output", folder.PathOf("export"))).Exited(0);
        await Train(folder.PathOf("a"));
        string[] train = ["codebook", "train", "--size", "16", "--codebook-version", "small-1", "--json", "--output", folder.PathOf("b")];
        (await StreamingProgram.RunAsync([.. train, folder.PathOf("export")])).Exited(0);
        Assert.Equal(File.ReadAllBytes(folder.PathOf("a/centroids.bin")), File.ReadAllBytes(folder.PathOf("b/centroids.bin")));

        var both = Assert.Single((await StreamingProgram.RunAsync([.. train, folder.PathOf("export"), SmallDataSet.Second.Folder])).Exited(0).JsonLines);
        Assert.Equal(2 * SmallDataSet.Films, (int)both["rows"]!);
    }

    [Fact]
    public async Task A_log_that_is_none_is_refused_by_line()
    {
        using var folder = new TestDirectory();
        File.WriteAllText(folder.PathOf("log.jsonl"), "\nno json\n");
        var result = (await StreamingProgram.RunAsync("codebook", "sweep", Data, "--log", folder.PathOf("log.jsonl"))).Exited(2);
        Assert.Contains("line 2: no result of an experiment", result.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exported_embeddings_have_the_described_sizes()
    {
        using var folder = new TestDirectory();
        var summary = Assert.Single((await StreamingProgram.RunAsync("codebook", "export-embeddings", Data, "--output", folder.Path, "--json")).Exited(0).JsonLines);
        Assert.Equal(SmallDataSet.Films * 32 * 4, new FileInfo(folder.PathOf("embeddings.bin")).Length);
        Assert.Equal((int)summary["pairs"]! * 8, new FileInfo(folder.PathOf("pairs.bin")).Length);
        Assert.Equal(SmallDataSet.Ratings - (3 * SmallDataSet.Users), (int)summary["pairs"]!);
    }

    private static async Task<ProgramResult> Train(string output, params string[] more) =>
        (await StreamingProgram.RunAsync(["codebook", "train", Data, "--output", output, "--size", "16", "--codebook-version", Path.GetFileName(output), "--json", .. more])).Exited(0);
}
