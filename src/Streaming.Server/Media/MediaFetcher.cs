using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Streaming.Core.Creatives;
using Streaming.Core.Topologies;
using Streaming.Runtime.Metrics;

namespace Streaming.Server.Media;

/// <summary>Gets media by URI: only from allowed hosts at allowed addresses, within a time and a size. Nothing that others send makes it throw. Safe for any thread.</summary>
internal sealed class MediaFetcher : IDisposable
{
    private const int FirstBufferBytes = 64 * 1024;

    private readonly MediaFetchOptions _options;
    private readonly int _maxBytes;
    private readonly MediaUriPolicy _policy;
    private readonly HttpMessageInvoker _client;
    private readonly MediaMetrics _metrics;
    private readonly TimeProvider _clock;

    /// <param name="options">Validated.</param>
    /// <param name="metrics">Told of every request.</param>
    /// <param name="clock">Of the time-outs.</param>
    /// <param name="resolve">Addresses of a host name; null = the system's.</param>
    public MediaFetcher(MediaOptions options, MediaMetrics metrics, TimeProvider clock, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        (_options, _maxBytes, _metrics, _clock) = (options.Fetch, (int)options.MaxBytes, metrics, clock);
        _policy = new MediaUriPolicy(options.Fetch);
        _client = new CheckedConnections(_policy, resolve ?? Dns.GetHostAddressesAsync).Client();
    }

    /// <summary>Asks for one medium. The caller disposes the result.</summary>
    public async Task<FetchResult> FetchAsync(string uri, CancellationToken cancellationToken)
    {
        var started = _clock.GetTimestamp();
        var result = await WithinTimeAsync(uri, cancellationToken).ConfigureAwait(false);
        _metrics.Fetched(result.Refusal is null ? "fetched" : result.Failed ? "failed" : "refused", _clock.GetElapsedTime(started));
        return result;
    }

    public void Dispose() => _client.Dispose();

    private async Task<FetchResult> WithinTimeAsync(string uri, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_options.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await FollowAsync(uri, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return FetchResult.NotGot(cancellationToken.IsCancellationRequested
                ? "was given up"
                : string.Create(CultureInfo.InvariantCulture, $"did not come within {_options.Timeout.TotalSeconds:0.###} s"));
        }
        catch (HttpRequestException e) when (e.InnerException is AddressRefusedException refused)
        {
            return FetchResult.Refused($"must not lead into the network: {refused.Message} (creatives.media.fetch.allow_private)");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException)
        {
            return FetchResult.NotGot($"cannot be got: {e.InnerException?.Message ?? e.Message}");
        }
    }

    private async Task<FetchResult> FollowAsync(string text, CancellationToken cancellationToken)
    {
        if (_policy.Refusal(text, out var uri) is { } refusal)
            return FetchResult.Refused(refusal);
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri) { Headers = { { "Accept", "image/*, video/*" }, { "User-Agent", "streaming" } } };
            using var response = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!IsRedirect(response.StatusCode) || response.Headers.Location is not { } location)
                return await ReadAsync(response, cancellationToken).ConfigureAwait(false);
            if (redirects == _options.MaxRedirects)
                return FetchResult.NotGot($"must not be redirected more than {_options.MaxRedirects} times");
            var next = new Uri(uri!, location);
            if (uri!.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps)
                return FetchResult.Refused($"must not be redirected from https to {next.Scheme}");
            if (_policy.Refusal(next.AbsoluteUri, out uri) is { } elsewhere)
                return FetchResult.Refused($"is redirected to '{Short(next)}', which {elsewhere}");
        }
    }

    private async Task<FetchResult> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
            return FetchResult.NotGot($"cannot be got: the host answers {(int)response.StatusCode}");
        var type = response.Content.Headers.ContentType;
        if (!IsMedium(type))
            return FetchResult.NotGot($"must be a picture or a video: the host says {type}");
        if (response.Content.Headers.ContentLength > _maxBytes)
            return FetchResult.NotGot(TooLong($"{response.Content.Headers.ContentLength} bytes"));
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
            return await ReadAsync(stream, response.Content.Headers.ContentLength, type?.MediaType ?? "", cancellationToken).ConfigureAwait(false);
    }

    private async Task<FetchResult> ReadAsync(Stream stream, long? promised, string type, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(_maxBytes + 1, promised + 1 ?? FirstBufferBytes));
        var length = 0;
        try
        {
            while (await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                length += read;
                if (length > _maxBytes)
                    return FetchResult.NotGot(TooLong("more bytes"));
                if (length == buffer.Length)
                    buffer = Grown(buffer, length);
            }
            var result = FetchResult.Fetched(buffer, length, type);
            buffer = null;
            return result;
        }
        finally
        {
            if (buffer is not null)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private byte[] Grown(byte[] buffer, int length)
    {
        var grown = ArrayPool<byte>.Shared.Rent((int)Math.Min(_maxBytes + 1L, length * 2L));
        buffer.AsSpan(0, length).CopyTo(grown);
        ArrayPool<byte>.Shared.Return(buffer);
        return grown;
    }

    private string TooLong(string length) => $"must have at most {_maxBytes} bytes: the host sends {length}";

    private static bool IsMedium(MediaTypeHeaderValue? type) =>
        type?.MediaType is not { } name
        || name.StartsWith("image/", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("video/", StringComparison.OrdinalIgnoreCase)
        || name is "application/octet-stream" or "binary/octet-stream";

    private static bool IsRedirect(HttpStatusCode status) =>
        status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static string Short(Uri uri) => uri.AbsoluteUri.Length <= 200 ? uri.AbsoluteUri : uri.AbsoluteUri[..200] + "…";
}
