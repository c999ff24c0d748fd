using System.Buffers;

namespace Streaming.Server.Media;

/// <summary>What came of asking for one medium. Disposed by whoever got it: the buffer is pooled.</summary>
internal sealed class FetchResult : IDisposable
{
    private byte[]? _buffer;
    private readonly int _length;

    private FetchResult(byte[]? buffer, int length, string mimeType, string? refusal, bool failed) =>
        (_buffer, _length, MimeType, Refusal, Failed) = (buffer, length, mimeType, refusal, failed);

    /// <summary>What the host calls it; empty when it does not say.</summary>
    public string MimeType { get; }

    /// <summary>The rule that was broken; null when it was fetched.</summary>
    public string? Refusal { get; }

    /// <summary>The host or the network is at fault, not the URI.</summary>
    public bool Failed { get; }

    public ReadOnlyMemory<byte> Data => _buffer.AsMemory(0, _length);

    public static FetchResult Fetched(byte[] rented, int length, string mimeType) => new(rented, length, mimeType, null, false);

    /// <summary>The URI, or where it leads, is not allowed.</summary>
    public static FetchResult Refused(string rule) => new(null, 0, "", rule, false);

    /// <summary>It was allowed and did not come.</summary>
    public static FetchResult NotGot(string rule) => new(null, 0, "", rule, true);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
