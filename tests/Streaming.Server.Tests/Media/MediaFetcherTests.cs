using System.Net;
using Microsoft.AspNetCore.Http;
using Streaming.Core.Topologies;
using Streaming.Runtime.Metrics;
using Streaming.Server.Media;

namespace Streaming.Server.Tests.Media;

public sealed class MediaFetcherTests : IDisposable
{
    private static readonly byte[] Bytes = [1, 2, 3, 4, 5];
    private readonly RuntimeMetrics _metrics = new();

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task Bytes_and_type_of_an_allowed_host_come_back()
    {
        await using var host = await MediaHost.StartAsync(c => Answer(c, "image/png", Bytes));
        using var fetcher = Fetcher(host);
        using var result = await fetcher.FetchAsync(host.Uri("/a.png"), default);

        Assert.Null(result.Refusal);
        Assert.Equal("image/png", result.MimeType);
        Assert.Equal(Bytes, result.Data.ToArray());
    }

    [Fact]
    public async Task An_allowed_host_at_a_private_address_is_not_even_connected_to()
    {
        await using var host = await MediaHost.StartAsync(c => Answer(c, "image/png", Bytes));
        using var fetcher = Fetcher(host, o => o with { AllowPrivate = false });
        using var result = await fetcher.FetchAsync(host.Uri("/a.png"), default);

        Assert.Contains("must not lead into the network: 127.0.0.1", result.Refusal, StringComparison.Ordinal);
        Assert.False(result.Failed);
        Assert.Equal(0, host.Asked);
    }

    [Fact]
    public async Task A_name_that_leads_to_a_private_address_is_refused_whatever_it_led_to_before()
    {
        await using var host = await MediaHost.StartAsync(c => Answer(c, "image/png", Bytes));
        var answers = new Queue<IPAddress[]>([[IPAddress.Parse("203.0.113.7"), IPAddress.Loopback], [IPAddress.Loopback]]);
        using var fetcher = new MediaFetcher(Options(host, o => o with { AllowPrivate = false, Allow = [$"cdn.test:{host.Port}"] }), _metrics.Media, TimeProvider.System, (_, _) => Task.FromResult(answers.Dequeue()));
        for (var round = 0; round < 2; round++)
        {
            using var result = await fetcher.FetchAsync($"http://cdn.test:{host.Port}/a.png", default);
            Assert.Contains("must not lead into the network: cdn.test is at", result.Refusal, StringComparison.Ordinal);
        }
        Assert.Equal(0, host.Asked);
    }

