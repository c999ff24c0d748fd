using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Streaming.Client.Api;
using Streaming.Server.Output;

namespace Streaming.Server.Tests.Api;

/// <summary>The typed client beside the API itself: whatever the API says, the client knows, under the same names and with the same values.</summary>
[Collection(ApiCollection.Name)]
public sealed class ClientApiTests(ApiFixture api)
{
    private const string Question = """{ "vectors": [[0.1, 0.9, 0], [1, 0.05, 0]], "k": 2, "explain": true, "half_life_seconds": 1e9 }""";

    private static readonly SearchRequest Asked = new() { Vectors = [[0.1f, 0.9f, 0], [1, 0.05f, 0]], K = 2, Explain = true, HalfLifeSeconds = 1e9 };

    public static TheoryData<Type, Type> Twins => new()
    {
        { typeof(Server.Api.SearchRequest), typeof(SearchRequest) },
        { typeof(Server.Api.SearchAnswer), typeof(SearchAnswer) },
        { typeof(Memory.Search.Neighbour), typeof(Neighbour) },
        { typeof(Server.Api.ExplainAnswer), typeof(SearchExplanation) },
        { typeof(Server.Api.InstanceVersion), typeof(InstanceVersion) },
        { typeof(Server.Api.MissingPartition), typeof(MissingPartition) },
        { typeof(Server.Api.MemoryEntryAnswer), typeof(MemoryEntry) },
        { typeof(Server.Api.UserAnswer), typeof(User) },
        { typeof(Server.Api.UserHistoryAnswer), typeof(UserHistory) },
        { typeof(Server.Api.HistoryEvent), typeof(HistoryEvent) },
        { typeof(Server.Api.CreativeAnswer), typeof(Creative) },
    };

    [Theory]
    [MemberData(nameof(Twins))]
    public void The_client_has_every_field_of_the_API_and_no_other(Type server, Type client)
    {
        Assert.NotEmpty(Fields(server));
        Assert.Equal(Fields(server), Fields(client));
    }

    [Fact]
    public void A_field_that_only_one_of_them_has_is_seen() => Assert.NotEqual(Fields(typeof(Server.Api.MissingPartition)), Fields(typeof(InstanceVersion)));

    [Fact]
    public async Task A_search_is_answered_as_without_the_client()
    {
        using var http = Http();
        var (_, raw) = await api.ApiOnly.AskAsync("/v1/memory/facts/search", Question);
        var typed = await new StreamingApi(http).SearchAsync("facts", Asked);

        // The clock readings differ from question to question.
        AssertSame(raw, typed with { Time = (DateTime)raw["time"]! });
        Assert.Equal((2, false, 6), (typed.Neighbours.Count, typed.Partial, typed.Explain!.Scored));
        Assert.Equal((DateTimeKind.Utc, (DateTime)raw["time"]! <= typed.Time), (typed.Time!.Value.Kind, true));
    }

    [Fact]
    public async Task A_search_of_each_kind_is_understood()
    {
        using var http = Http();
        var client = new StreamingApi(http);

        Assert.Equal(["east", "north"], Ids(await client.SearchAsync("facts", Asked with { Combine = Combination.Union, K = 1 })));
        Assert.Equal(["north"], Ids(await client.SearchAsync("facts", new() { Vector = [0.1f, 0.9f, 0], MinScore = 0.9f, K = 10 })));
        Assert.Equal("c-5", Assert.Single(Ids(await client.SearchAsync("creatives", new() { Text = "cooking pot", K = 1 }))));
        Assert.Equal("c-3", Ids(await client.SearchAsync("creatives", new() { CreativeId = "c-3", Where = new Dictionary<string, string> { ["category"] = "books" } }))[0]);
        Assert.Equal(ApiFixture.Creatives, Ids(await client.SearchAsync("creatives", new() { UserId = "u-1", BudgetMs = 60_000, MaxLists = 16, DeadlineMs = 30_000 })).Count);
        Assert.Empty(Ids(await client.SearchAsync("facts", new() { Vector = [1, 0, 0], AsOf = AsOf.Version(0) })));
        var entry = await client.FindEntryAsync("facts", "north");
        Assert.NotEmpty(Ids(await client.SearchAsync("facts", new() { Vector = [1, 0, 0], AsOf = AsOf.Time(entry!.Time) })));
    }

