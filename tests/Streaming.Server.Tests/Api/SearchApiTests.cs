using System.Net;
using System.Text.Json.Nodes;

namespace Streaming.Server.Tests.Api;

/// <summary>Searches with several vectors, within budgets, and what they tell of their work. The facts are north [0, 1, 0], east [1, 0, 0] and up [0, 0, 1].</summary>
[Collection(ApiCollection.Name)]
public sealed class SearchApiTests(ApiFixture api)
{
    private const string Path = "/v1/memory/facts/search";

    [Fact]
    public async Task Several_vectors_give_the_best_of_all_or_the_nearest_of_each()
    {
        var best = await SearchAsync("""{ "vectors": [[0.1, 0.9, 0], [1, 0.05, 0]], "k": 1 }""");
        Assert.Equal(["east"], Ids(best));
        var each = await SearchAsync("""{ "vectors": [[0.1, 0.9, 0], [1, 0.05, 0]], "combine": "union", "k": 1 }""");
        Assert.Equal(["east", "north"], Ids(each));
        var one = await SearchAsync("""{ "vectors": [[0.1, 0.9, 0]], "k": 2 }""");
        var same = await SearchAsync("""{ "vector": [0.1, 0.9, 0], "k": 2 }""");
        Assert.Equal(same["neighbours"]!.ToJsonString(), one["neighbours"]!.ToJsonString());
    }

    [Fact]
    public async Task A_search_explains_its_work_when_asked()
    {
        var all = (await SearchAsync("""{ "vectors": [[1, 0, 0], [0, 1, 0]], "explain": true }"""))["explain"]!;
        Assert.Equal(["vectors"], all["paths"]!.AsArray().Select(p => (string)p!));
        // Both vectors met the three facts that have one.
        Assert.Equal((0, 6), ((int)all["lists"]!, (int)all["scored"]!));

        var filtered = (await SearchAsync("""{ "vector": [1, 0, 0], "where": { "axis": "up" }, "explain": true }"""))["explain"]!;
        Assert.Equal(["attribute"], filtered["paths"]!.AsArray().Select(p => (string)p!));
        Assert.Equal((1, 1), ((int)filtered["listed"]!, (int)filtered["scored"]!));
        Assert.Null((await SearchAsync("""{ "vector": [1, 0, 0] }"""))["explain"]);
    }

    [Fact]
    public async Task A_budget_that_is_enough_cuts_nothing()
    {
        var found = await SearchAsync("""{ "vector": [1, 0.1, 0], "budget_ms": 60000, "max_lists": 4, "k": 2 }""");
        Assert.Equal(["east", "north"], Ids(found));
        Assert.Null(found["cut"]);
    }

    [Fact]
    public async Task Low_scores_are_left_out_also_of_a_union()
    {
        var found = await SearchAsync("""{ "vectors": [[0.1, 0.9, 0], [0, 0.1, 0.9]], "combine": "union", "min_score": 0.9, "k": 10 }""");
        Assert.Equal(["north", "up"], Ids(found).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{ "vectors": [] }""", "vectors.length = '0'")]
    [InlineData("""{ "vectors": [[1, 0, 0], [1, 0]] }""", "vectors[1].length = '2'")]
    [InlineData("""{ "vectors": [[1, 0, 0], null] }""", "vectors[1].length = '0'")]
    [InlineData("""{ "vectors": [[1, 0, 0]], "vector": [1, 0, 0] }""", "vector, vectors, user_id, creative_id, text = '2': exactly one")]
    [InlineData("""{ "vectors": [[1, 0, 0]], "combine": "mean" }""", "combine = 'mean': must be maximum or union")]
    [InlineData("""{ "vectors": [[1, 0, 0], [0, 1, 0]], "combine": "union", "k": 501 }""", "k = '501': must be at most 500 in a union of 2 vectors")]
    [InlineData("""{ "vector": [1, 0, 0], "max_lists": 0 }""", "max_lists = '0'")]
    [InlineData("""{ "vector": [1, 0, 0], "max_lists": 1, "exact": true }""", "max_lists = '1': must not be given with exact")]
    [InlineData("""{ "vector": [1, 0, 0], "budget_ms": 0 }""", "budget_ms = '0'")]
    public async Task A_refusal_names_field_and_value(string body, string names)
    {
        var (status, problem) = await api.All.AskAsync(Path, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(names, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_takes_several_vectors_and_budgets_and_explains()
    {
        string[] command = ["search", "--namespace", "facts", "--vector", "0.1,0.9,0", "--vector", "1,0.05,0", "-k", "1", "--max-lists", "8", "--budget-ms", "1000", "--explain", "--api", api.All.Url];
        var best = Assert.Single((await StreamingProgram.RunAsync([.. command, "--json"])).Exited(0).JsonLines);
        Assert.Equal(["east"], Ids(best));
        Assert.Equal(6, (int)best["explain"]!["scored"]!);
        var each = Assert.Single((await StreamingProgram.RunAsync([.. command, "--combine", "union", "--json"])).Exited(0).JsonLines);
        Assert.Equal(["east", "north"], Ids(each));
        Assert.Contains("scored", (await StreamingProgram.RunAsync(command)).Exited(0).Output, StringComparison.Ordinal);
    }

    private async Task<JsonObject> SearchAsync(string body)
    {
        var (status, found) = await api.All.AskAsync(Path, body);
        Assert.True(status == HttpStatusCode.OK, found.ToJsonString());
        return found;
    }

    private static List<string> Ids(JsonObject found) => [.. found["neighbours"]!.AsArray().Select(n => (string)n!["id"]!)];
}