    [Fact]
    public async Task A_connection_goes_to_the_address_that_was_checked()
    {
        await using var host = await MediaHost.StartAsync(c => Answer(c, "image/png", Bytes));
        var asked = 0;
        // The system would not find this name: only what the check saw can have been connected to.
        using var fetcher = new MediaFetcher(Options(host, o => o with { Allow = [$"cdn.invalid:{host.Port}"] }), _metrics.Media, TimeProvider.System, (_, _) =>
        {
            asked++;
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        });
        using var result = await fetcher.FetchAsync($"http://cdn.invalid:{host.Port}/a.png", default);

        Assert.Null(result.Refusal);
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data", "must be on a host")]
    [InlineData("file:///etc/passwd", "https or http")]
    [InlineData("http://other.test/a.png", "must be on a host")]
    public async Task A_redirect_is_checked_like_the_first_address(string target, string says)
    {
        await using var host = await MediaHost.StartAsync(c => Redirect(c, target));
        using var fetcher = Fetcher(host);
        using var result = await fetcher.FetchAsync(host.Uri("/a.png"), default);

        Assert.Contains("is redirected to", result.Refusal, StringComparison.Ordinal);
        Assert.Contains(says, result.Refusal, StringComparison.Ordinal);
        Assert.Equal(1, host.Asked);
    }

    [Fact]
    public async Task Redirects_are_followed_a_bounded_number_of_times()
    {
        await using var host = await MediaHost.StartAsync(c => c.Request.Path == "/2" ? Answer(c, "image/png", Bytes) : Redirect(c, c.Request.Path == "/1" ? "/2" : "/1"));
        using var twice = Fetcher(host, o => o with { MaxRedirects = 2 });
        using var found = await twice.FetchAsync(host.Uri("/a.png"), default);
        Assert.Null(found.Refusal);

        using var once = Fetcher(host, o => o with { MaxRedirects = 1 });
        using var given = await once.FetchAsync(host.Uri("/a.png"), default);
        Assert.Equal("must not be redirected more than 1 times", given.Refusal);
    }

    [Fact]
    public async Task A_promised_length_above_the_limit_is_not_read()
    {
        await using var host = await MediaHost.StartAsync(async c =>
        {
            c.Response.ContentLength = 5_000_000;
            c.Response.ContentType = "image/png";
            await c.Response.Body.FlushAsync();
            await Endless(c);
        });
        using var fetcher = Fetcher(host);
        using var result = await fetcher.FetchAsync(host.Uri("/a.png"), default);
        Assert.Equal("must have at most 100000 bytes: the host sends 5000000 bytes", result.Refusal);
    }

    [Fact]
    public async Task A_body_without_a_length_is_cut_at_the_limit()
    {
        await using var host = await MediaHost.StartAsync(async c =>
        {
            c.Response.ContentType = "image/png";
            while (!c.RequestAborted.IsCancellationRequested)
                await c.Response.Body.WriteAsync(new byte[10_000], c.RequestAborted);
        });
        using var fetcher = Fetcher(host);
        using var result = await fetcher.FetchAsync(host.Uri("/a.png"), default);
        Assert.Equal("must have at most 100000 bytes: the host sends more bytes", result.Refusal);
    }

    [Fact]
    public async Task A_body_at_the_limit_comes_whole()
    {
        var body = Enumerable.Range(0, 100_000).Select(i => (byte)(i * 31)).ToArray();
        await using var host = await MediaHost.StartAsync(async c =>
        {
            foreach (var part in body.Chunk(7_001))
                await c.Response.Body.WriteAsync(part);
        });
        using var fetcher = Fetcher(host);
        using var result = await fetcher.FetchAsync(host.Uri("/a.png"), default);
        Assert.Null(result.Refusal);
        Assert.True(result.Data.Span.SequenceEqual(body));
    }

    [Fact]
    public async Task A_host_that_never_answers_costs_the_time_out()
    {
        await using var host = await MediaHost.StartAsync(Endless);
        using var fetcher = Fetcher(host, o => o with { Timeout = TimeSpan.FromMilliseconds(50) });
        using var result = await fetcher.FetchAsync(host.Uri("/a.png"), default);
        Assert.True(result.Failed);
        Assert.Equal("did not come within 0.05 s", result.Refusal);
    }

    [Theory]
    [InlineData(200, "text/html", "must be a picture or a video: the host says text/html")]
    [InlineData(404, "image/png", "the host answers 404")]
    [InlineData(500, "image/png", "the host answers 500")]
    public async Task Anything_but_a_medium_is_refused(int status, string type, string says)
    {
        await using var host = await MediaHost.StartAsync(c =>
        {
            c.Response.StatusCode = status;
            return Answer(c, type, Bytes);
        });
        using var fetcher = Fetcher(host);
        using var result = await fetcher.FetchAsync(host.Uri("/a.png"), default);
        Assert.Contains(says, result.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_not_there_is_a_failure_and_no_exception()
    {
        var host = await MediaHost.StartAsync(c => Answer(c, "image/png", Bytes));
        await host.DisposeAsync();
        using var fetcher = Fetcher(host);
        using var result = await fetcher.FetchAsync(host.Uri("/a.png"), default);
        Assert.True(result.Failed);
        Assert.StartsWith("cannot be got: ", result.Refusal, StringComparison.Ordinal);
    }

    private MediaFetcher Fetcher(MediaHost host, Func<MediaFetchOptions, MediaFetchOptions>? edit = null) => new(Options(host, edit), _metrics.Media, TimeProvider.System);

    private static MediaOptions Options(MediaHost host, Func<MediaFetchOptions, MediaFetchOptions>? edit = null)
    {
        var fetch = new MediaFetchOptions { Allow = [host.Authority], AllowPrivate = true, Timeout = TimeSpan.FromSeconds(30) };
        return new() { MaxBytes = 100_000, Fetch = edit?.Invoke(fetch) ?? fetch };
    }

    private static Task Answer(HttpContext context, string type, byte[] body)
    {
        context.Response.ContentType = type;
        return context.Response.Body.WriteAsync(body).AsTask();
    }

    private static Task Redirect(HttpContext context, string target)
    {
        context.Response.StatusCode = 302;
        context.Response.Headers.Location = target;
        return Task.CompletedTask;
    }

    private static async Task Endless(HttpContext context)
    {
        var aborted = new TaskCompletionSource();
        await using var _ = context.RequestAborted.Register(() => aborted.SetResult());
        await aborted.Task;
    }
}