    [Fact]
    public async Task Look_ups_are_answered_as_without_the_client()
    {
        using var http = Http();
        var client = new StreamingApi(http);

        var entry = await client.FindEntryAsync("facts", "north", withVector: true);
        var (_, raw) = await api.ApiOnly.AskAsync("/v1/memory/facts/entries/north?vector=true");
        AssertSame(raw, entry! with { Time = (DateTime)raw["time"]! });
        Assert.Equal([0, 1, 0], entry.Vector!);
        Assert.Empty((await client.FindEntryAsync("facts", "promotions/spring", withVector: true))!.Vector!);
        using var owner = new HttpClient { BaseAddress = new Uri(api.All.Url) };
        AssertSame((await api.ApiOnly.AskAsync("/v1/users/u-1")).Body, await client.FindUserAsync("u-1"));
        AssertSame((await api.ApiOnly.AskAsync("/v1/creatives/c-0")).Body, await client.FindCreativeAsync("c-0"));
        AssertSame((await api.All.AskAsync("/v1/users/u-1/history?limit=4")).Body, await new StreamingApi(owner).FindHistoryAsync("u-1", 4));

        Assert.Null(await client.FindEntryAsync("facts", "nothing"));
        Assert.Null(await client.FindUserAsync("nobody"));
        Assert.Null(await new StreamingApi(owner).FindHistoryAsync("nobody"));
        Assert.Null(await client.FindCreativeAsync("nothing"));
    }

    [Fact]
    public async Task A_refusal_of_any_instance_names_field_value_and_rule()
    {
        using var http = Http();
        var client = new StreamingApi(http);

        await RefusedAsync(HttpStatusCode.BadRequest, "k", "0", "must be 1 to 1000", () => client.SearchAsync("facts", new() { Vector = [1, 2, 3], K = 0 }));
        // Found wrong by the instance that holds the namespace.
        await RefusedAsync(HttpStatusCode.BadRequest, "vector.length", "2", "must be ", () => client.SearchAsync("facts", new() { Vector = [1, 2] }));
        await RefusedAsync(HttpStatusCode.NotFound, "namespace", "nowhere", null, () => client.SearchAsync("nowhere", new() { Vector = [1, 2] }));
        await RefusedAsync(HttpStatusCode.NotFound, "namespace", "nowhere", null, () => client.FindEntryAsync("nowhere", "a"));
        await RefusedAsync(HttpStatusCode.NotFound, "version", "none", null, () => client.FindEntryAsync("creatives", "c-0", version: "none"));
        await RefusedAsync(HttpStatusCode.NotFound, "as_of", "1000000", null, () => client.FindEntryAsync("facts", "north", asOf: AsOf.Version(1_000_000)));
        await RefusedAsync(HttpStatusCode.NotFound, "user_id", "nobody", null, () => client.SearchAsync("creatives", new() { UserId = "nobody" }));
        await RefusedAsync(HttpStatusCode.BadRequest, "limit", "0", "must be 1 to 1000", () => client.FindHistoryAsync("u-1", 0));
    }

    private static async Task RefusedAsync(HttpStatusCode status, string field, string value, string? rule, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<ApiException>(call);
        Assert.Equal((status, field, value), (refused.Status, refused.Field, refused.Value));
        Assert.Equal(rule is not null, refused.Rule?.StartsWith(rule ?? "", StringComparison.Ordinal) ?? false);
    }

    private static void AssertSame(JsonNode raw, object? typed)
    {
        var again = JsonSerializer.SerializeToNode(typed, Answer.Json);
        Assert.True(JsonNode.DeepEquals(raw, again), $"{raw.ToJsonString()} is not {again?.ToJsonString()}");
    }

    private static IEnumerable<string> Fields(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.GetCustomAttribute<JsonIgnoreAttribute>() is null)
        .Select(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name))
        .Order(StringComparer.Ordinal);

    private static List<string> Ids(SearchAnswer found) => [.. found.Neighbours.Select(n => n.Id)];

    private HttpClient Http() => new() { BaseAddress = new Uri(api.ApiOnly.Url) };
}
