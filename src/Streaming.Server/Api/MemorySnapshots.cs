using Streaming.Memory;

namespace Streaming.Server.Api;

/// <summary>The snapshot that a question about a namespace is answered from.</summary>
internal static class MemorySnapshots
{
    /// <param name="space">The namespace.</param>
    /// <param name="asOf">As <see cref="AsOf"/> reads it; null = the newest version.</param>
    /// <param name="now">The namespace's clock.</param>
    /// <returns>A snapshot that the caller disposes, or why there is none.</returns>
    public static (MemorySnapshot? Snapshot, IResult? Problem) Take(VectorNamespace space, string? asOf, DateTimeOffset now)
    {
        if (asOf is null)
            return (space.Snapshot(), null);
        if (AsOf.Parse(asOf) is not { } wanted)
            return (null, Problem.Invalid("as_of", asOf, AsOf.Rule));
        if (wanted.Version > space.Version)
            return (null, Problem.NotFound("as_of", asOf, $"as_of = '{asOf}': does not exist yet; the newest version is {space.Version}"));
        if (wanted.Version is null && wanted.Moment > now)
            return (null, Problem.Invalid("as_of", asOf, $"must not be in the future; it is {now:O}"));
        var snapshot = wanted.Version is { } version ? space.AsOf(version) : space.AsOf(wanted.Moment);
        return snapshot is not null
            ? (snapshot, null)
            : (null, Problem.Gone("as_of", asOf, $"as_of = '{asOf}': is not kept; the oldest version that is kept is {space.OldestVersion}, of {space.OldestPublishedAt:O}"));
    }
}
