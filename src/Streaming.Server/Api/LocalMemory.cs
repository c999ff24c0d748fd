using Streaming.Memory;
using Streaming.Memory.Rules;
using Streaming.Server.Composition;
using Streaming.Server.Routing;

namespace Streaming.Server.Api;

/// <summary>Answers from the part of the vector memory that this instance holds.</summary>
internal sealed class LocalMemory(Platform platform)
{
    /// <summary>Searches with resolved vectors.</summary>
    public InstanceReply<SearchPart> Search(VectorNamespace space, NamespaceInputs inputs, SearchRequest request)
    {
        if (Check(request.Vectors!, space.Options) is { } bad)
            return Refused<SearchPart>(Problem.Invalid(bad.Field, bad.Value, $"must be {bad.Rule}"));
        var held = Replayed(inputs);
        var (snapshot, problem) = MemorySnapshots.Take(space, request.AsOf, platform.Clock.GetUtcNow());
        if (problem is not null)
            return Refused<SearchPart>(problem);
        using (snapshot)
        {
            var options = request.Options;
            var started = platform.Clock.GetTimestamp();
            var found = snapshot!.SearchEach(request.Vectors!.SelectMany(v => v).ToArray(), request.Neighbours, options);
            platform.Metrics.Memory.Searched(space.Options.Name, options.Exact, platform.Clock.GetElapsedTime(started));
            for (var i = 0; i < found.Count; i++)
                space.Recall.Offer(snapshot, request.Vectors![i], request.Neighbours, options, found[i]);
            // What left meanwhile may have left before the snapshot was taken.
            return new(SearchPart.Of(snapshot, found) with { Partitions = [.. held.Intersect(Replayed(inputs))] }, null, null);
        }
    }

    /// <summary>Looks an entry up by its key.</summary>
    public InstanceReply<MemoryEntryAnswer> Get(VectorNamespace space, NamespaceInputs inputs, string id, string? asOf, bool withVector)
    {
        var held = Replayed(inputs);
        var (snapshot, problem) = MemorySnapshots.Take(space, asOf, platform.Clock.GetUtcNow());
        if (problem is not null)
            return Refused<MemoryEntryAnswer>(problem);
        using (snapshot)
        {
            if (snapshot!.TryGet(id, out var entry))
                return new(MemoryEntryAnswer.Of(space.Options.Name, snapshot, entry, withVector), null, null);
            return inputs.OfEntry(id).Any(p => held.Contains(p.ToString()))
                ? Refused<MemoryEntryAnswer>(Problem.NotFound($"namespace '{space.Options.Name}' has no entry '{id}' in version {snapshot.Version}"))
                : new(null, null, $"has not read {string.Join(" and ", inputs.OfEntry(id))} yet");
        }
    }

    /// <summary>What the namespaces hold here.</summary>
    public IReadOnlyList<NamespaceAnswer> List() => [.. platform.Namespaces.Values.Select(NamespaceAnswer.Of)];

    private IReadOnlyList<string> Replayed(NamespaceInputs inputs) => [.. platform.Replayed(inputs.Role).Intersect(inputs.All).Select(p => p.ToString())];

    private static InstanceReply<T> Refused<T>(IResult problem)
        where T : class => new(null, problem, null);

    private static MemoryViolation? Check(float[][] vectors, NamespaceOptions options) => vectors.Length == 1
        ? VectorRules.Check(vectors[0], options)
        : vectors.Select((vector, i) => VectorRules.Check(vector, options, $"vectors[{i}]")).FirstOrDefault(v => v is not null);
}
