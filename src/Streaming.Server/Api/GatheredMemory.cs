using Streaming.Memory;
using Streaming.Runtime.Records;
using Streaming.Server.Composition;
using Streaming.Server.Routing;

namespace Streaming.Server.Api;

/// <summary>Answers from the whole memory: asks every instance that owns a part of it, this one included, and puts the answers together.</summary>
internal sealed class GatheredMemory(Platform platform, LocalMemory local, InstanceRouter router, InstanceClient client)
{
    private static readonly TimeSpan LookUpDeadline = TimeSpan.FromSeconds(5);

    /// <summary>Searches with resolved vectors.</summary>
    /// <param name="place">Of the namespace.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<IResult> SearchAsync(NamespacePlace place, SearchRequest request, CancellationToken cancellationToken)
    {
        var inputs = place.Inputs;
        var here = platform.Positions(inputs.Role).Select(p => p.Partition).Intersect(inputs.All).Any() ? place.Here : null;
        var owners = router.Owners(inputs.Role, inputs.All);
        if (owners.Count + (here is null ? 0 : 1) > 1 && long.TryParse(request.AsOf, out _))
            return Problem.Invalid("as_of", request.AsOf, "must be a time where several instances hold the namespace: each counts its own versions");
        var path = $"/internal/memory/{Uri.EscapeDataString(inputs.Name)}/search?role={Uri.EscapeDataString(inputs.Role)}";
        var replies = await GatherAsync(
            owners.Keys, request.Deadline, (address, token) => client.AskAsync<SearchPart>(HttpMethod.Post, address, path, request, token), () => here is null ? null : Task.FromResult(local.Search(here, inputs, request)), cancellationToken);
        if (replies.Select(r => r.Reply.Refusal).FirstOrDefault(r => r is not null) is { } refusal)
            return refusal;
        SearchPart[] parts = [.. replies.Where(r => r.Reply.Answer is not null).Select(r => r.Reply.Answer! with { Instance = r.Address })];
        var missing = Missing(inputs, parts, owners, replies.ToDictionary(r => r.Address, r => r.Reply.Failure, StringComparer.Ordinal));
        if (parts.Length == 0)
            return Problem.Unavailable($"nobody who holds namespace '{inputs.Name}' answers: {string.Join("; ", missing.Select(m => $"{m.Partition}: {m.Reason}").Distinct())}");
        if (missing.Count > 0)
            platform.Metrics.Memory.AnsweredInPart(inputs.Name);
        return Results.Json(SearchAnswer.Of(inputs.Name, request, parts, missing));
    }

