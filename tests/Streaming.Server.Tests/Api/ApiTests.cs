using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Streaming.Core.Contracts;

namespace Streaming.Server.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class ApiTests(ApiFixture api)
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
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2, 3], "text": "shoes" }""", 400, "vector, vectors, user_id, creative_id, text = '2': exactly one")]
    [InlineData("/v1/memory/facts/search", "{}", 400, "vector, vectors, user_id, creative_id, text = '0': exactly one")]
    [InlineData("/v1/memory/facts/search", """{ "user_id": "u-1" }""", 400, "vector.length = '32'")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2, 3], "lists": 0 }""", 400, "lists = '0'")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2, 3], "k": 5, "candidates": 4 }""", 400, "candidates = '4': must be k, which is 5")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2, 3], "half_life_seconds": 0 }""", 400, "half_life_seconds = '0': must be")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2, 3], "as_of": "yesterday" }""", 400, "as_of = 'yesterday': must be a version's number, or a time in RFC 3339")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2, 3], "as_of": true }""", 400, "$.as_of")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2, 3], "as_of": "9999-01-01T00:00:00Z" }""", 400, "must not be in the future")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2, 3], "as_of": 1000000 }""", 404, "as_of = '1000000': does not exist yet; the newest version is")]
    [InlineData("/v1/memory/facts/search", """{ "vector": [1, 2, 3], "as_of": "2000-01-01T00:00:00+02:00" }""", 410, "is not kept; the oldest version that is kept is 0, of 20")]
    [InlineData("/v1/memory/creatives/search", """{ "creative_id": "c-0", "as_of": 0 }""", 410, "as_of = '0': is not kept; the oldest version that is kept is")]
    [InlineData("/v1/memory/nowhere/entries/a", null, 404, "namespace 'nowhere'")]
    [InlineData("/v1/memory/facts/entries/nothing", null, 404, "namespace 'facts' has no entry 'nothing'")]
    [InlineData("/v1/memory/facts/entries/north?as_of=0", null, 404, "no entry 'north' in version 0")]
    [InlineData("/v1/memory/creatives/entries/c-0?as_of=0", null, 410, "as_of = '0': is not kept")]
    [InlineData("/v1/memory/facts/entries/north?vector=perhaps", null, 400, "vector\" from \"perhaps\"")]
    [InlineData("/v1/memory/creatives/entries/c-0?version=nothing", null, 404, "version = 'nothing'")]
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
    [InlineData("/v1/users/u-1/history?local=true", null, "user 'u-1' is kept by the owner of user-events-")]
    [InlineData("/v1/memory/creatives/search", """{ "user_id": "u-1" }""", "no api role")]
    public async Task An_instance_says_what_it_does_not_hold(string path, string? body, string says)
    {
        var (status, problem) = await api.MemoryOnly.AskAsync(path, body);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, status);
        Assert.Contains(says, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/memory/facts/entries/north?local=true", "which this instance does not have")]
    public async Task An_instance_asked_for_its_own_part_says_that_it_has_none(string path, string says)
    {
        var (status, problem) = await api.ApiOnly.AskAsync(path);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, status);
        Assert.Contains(says, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_history_that_nobody_is_known_to_own_is_not_available_now()
    {
        // No instance of this topology has the users role.
        var (status, problem) = await api.ApiOnly.AskAsync("/v1/users/u-1/history");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("nobody is known to own it", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_without_memory_sends_the_search_to_the_one_that_has_it()
    {
        var (_, here) = await api.All.AskAsync("/v1/memory/creatives/search", """{ "user_id": "u-1", "k": 3 }""");
        var (status, there) = await api.ApiOnly.AskAsync("/v1/memory/creatives/search", """{ "user_id": "u-1", "k": 3, "deadline_ms": 60000 }""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(Ids(here), Ids(there));

        var (refused, problem) = await api.ApiOnly.AskAsync("/v1/memory/facts/search", """{ "vector": [1, 2] }""");
        Assert.Equal(HttpStatusCode.BadRequest, refused);
        Assert.Contains("vector.length = '2'", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_without_memory_asks_the_one_that_has_it_for_entries_and_namespaces()
    {
        var (status, entry) = await api.ApiOnly.AskAsync("/v1/memory/facts/entries/promotions/spring");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("promotions/spring", (string)entry["id"]!);
        var (_, list) = await api.ApiOnly.AskAsync("/v1/memory");
        Assert.Equal(["facts", "creatives"], list["namespaces"]!.AsArray().Select(n => (string)n!["name"]!));
        var (refused, _) = await api.ApiOnly.AskAsync("/v1/memory/facts/entries/nothing");
        Assert.Equal(HttpStatusCode.NotFound, refused);
    }

    [Fact]
    public async Task A_search_as_of_an_older_version_or_time_answers_what_was_true_then()
    {
        var (_, before) = await SearchFactsAsync("");
        await api.SendFactAsync("south", 0, -1, 0);
        await Eventually.HoldsAsync("the new fact is found", async () => Ids((await SearchFactsAsync("")).Body).Contains("south"));

        var (_, byVersion) = await SearchFactsAsync($$""", "as_of": {{before["version"]}}""");
        var (_, byTime) = await SearchFactsAsync($$""", "as_of": "{{before["time"]}}" """);
        var (_, empty) = await SearchFactsAsync(""", "as_of": 0""");

        Assert.Equal((long)before["version"]!, (long)byVersion["version"]!);
        Assert.Equal(before["neighbours"]!.ToJsonString(), byVersion["neighbours"]!.ToJsonString());
        Assert.Equal(before.ToJsonString(), byTime.ToJsonString());
        Assert.Empty(Ids(empty));
        await DeleteFactAsync("south");
    }

    [Fact]
    public async Task An_exact_search_and_one_of_all_lists_find_the_same()
    {
        var (_, exact) = await SearchFactsAsync(""", "exact": true""");
        var (status, wide) = await SearchFactsAsync(""", "lists": 65536, "candidates": 1000""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(exact["neighbours"]!.ToJsonString(), wide["neighbours"]!.ToJsonString());
        var metrics = await api.All.MetricsAsync();
        Assert.True(metrics.Sum("streaming_memory_search_duration_seconds_count", ("namespace", "facts"), ("exact", "true")) >= 1);
    }

    [Fact]
    public async Task Scores_lose_by_age_and_low_ones_are_left_out()
    {
        var (_, all) = await SearchFactsAsync("");
        var scores = all["neighbours"]!.AsArray().Select(n => (double)n!["score"]!).ToList();
        var (_, near) = await SearchFactsAsync(string.Create(CultureInfo.InvariantCulture, $", \"min_score\": {scores[0] - 1e-3}"));
        Assert.Single(near["neighbours"]!.AsArray());
        Assert.True(scores.Count > 1);

        var (status, aged) = await SearchFactsAsync(""", "half_life_seconds": 0.001""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.InRange((double)aged["neighbours"]!.AsArray()[0]!["score"]!, 0, scores[0] / 2);
    }

    [Fact]
    public async Task An_entry_is_looked_up_by_its_key_with_its_vector_if_asked()
    {
        var (status, north) = await api.All.AskAsync("/v1/memory/facts/entries/north?vector=true");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("north", (string)north["attributes"]!["axis"]!);
        Assert.Equal([0, 1, 0], north["vector"]!.AsArray().Select(v => (double)v!));
        Assert.Equal((long)north["event_time_ms"]! + (long)TimeSpan.FromDays(7).TotalMilliseconds, (long)north["valid_until_ms"]!);

        var (_, fact) = await api.All.AskAsync("/v1/memory/facts/entries/promotions/spring");
        Assert.Equal("promotions/spring", (string)fact["attributes"]!["axis"]!);
        Assert.Null(fact["vector"]);
    }

    [Fact]
    public async Task A_deleted_entry_is_gone_and_still_there_as_of_before()
    {
        await api.SendFactAsync("temporary", 1, 1, 1);
        var path = "/v1/memory/facts/entries/temporary";
        await Eventually.HoldsAsync("the entry is there", async () => (await api.All.AskAsync(path)).Status == HttpStatusCode.OK);
        var (_, before) = await api.All.AskAsync(path);

        await DeleteFactAsync("temporary");

        var (status, then) = await api.All.AskAsync($"{path}?as_of={before["version"]}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(before["event_time_ms"]!.ToJsonString(), then["event_time_ms"]!.ToJsonString());
    }

    [Fact]
    public async Task Namespaces_are_listed_with_sizes_and_versions()
    {
        var (_, list) = await api.All.AskAsync("/v1/memory");
        var facts = list["namespaces"]!.AsArray().Single(n => (string)n!["name"]! == "facts")!;
        Assert.Equal((ApiFixture.Facts, 3, "cosine"), ((int)facts["entries"]!, (int)facts["dimension"]!, (string)facts["metric"]!));
        Assert.Equal((1, false, 1), ((int)facts["lists"]!, (bool)facts["moving"]!, (double)facts["drift"]!));
        Assert.Equal((double)facts["entries"]! / (double)facts["rows"]!, (double)facts["live_share"]!, 1e-9);
        Assert.Equal((double)facts["size_bytes"]! / (double)facts["entries"]!, (double)facts["bytes_per_entry"]!, 1e-6);
        Assert.Equal(0, (long)facts["oldest_version"]!);
        Assert.True((long)facts["version"]! > 0);
    }

    [Fact]
    public async Task The_root_says_what_runs_and_what_of_it_is_trained()
    {
        var (_, root) = await api.All.AskAsync("/");
        Assert.Equal("ads", (string)root["topology"]!);
        Assert.True((bool)root["model"]!["trained"]!);
        Assert.True((bool)root["encoder"]!["trained"]!);
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
        Assert.Equal(ApiFixture.Facts, metrics.Sum("streaming_memory_entries", ("namespace", "facts")));
        Assert.True(metrics.Sum("streaming_memory_rows", ("namespace", "facts")) >= ApiFixture.Facts);
        Assert.Equal(1, metrics.Sum("streaming_memory_lists", ("namespace", "facts")));
        Assert.Equal(1, metrics.Sum("streaming_memory_drift", ("namespace", "facts")));
        Assert.True(metrics.Sum("streaming_memory_version", ("namespace", "facts")) > metrics.Sum("streaming_memory_oldest_version", ("namespace", "facts")));
        Assert.Equal(ApiFixture.Creatives, metrics.Sum("streaming_memory_upserts_total", ("namespace", "creatives"), ("outcome", "inserted")));
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

        var none = (await StreamingProgram.RunAsync("search", "--namespace", "facts", "--vector", "1,0,0", "--exact", "--as-of", "0", "--api", api.All.Url, "--json")).Exited(0);
        Assert.Empty(Ids(Assert.Single(none.JsonLines)));
        var entry = (await StreamingProgram.RunAsync("memory", "get", "facts", "promotions/spring", "--api", api.All.Url, "--json")).Exited(0);
        Assert.Equal("promotions/spring", (string)Assert.Single(entry.JsonLines)["id"]!);
        var namespaces = (await StreamingProgram.RunAsync("memory", "list", "--api", api.All.Url, "--json")).Exited(0);
        Assert.Equal(["facts", "creatives"], namespaces.JsonLines.Select(n => (string)n["name"]!));
        Assert.Contains("facts", (await StreamingProgram.RunAsync("memory", "list", "--api", api.All.Url)).Exited(0).Output, StringComparison.Ordinal);

        var text = (await StreamingProgram.RunAsync("user", "u-1", "--api", api.All.Url)).Exited(0);
        Assert.Contains("Cooking pot", text.Output, StringComparison.Ordinal);
        var table = (await StreamingProgram.RunAsync("search", "--creative", "c-5", "-k", "1", "--api", api.All.Url)).Exited(0);
        Assert.Contains("Cooking pot", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_counts_entries_and_deletes_them_by_http_and_by_command()
    {
        await api.SendFactAsync("filtered/1");
        await api.SendFactAsync("filtered/2");
        await MatchingAsync("filtered/1", 1);
        await MatchingAsync("filtered/2", 1);

        var counted = (await DeleteWhereAsync("axis=filtered/1", "--dry-run", "--api", api.MemoryOnly.Url)).Exited(0);
        Assert.Equal(1, (int)Assert.Single(counted.JsonLines)["matching"]!);
        (await DeleteWhereAsync("axis=filtered/1", "--bootstrap-servers", api.All.BootstrapServers)).Exited(0);
        await MatchingAsync("filtered/1", 0);
        Assert.Equal(1, (int)(await api.ApiOnly.AskAsync("/v1/memory/facts/entries?where=axis%3Dfiltered/2")).Body["matching"]!);

        using var http = new HttpClient { BaseAddress = new Uri(api.ApiOnly.Url) };
        using var deleted = await http.DeleteAsync("/v1/memory/facts/entries?where=axis%3Dfiltered/2");
        Assert.Equal(HttpStatusCode.Accepted, deleted.StatusCode);
        await MatchingAsync("filtered/2", 0);
        Assert.Equal(HttpStatusCode.NotFound, (await api.All.AskAsync("/v1/memory/facts/entries/filtered/2")).Status);

        // Two instances hold the memory here, under two groups: each tells, and of the same writes.
        List<MemoryChange> told = [];
        await Eventually.HoldsAsync("both tell of both", async () =>
        {
            var records = await TopicRecords.ReadAsync(api.All.BootstrapServers, "memory-changes");
            told = [.. records.Select(r => MemoryChange.Parser.ParseFrom(r.Value)).Where(c => c.Id.StartsWith("filtered/", StringComparison.Ordinal))];
            return told.Count >= 4;
        });
        Assert.All(told, c => Assert.Equal(("facts", "deleted"), (c.Namespace, c.Reason)));
        Assert.All(told.GroupBy(c => c.Id), same => Assert.Single(same.Select(c => (c.Source, c.Offset, c.EventTimeMs)).Distinct()));
        var tail = (await StreamingProgram.RunAsync("tail", "memory-changes", "--from-beginning", "--max", "1", "--json", "--topology", api.TopologyPath, "--bootstrap-servers", api.All.BootstrapServers)).Exited(0);
        Assert.Equal("facts", (string)Assert.Single(tail.JsonLines)["value"]!["namespace"]!);
        var metrics = await api.All.MetricsAsync();
        Assert.True(metrics.Sum("streaming_memory_departures_total", ("namespace", "facts"), ("reason", "deleted")) >= 2);
        Assert.True(metrics.Sum("streaming_memory_changes_total", ("namespace", "facts"), ("outcome", "delivered")) >= 2);
        Assert.InRange(metrics.Sum("streaming_memory_oldest_entry_age_seconds", ("namespace", "facts")), 0, 3_600);

        Task MatchingAsync(string axis, int expected) => Eventually.HoldsAsync($"{expected} match", async () =>
            (int)(await api.All.AskAsync($"/v1/memory/facts/entries?where=axis%3D{axis}")).Body["matching"]! == expected
            && (int)(await api.MemoryOnly.AskAsync($"/v1/memory/facts/entries?where=axis%3D{axis}")).Body["matching"]! == expected);

        Task<ProgramResult> DeleteWhereAsync(string pair, params string[] more) =>
            StreamingProgram.RunAsync(["memory", "delete", "facts", "--where", pair, "--topology", api.TopologyPath, "--json", .. more]);
    }

    [Theory]
    [InlineData("/v1/memory/facts/entries", HttpStatusCode.BadRequest, "where = ''")]
    [InlineData("/v1/memory/facts/entries?where=axis", HttpStatusCode.BadRequest, "where = 'axis': must be name=value")]
    [InlineData("/v1/memory/nowhere/entries?where=a%3Db", HttpStatusCode.NotFound, "namespace 'nowhere'")]
    public async Task A_filter_that_means_nothing_is_refused_by_count_and_by_delete(string path, HttpStatusCode expected, string names)
    {
        var (status, body) = await api.All.AskAsync(path);
        Assert.Equal(expected, status);
        Assert.Contains(names, (string)body["detail"]!, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = new Uri(api.All.Url) };
        using var deleted = await http.DeleteAsync(path);
        Assert.Equal(expected, deleted.StatusCode);
        Assert.Contains(names, await deleted.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user 'nobody'", "user", "nobody")]
    [InlineData("creative 'nothing'", "creative", "nothing")]
    [InlineData("namespace 'nowhere'", "search", "--namespace", "nowhere", "--text", "shoes")]
    [InlineData("user 'nobody'", "search", "--user", "nobody")]
    [InlineData("as_of = '0': is not kept", "search", "--text", "shoes", "--as-of", "0")]
    [InlineData("no entry 'nothing'", "memory", "get", "facts", "nothing")]
    public async Task What_does_not_exist_is_exit_code_3_and_one_line(string names, params string[] command)
    {
        var result = (await StreamingProgram.RunAsync([.. command, "--api", api.All.Url])).Exited(3);
        Assert.Equal("", result.Output);
        Assert.StartsWith("streaming: ", Assert.Single(result.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Contains(names, result.Error, StringComparison.Ordinal);
    }

    private Task<(HttpStatusCode Status, JsonObject Body)> SearchFactsAsync(string more) =>
        api.All.AskAsync("/v1/memory/facts/search", $$"""{ "vector": [0.1, -0.9, 0]{{more}} }""");

    private async Task DeleteFactAsync(string id)
    {
        var deleted = (await StreamingProgram.RunAsync("memory", "delete", "facts", id, "--topology", api.TopologyPath, "--bootstrap-servers", api.All.BootstrapServers, "--json")).Exited(0);
        Assert.Equal(1, (int)Assert.Single(deleted.JsonLines)["sent"]!);
        await Eventually.HoldsAsync("the entry is gone", async () => (await api.All.AskAsync($"/v1/memory/facts/entries/{id}")).Status == HttpStatusCode.NotFound);
    }

    private static List<string> Ids(JsonObject found) => [.. found["neighbours"]!.AsArray().Select(n => (string)n!["id"]!)];

    private static double Norm(JsonNode vector) => Math.Sqrt(vector.AsArray().Sum(v => (double)v! * (double)v!));
}
