namespace Streaming.Server.Api;

/// <summary>What an admin call did to a namespace, by instance.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Instances">Those that hold a part of it.</param>
/// <param name="Partial">True when an instance could not do it; absent when all did.</param>
internal sealed record UpkeepAnswer(string Namespace, IReadOnlyList<UpkeepPart> Instances, bool? Partial = null)
{
    public static UpkeepAnswer Of(string space, IReadOnlyList<UpkeepPart> instances) =>
        new(space, instances, instances.Any(part => part.Reason is not null) ? true : null);
}
