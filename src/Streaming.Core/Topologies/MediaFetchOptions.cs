namespace Streaming.Core.Topologies;

/// <summary>How media named by URI are got. Read once.</summary>
public sealed record MediaFetchOptions
{
    /// <summary>Hosts that may be asked: <c>cdn.example.com</c>, <c>*.example.com</c>, each with <c>:port</c> where it is not the scheme's. Empty = none.</summary>
    public List<string> Allow { get; init; } = [];

    /// <summary>Addresses inside the network (loopback, private, link-local, metadata services) may be asked.</summary>
    public bool AllowPrivate { get; init; }

    /// <summary>How long one medium may take, redirects included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Media got ahead at the same time, and held until their creative's turn: with the size limit, this bounds their memory.</summary>
    public int Concurrency { get; init; } = 16;

    /// <summary>Redirects followed; each is checked like the first address.</summary>
    public int MaxRedirects { get; init; } = 3;
}
