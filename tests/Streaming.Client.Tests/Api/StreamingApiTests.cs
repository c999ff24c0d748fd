using System.Net;
using System.Text;
using Streaming.Client.Api;

namespace Streaming.Client.Tests.Api;

/// <summary>What is asked and how answers are read. That names are the API's own is tested against a running one, with the server's tests.</summary>
public sealed class StreamingApiTests : IDisposable
{
    private const string Nothing = """{ "namespace": "facts", "partial": false, "neighbours": [] }""";
    private readonly CannedAnswers _server = new();
    private readonly HttpClient _http;
    private readonly StreamingApi _api;

    public StreamingApiTests()
    {
        _http = new HttpClient(_server) { BaseAddress = new Uri("http://platform/behind/") };
        _api = new StreamingApi(_http);
    }

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task A_request_has_what_was_given_and_nothing_else()
    {
        _server.Answer = (HttpStatusCode.OK, "application/json", Nothing);

        await _api.SearchAsync("a/b", new()
        {
            Vectors = [[0.1f, 1], [2, 3]],
            Combine = Combination.Union,
            K = 5,
            Where = new Dictionary<string, string> { ["category"] = "shoes" },
            AsOf = AsOf.Version(41),
            MaxLists = 8,
            BudgetMs = 1.5,
            HalfLifeSeconds = 60,
            MinScore = 0.5f,
            Explain = true,
        });

        Assert.Equal("http://platform/behind/v1/memory/a%2Fb/search", _server.Asked);
        Assert.Equal(
            """{"vectors":[[0.1,1],[2,3]],"combine":"union","k":5,"where":{"category":"shoes"},"as_of":41,"max_lists":8,"budget_ms":1.5,"explain":true,"min_score":0.5,"half_life_seconds":60}""",
            _server.Body);
        await _api.SearchAsync("facts", new() { UserId = "u", AsOf = AsOf.Time(new DateTimeOffset(2026, 1, 31, 13, 0, 0, TimeSpan.FromHours(1))) });
        Assert.Equal("""{"user_id":"u","as_of":"2026-01-31T12:00:00Z"}""", _server.Body);
    }

    [Fact]
    public async Task A_key_may_hold_slashes_and_what_a_path_reserves()
    {
        _server.Answer = Problem(404, """{ "detail": "no entry" }""");

        Assert.Null(await _api.FindEntryAsync("facts", "promotions/spring?&ü", withVector: true, AsOf.Version(3), "cb7"));
        Assert.Equal("http://platform/behind/v1/memory/facts/entries/promotions/spring%3F%26%C3%BC?vector=true&as_of=3&version=cb7", _server.Asked);
        Assert.Null(await _api.FindHistoryAsync("u-1", 7));
        Assert.Equal("http://platform/behind/v1/users/u-1/history?limit=7", _server.Asked);
        await Assert.ThrowsAsync<ArgumentException>(() => _api.FindEntryAsync("facts", "a/../b"));
    }

    [Fact]
    public async Task A_refusal_names_field_value_and_rule()
    {
        _server.Answer = Problem(400, """{ "detail": "k = '0': must be 1 to 1000", "field": "k", "value": "0", "rule": "must be 1 to 1000" }""");

        var refused = await Assert.ThrowsAsync<ApiException>(() => _api.SearchAsync("facts", new()));

        Assert.Equal((HttpStatusCode.BadRequest, "k", "0", "must be 1 to 1000"), (refused.Status, refused.Field, refused.Value, refused.Rule));
        Assert.Equal("k = '0': must be 1 to 1000", refused.Message);
        Assert.False(refused.IsTransient);
    }

    [Fact]
    public async Task Only_a_missing_key_is_no_answer()
    {
        _server.Answer = Problem(404, """{ "detail": "namespace 'nowhere' does not exist", "field": "namespace", "value": "nowhere" }""");
        Assert.Equal("namespace", (await Assert.ThrowsAsync<ApiException>(() => _api.FindEntryAsync("nowhere", "a"))).Field);
        _server.Answer = Problem(503, """{ "detail": "nobody is known to own it" }""");
        Assert.True((await Assert.ThrowsAsync<ApiException>(() => _api.FindEntryAsync("facts", "a"))).IsTransient);
        // Not the platform's: a wrong base address, say.
        _server.Answer = (HttpStatusCode.NotFound, "text/html", "<html>");
        var elsewhere = await Assert.ThrowsAsync<ApiException>(() => _api.FindUserAsync("u-1"));
        Assert.StartsWith("http://platform/behind/v1/users/u-1 answered 404", elsewhere.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_newer_platform_tells_besides_is_left_out()
    {
        _server.Answer = (HttpStatusCode.OK, "application/json", """{ "namespace": "facts", "partial": true, "neighbours": [], "mood": 3, "missing": [{ "partition": "u-1", "reason": "away", "mood": 1 }] }""");
        var answer = await _api.SearchAsync("facts", new() { Text = "shoes" });
        Assert.Equal(("u-1", "away", null), (Assert.Single(answer.Missing!).Partition, answer.Missing![0].Reason, answer.Missing[0].Instance));
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_not_kept_waiting()
    {
        using var given = new CancellationTokenSource();
        var asking = _api.SearchAsync("facts", new() { Text = "shoes" }, given.Token);
        await _server.Waiting;
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private static (HttpStatusCode, string, string) Problem(int status, string json) => ((HttpStatusCode)status, "application/problem+json", json);

    /// <summary>Answers everything alike, and nothing until there is an answer.</summary>
    private sealed class CannedAnswers : HttpMessageHandler
    {
        private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public (HttpStatusCode Status, string Type, string Body)? Answer { get; set; }

        public string Asked { get; private set; } = "";

        public string Body { get; private set; } = "";

        public Task Waiting => _waiting.Task;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked = request.RequestUri!.AbsoluteUri;
            Body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            if (Answer is not { } answer)
            {
                _waiting.SetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
                throw new InvalidOperationException("nothing to answer");
            }
            return new(answer.Status) { RequestMessage = request, Content = new StringContent(answer.Body, Encoding.UTF8, answer.Type) };
        }
    }
}
