using System.Net;
using System.Text.Json.Nodes;

namespace Streaming.Server.Tests.Api;

public sealed class ApiTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_user_has_features_with_their_model_and_that_it_is_trained()
    {
        var (status, user) = await api.All.AskAsync("/v1/users/u-1");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("u-1", (string)user["user_id"]!);
        Assert.Equal(6, (long)user["history_length"]!);
        Assert.True((bool)user["trained"]!);
        Assert.NotEqual("", (string)user["model_version"]!);
        Assert.Equal(6, (double)user["aggregates"]!["clicks_1h"]!);
        Assert.Equal(6, user["recent_semantic_ids"]!.AsArray().Count);
        Assert.Equal(1, Norm(user["embedding"]!), 1e-4);
    }

    [Fact]
    public async Task A_history_is_newest_first_with_titles_and_with_what_was_unknown()
    {
        var (status, history) = await api.All.AskAsync("/v1/users/u-1/history?limit=4");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["c-5", "c-4", "c-3", "c-2"], history["events"]!.AsArray().Select(e => (string)e!["creative_id"]!));
        Assert.Equal("Cooking pot", (string)history["events"]![0]!["title"]!);
        Assert.All(history["events"]!.AsArray(), e => Assert.True((bool)e!["known"]!));

        var (_, unknown) = await api.All.AskAsync("/v1/users/u-2/history");
        var only = Assert.Single(unknown["events"]!.AsArray())!;
        Assert.False((bool)only["known"]!);
        Assert.Null(only["title"]);
    }

    [Fact]
    public async Task A_creative_has_embedding_semantic_id_and_the_tags_that_can_be_computed()
    {
        var (status, creative) = await api.All.AskAsync("/v1/creatives/c-0");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("Red running shoes", (string)creative["title"]!);
        Assert.Matches(@"^\d+-\d+-\d+$", (string)creative["semantic_id"]!);
        Assert.Equal(1, Norm(creative["embedding"]!), 1e-4);
        Assert.Equal(17, (int)creative["tags"]!["text_length"]!);
        Assert.Null(creative["tags"]!["person"]);
        Assert.Null(creative["tags"]!["color"]);
    }

    [Fact]
    public async Task The_memory_is_searched_by_vector()
    {
        var (status, found) = await api.All.AskAsync("/v1/memory/facts/search", """{ "vector": [0.1, 0.9, 0], "k": 2 }""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["north", "east"], Ids(found));
        Assert.True((long)found["version"]! > 0);
    }

    [Fact]
    public async Task The_memory_is_searched_by_creative_text_and_user()
    {
        var (_, byCreative) = await api.All.AskAsync("/v1/memory/creatives/search", """{ "creative_id": "c-3" }""");
        Assert.Equal("c-3", Ids(byCreative)[0]);
        Assert.Equal(ApiFixture.Creatives, Ids(byCreative).Count);

        var (_, byText) = await api.All.AskAsync("/v1/memory/creatives/search", """{ "text": "cooking pot", "k": 1 }""");
        Assert.Equal("c-5", Assert.Single(Ids(byText)));

        var (_, user) = await api.All.AskAsync("/v1/users/u-1");
        var (_, byUser) = await api.All.AskAsync("/v1/memory/creatives/search", """{ "user_id": "u-1" }""");
        var (_, byVector) = await api.All.AskAsync("/v1/memory/creatives/search", $$"""{ "vector": {{user["embedding"]!.ToJsonString()}} }""");
        Assert.Equal(byVector["neighbours"]!.ToJsonString(), byUser["neighbours"]!.ToJsonString());
    }

    [Fact]
    public async Task A_where_filter_leaves_only_entries_with_the_attribute()
    {
        var (_, found) = await api.All.AskAsync("/v1/memory/creatives/search", """{ "creative_id": "c-0", "where": { "category": "books" } }""");
        Assert.Equal(["c-3", "c-4"], Ids(found).Order(StringComparer.Ordinal));
        var (_, none) = await api.All.AskAsync("/v1/memory/creatives/search", """{ "creative_id": "c-0", "where": { "category": "books", "title": "Cooking pot" } }""");
        Assert.Empty(Ids(none));
    }

    [Theory]
    [InlineData("/v1/users/nobody", null, 404, "user 'nobody'")]
    [InlineData("/v1/users/nobody/history", null, 404, "user 'nobody'")]
    [InlineData("/v1/creatives/nothing", null, 404, "creative 'nothing'")]
    [InlineData("/v1/users/u-1/history?limit=0", null, 400, "limit = '0'")]
    [InlineData("/v1/users/u-1/history?limit=1001", null, 400, "limit = '1001'")]
    [InlineData("/v1/users/u-1/history?limit=many", null, 400, "limit\" from \"many\"")]
    [InlineData("/v1/memory/nowhere/search", """{ "vector": [1, 2, 3] }""", 404, "namespace 'nowhere'")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2] }""", 400, "vector.length = '2'")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2, 3], "k": 0 }""", 400, "k = '0'")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2, 3], "k": 1001 }""", 400, "k = '1001'")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2, 3], "k": "ten" }""", 400, "$.k")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, "two", 3] }""", 400, "$.vector[1]")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2, 3], "text": "shoes" }""", 400, "vector, user_id, creative_id, text = '2': exactly one")]
    [InlineData("/v1/memory/facts/search", "{}", 400, "vector, user_id, creative_id, text = '0': exactly one")]
    [InlineData("/v1/memory/facts/search", """{ "user_id": "u-1" }""", 400, "vector.length = '32'")]
    [InlineData("/v1/memory/creatives/search", """{ "user_id": "nobody" }""", 404, "user 'nobody'")]
    [InlineData("/v1/memory/creatives/search", """{ "creative_id": "nothing" }""", 404, "creative 'nothing'")]
    public async Task A_refusal_names_field_and_value(string path, string? body, int expected, string names)
    {
        var (status, problem) = await api.All.AskAsync(path, body);
        Assert.Equal(expected, (int)status);
        Assert.Equal(expected, (int)problem["status"]!);
        Assert.Contains(names, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/users/u-1", null, "no api role")]
    [InlineData("/v1/creatives/c-0", null, "no api role")]
    [InlineData("/v1/users/u-1/history", null, "user 'u-1' is kept by the owner of user-events-")]
    [InlineData("/v1/memory/creatives/search", """{ "user_id": "u-1" }""", "no api role")]
    public async Task An_instance_says_what_it_does_not_hold(string path, string? body, string says)
    {
        var (status, problem) = await api.MemoryOnly.AskAsync(path, body);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, status);
        Assert.Contains(says, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_without_memory_sends_the_search_to_the_one_that_has_it()
    {
        var (_, here) = await api.All.AskAsync("/v1/memory/creatives/search", """{ "user_id": "u-1", "k": 3 }""");
        var (status, there) = await api.ApiOnly.AskAsync("/v1/memory/creatives/search", """{ "user_id": "u-1", "k": 3 }""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(Ids(here), Ids(there));

        var (refused, problem) = await api.ApiOnly.AskAsync("/v1/memory/facts/search", """{ "vector": [1, 2] }""");
        Assert.Equal(HttpStatusCode.BadRequest, refused);
        Assert.Contains("vector.length = '2'", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_root_says_what_runs_and_what_of_it_is_trained()
    {
        var (_, root) = await api.All.AskAsync("/");
        Assert.Equal("ads", (string)root["topology"]!);
        Assert.True((bool)root["model"]!["trained"]!);
        Assert.False((bool)root["encoder"]!["trained"]!);
        Assert.Contains("/metrics", root["endpoints"]!.AsArray().Select(e => (string)e!));
    }

    [Fact]
    public async Task Metrics_are_Prometheus_text_with_freshness_lag_dead_letters_and_the_process()
    {
        using var answer = await api.All.Http.GetAsync("/metrics");
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        var metrics = PrometheusDocument.Parse(await answer.Content.ReadAsStringAsync());

        Assert.Equal("histogram", metrics.Types["streaming_freshness_seconds"]);
        Assert.Equal(7, metrics.Sum("streaming_freshness_seconds_count", ("feature", "users"), ("since", "append")));
        Assert.Equal(7, metrics.Sum("streaming_freshness_seconds_count", ("feature", "users"), ("since", "event")));
        Assert.Equal(ApiFixture.Creatives, metrics.Sum("streaming_freshness_seconds_count", ("feature", "creatives"), ("since", "append")));
        Assert.Equal(7, metrics.Sum("streaming_records_processed_total", ("role", "users"), ("outcome", "applied")));
        Assert.Equal(1, metrics.Sum("streaming_tokens_unknown_creative_total"));
        Assert.Equal("gauge", metrics.Types["streaming_consumer_lag"]);
        Assert.Equal("counter", metrics.Types["streaming_dead_letters_total"]);
        Assert.Equal(1, metrics.Sum("streaming_dead_letters_total", ("topic", "user-events"), ("reason", "malformed")));
        Assert.Equal(3, metrics.Sum("streaming_memory_entries", ("namespace", "facts")));
        Assert.True(metrics.Sum("process_cpu_seconds_total") > 0);
        Assert.True(metrics.Sum("process_resident_memory_bytes") > 1e6);
        Assert.Equal(0, metrics.Sum("streaming_metrics_failures_total"));
    }

    [Fact]
    public async Task The_client_commands_show_what_the_API_answers()
    {
        var user = (await StreamingProgram.RunAsync("user", "u-1", "--api", api.All.Url, "--history", "3", "--json")).Exited(0);
        Assert.Equal(["c-5", "c-4", "c-3"], Assert.Single(user.JsonLines)["history"]!.AsArray().Select(e => (string)e!["creative_id"]!));
        var creative = (await StreamingProgram.RunAsync("creative", "c-1", "--api", api.All.Url, "--json")).Exited(0);
        Assert.Equal("Blue running shoes", (string)Assert.Single(creative.JsonLines)["title"]!);
        var found = (await StreamingProgram.RunAsync("search", "--text", "novel", "-k", "2", "--where", "category=books", "--api", api.All.Url, "--json")).Exited(0);
        Assert.Equal(["c-3", "c-4"], Ids(Assert.Single(found.JsonLines)).Order(StringComparer.Ordinal));

        var text = (await StreamingProgram.RunAsync("user", "u-1", "--api", api.All.Url)).Exited(0);
        Assert.Contains("Cooking pot", text.Output, StringComparison.Ordinal);
        var table = (await StreamingProgram.RunAsync("search", "--creative", "c-5", "-k", "1", "--api", api.All.Url)).Exited(0);
        Assert.Contains("Cooking pot", table.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user 'nobody'", "user", "nobody")]
    [InlineData("creative 'nothing'", "creative", "nothing")]
    [InlineData("namespace 'nowhere'", "search", "--namespace", "nowhere", "--text", "shoes")]
    [InlineData("user 'nobody'", "search", "--user", "nobody")]
    public async Task What_does_not_exist_is_exit_code_3_and_one_line(string names, params string[] command)
    {
        var result = (await StreamingProgram.RunAsync([.. command, "--api", api.All.Url])).Exited(3);
        Assert.Equal("", result.Output);
        Assert.StartsWith("streaming: ", Assert.Single(result.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Contains(names, result.Error, StringComparison.Ordinal);
    }

    private static List<string> Ids(JsonObject found) => [.. found["neighbours"]!.AsArray().Select(n => (string)n!["id"]!)];

    private static double Norm(JsonNode vector) => Math.Sqrt(vector.AsArray().Sum(v => (double)v! * (double)v!));
}