    /// <summary>Looks an entry up at the owner of its key's partition; where two partitions can hold it, the newer entry wins.</summary>
    /// <param name="place">Of the namespace.</param>
    /// <param name="id">The entry.</param>
    /// <param name="ask">Asks this instance.</param>
    /// <param name="path">Asks another one.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<IResult> GetAsync(
        NamespacePlace place, string id, Func<VectorNamespace, InstanceReply<MemoryEntryAnswer>> ask, string path, CancellationToken cancellationToken)
    {
        var (inputs, here) = place;
        var partitions = inputs.OfEntry(id);
        var own = platform.Positions(inputs.Role).Select(p => p.Partition).Intersect(partitions).ToList();
        var owners = router.Owners(inputs.Role, partitions);
        var replies = await GatherAsync(
            owners.Keys, LookUpDeadline, (address, token) => client.AskAsync<MemoryEntryAnswer>(HttpMethod.Get, address, path, null, token), () => here is null || own.Count == 0 ? null : Task.FromResult(ask(here)), cancellationToken);
        string[] failures = [.. Failures(replies), .. Ownerless(partitions, own, owners)];
        if (replies.Select(r => r.Reply.Answer).Where(e => e is not null).MaxBy(e => e!.EventTimeMs) is { } found)
            return Results.Json(failures.Length == 0 ? found : found with { Partial = true });
        return failures.Length > 0
            ? Problem.Unavailable($"entry '{id}' of namespace '{inputs.Name}': {string.Join("; ", failures)}")
            : replies.Select(r => r.Reply.Refusal).First(r => r is not null)!;
    }

    /// <summary>What the namespaces hold in all.</summary>
    /// <param name="inputs">Of all namespaces.</param>
    /// <param name="path">Asks another instance.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<IResult> ListAsync(IReadOnlyList<NamespaceInputs> inputs, string path, CancellationToken cancellationToken)
    {
        var owners = inputs.SelectMany(i => router.Owners(i.Role, i.All).Keys).Distinct().Order(StringComparer.Ordinal).ToList();
        var replies = await GatherAsync(
            owners,
            LookUpDeadline,
            (address, token) => client.AskAsync<NamespaceList>(HttpMethod.Get, address, path, null, token),
            () => platform.Namespaces.Count == 0 ? null : Task.FromResult(new InstanceReply<NamespaceList>(new(local.List()), null, null)),
            cancellationToken);
        var failures = Failures(replies).ToList();
        var lists = replies.Where(r => r.Reply.Answer is not null).Select(r => (r.Address, r.Reply.Answer!)).ToList();
        if (lists.Count == 0)
            return Problem.Unavailable(failures.Count > 0 ? string.Join("; ", failures) : "no instance with the memory role is known");
        return Results.Json(NamespaceList.Of(lists, failures.Count > 0));
    }

    /// <summary>Counts entries at every owner of a part of the namespace. Only the whole count is an answer: a delete may follow it.</summary>
    /// <param name="place">Of the namespace.</param>
    /// <param name="http">The call, which the others get too.</param>
    /// <param name="here">Counts here.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<IResult> CountAsync(NamespacePlace place, HttpRequest http, Func<VectorNamespace, MatchingEntries> here, CancellationToken cancellationToken)
    {
        var inputs = place.Inputs;
        var path = PathFor(http);
        var owners = router.Owners(inputs.Role, inputs.All);
        var own = platform.Positions(inputs.Role).Select(p => p.Partition).ToList();
        var replies = await GatherAsync(
            owners.Keys,
            LookUpDeadline,
            (address, token) => client.AskAsync<MatchingEntries>(HttpMethod.Get, address, path, null, token),
            () => own.Count == 0 || place.Here is null ? null : Task.FromResult(new InstanceReply<MatchingEntries>(here(place.Here), null, null)),
            cancellationToken);
        if (replies.Select(r => r.Reply.Refusal).FirstOrDefault(r => r is not null) is { } refusal)
            return refusal;
        string[] failures = [.. Failures(replies), .. Ownerless(inputs.All, own, owners)];
        return failures.Length > 0
            ? Problem.Unavailable($"namespace '{inputs.Name}': {string.Join("; ", failures)}")
            : Results.Json(new MatchingEntries(inputs.Name, replies.Sum(r => r.Reply.Answer!.Matching)));
    }

    /// <summary>Has every owner of a part of the namespace do something, this instance included.</summary>
    /// <param name="place">Of the namespace.</param>
    /// <param name="http">The call, which the others get too.</param>
    /// <param name="deadline">How long they are waited for.</param>
    /// <param name="here">Does it here.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<IResult> DoAsync(NamespacePlace place, HttpRequest http, TimeSpan deadline, Func<Task<InstanceReply<UpkeepPart>>> here, CancellationToken cancellationToken)
    {
        var inputs = place.Inputs;
        var path = PathFor(http);
        var replies = await GatherAsync(
            router.Owners(inputs.Role, inputs.All).Keys,
            deadline,
            (address, token) => client.AskAsync<UpkeepPart>(HttpMethod.Post, address, path, null, token, http.Headers.Authorization),
            () => platform.Positions(inputs.Role).Count == 0 || place.Here is null ? null : here(),
            cancellationToken);
        var failures = Failures(replies).ToList();
        if (replies.Count == 0)
            failures.Add("nobody is known to hold it");
        return failures.Count > 0
            ? Problem.Unavailable($"namespace '{inputs.Name}': {string.Join("; ", failures)}; ask again")
            : replies.Select(r => r.Reply.Refusal).FirstOrDefault(r => r is not null)
                ?? Results.Json(UpkeepAnswer.Of(inputs.Name, [.. replies.Select(r => r.Reply.Answer! with { Instance = r.Address })]));
    }

    private static IEnumerable<string> Failures<T>(IEnumerable<(string Address, InstanceReply<T> Reply)> replies)
        where T : class => replies.Where(r => r.Reply.Failure is not null).Select(r => $"{r.Address} {r.Reply.Failure}");

    private static IEnumerable<string> Ownerless(
        IEnumerable<TopicPartition> partitions, IEnumerable<TopicPartition> own, IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> owners) =>
        partitions.Except(own).Except(owners.Values.SelectMany(o => o)).Select(p => $"nobody is known to own {p}");

    private static string PathFor(HttpRequest http) => http.Path.ToUriComponent() + http.QueryString.Add("local", "true").ToUriComponent();

    // The others are asked before this instance looks itself, and by address in order, so that equal answers come out equal.
    private async Task<IReadOnlyList<(string Address, InstanceReply<T> Reply)>> GatherAsync<T>(
        IEnumerable<string> owners, TimeSpan deadline, Func<string, CancellationToken, Task<InstanceReply<T>>> ask, Func<Task<InstanceReply<T>>?> here, CancellationToken cancellationToken)
        where T : class
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(deadline);
        var asked = owners.Select(address => (address, Reply: ask(address, time.Token))).ToList();
        var replies = new SortedDictionary<string, InstanceReply<T>>(StringComparer.Ordinal);
        if (here() is { } own)
            replies[router.Address] = await own;
        foreach (var (address, reply) in asked)
            replies[address] = await reply;
        return [.. replies.Select(r => (r.Key, r.Value))];
    }

    private List<MissingPartition> Missing(
        NamespaceInputs inputs, IEnumerable<SearchPart> parts, IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> owners, Dictionary<string, string?> failures)
    {
        var answered = parts.SelectMany(p => p.Partitions).ToHashSet(StringComparer.Ordinal);
        var own = platform.Positions(inputs.Role).Select(p => p.Partition).ToHashSet();
        return [.. inputs.All.Where(p => !answered.Contains(p.ToString())).Select(Explain)];

        MissingPartition Explain(TopicPartition partition)
        {
            var owner = own.Contains(partition) ? router.Address : owners.FirstOrDefault(o => o.Value.Contains(partition)).Key;
            return new(partition.ToString(), owner, owner is null ? "nobody is known to own it" : failures.GetValueOrDefault(owner) ?? "its owner has not read it yet");
        }
    }
}
