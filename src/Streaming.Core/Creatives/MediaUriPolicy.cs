using System.Net;
using Streaming.Core.Topologies;

namespace Streaming.Core.Creatives;

/// <summary>
/// Which URIs and which addresses may be asked for a creative's media. A name proves nothing of where it leads, so the address is judged too,
/// at the moment it is connected to. Immutable; safe for any thread.
/// </summary>
public sealed class MediaUriPolicy(MediaFetchOptions options)
{
    private const int MaxLength = 2_048;

    /// <summary>The broken rule, or null when the URI may be asked.</summary>
    public string? Refusal(string text, out Uri? uri)
    {
        uri = null;
        if (text.Length > MaxLength)
            return $"must have at most {MaxLength} characters";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("https" or "http"))
            return "must be an absolute URI of https or http";
        if (parsed.UserInfo.Length > 0)
            return "must not hold a user or password";
        if (options.Allow.Count == 0)
            return "cannot be got: creatives.media.fetch.allow of the topology names no host";
        if (!options.Allow.Exists(pattern => HostPattern.Matches(pattern, parsed)))
            return $"must be on a host of creatives.media.fetch.allow: {string.Join(", ", options.Allow)}";
        uri = parsed;
        return null;
    }

    /// <summary>An address may be connected to.</summary>
    public bool Allows(IPAddress address) => options.AllowPrivate || !PrivateAddresses.Contains(address);
}
