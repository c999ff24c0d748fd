using System.Net.Http.Headers;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Runtime.Metrics;

namespace Streaming.Server.LanguageModel;

/// <summary>
/// Asks a language model for labels of creatives. Never the reason that a creative fails: without an answer there are no labels. Safe for any thread.
/// </summary>
internal sealed class LanguageModelTagger : IDisposable
{
    private const int MaxAnswerBytes = 64 * 1024;

    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    private readonly LanguageModelOptions _options;
    private readonly MediaMetrics _metrics;
    private readonly HttpClient _client;
    private readonly Uri _address;
    private readonly SemaphoreSlim _slots;
    private readonly ResiliencePipeline _pipeline;

    /// <param name="options">Validated, with an endpoint.</param>
    /// <param name="key">Sent as a bearer token; null = none.</param>
    /// <param name="metrics">Told of every answer.</param>
    /// <param name="clock">Of time-out and pause.</param>
    public LanguageModelTagger(LanguageModelOptions options, string? key, MediaMetrics metrics, TimeProvider clock)
    {
        (_options, _metrics) = (options, metrics);
        _address = new Uri(options.Endpoint.TrimEnd('/') + "/chat/completions");
        // The pipeline's time-out covers slow bodies as well.
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = System.Threading.Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswerBytes };
        _client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        _slots = new SemaphoreSlim(options.Concurrency);
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.5,
                MinimumThroughput = 10,
                BreakDuration = options.Pause,
                ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<TimeoutRejectedException>(),
            })
            .AddTimeout(options.Timeout)
            .Build();
    }

    /// <summary>The tagger that the options ask for, or null when it is off.</summary>
    public static LanguageModelTagger? Find(LanguageModelOptions options, MediaMetrics metrics, TimeProvider clock) => options.Endpoint.Length == 0
        ? null
        : new(options, options.KeyVariable.Length == 0 ? null : Environment.GetEnvironmentVariable(options.KeyVariable), metrics, clock);

    /// <summary>Labels by tag; empty when there is no usable answer.</summary>
    public async Task<IReadOnlyDictionary<string, string>> AskAsync(Creative creative, CancellationToken cancellationToken)
    {
        try
        {
            await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return NoLabels;
        }
        try
        {
            var body = await _pipeline.ExecuteAsync(token => SendAsync(creative, token), cancellationToken).ConfigureAwait(false);
            return Read(body);
        }
        catch (Exception e) when (e is HttpRequestException or BrokenCircuitException or TimeoutRejectedException or OperationCanceledException)
        {
            _metrics.Answered(e switch { BrokenCircuitException => "paused", TimeoutRejectedException => "timed_out", OperationCanceledException => "given_up", _ => "failed" });
            return NoLabels;
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _slots.Dispose();
    }

    private async ValueTask<byte[]> SendAsync(Creative creative, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(LabelQuestion.Write(creative, _options)) { Headers = { ContentType = new("application/json") } };
        using var response = await _client.PostAsync(_address, content, cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
    }

    private IReadOnlyDictionary<string, string> Read(byte[] body)
    {
        var labels = LabelAnswer.Read(body, _options, out var rejected);
        _metrics.Answered(labels is null ? "malformed" : rejected > 0 ? "rejected" : "answered");
        return labels ?? NoLabels;
    }
}
