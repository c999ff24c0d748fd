using System.CommandLine;
using Streaming.Client;
using Streaming.Core.Contracts;
using Streaming.Core.Events;
using Streaming.Core.Memory;
using Streaming.Core.Topologies;
using Streaming.Server.Api;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary>
/// <c>streaming memory delete NAMESPACE ID…</c> and <c>… --where name=value</c>: deletes on <c>memory-updates</c>, so that they outlive a restart of
/// the memory.
/// </summary>
internal static class MemoryDeleteCommand
{
    public static Command Create(KafkaSettings settings)
    {
        var space = new Argument<string>("namespace") { Description = "Memory namespace" };
        var ids = new Argument<string[]>("id") { Description = "Keys of entries", Arity = ArgumentArity.ZeroOrMore };
        var where = new Option<string[]>("--where") { Description = "Instead of keys: all entries with this attribute, name=value; may be repeated" };
        var dryRun = new Option<bool>("--dry-run") { Description = "With --where: ask a running instance how many entries that are, and send nothing" };
        var json = JsonOption.Create();
        var command = new Command("delete", "Produce deletes of entries to memory-updates") { space, ids, where, dryRun, json };
        var topology = new TopologyOption(command);
        var cluster = new ClusterOptions(command, settings, embedded: false);
        var api = new ApiClient(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var pipeline = topology.Read(result).Topology;
            var name = result.GetValue(space)!;
            if (pipeline.Memory.All(n => n.Name != name))
                throw new CommandException($"namespace '{name}': must be one of {string.Join(", ", pipeline.Memory.Select(n => n.Name))}");
            var pairs = result.GetValue(where) ?? [];
            var deletes = Deletes(pipeline, name, result.GetValue(ids)!, pairs, TimeProvider.System.GetUtcNow());
            if (result.GetValue(dryRun))
                return await CountAsync(api, result, name, pairs, result.GetValue(json), cancellationToken);
            if (!cluster.IsGiven(result))
                throw new CommandException("'--bootstrap-servers' is required");
            using var open = await cluster.ConnectAsync(result, cancellationToken);
            using var producer = new StreamingProducer(open.Client("/streaming/memory"), pipeline, TimeProvider.System);
            await Task.WhenAll(deletes.Select(producer.SendAsync).ToList());
            Answer.Write(result.GetValue(json), new { sent = deletes.Count }, $"{deletes.Count} sent");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<int> CountAsync(
        ApiClient api, ParseResult result, string space, string[] pairs, bool json, CancellationToken cancellationToken)
    {
        if (pairs.Length == 0)
            throw new CommandException("--dry-run: counts what --where means; keys mean one entry each");
        var path = $"/v1/memory/{Uri.EscapeDataString(space)}/entries?{string.Join('&', pairs.Select(pair => $"where={Uri.EscapeDataString(pair)}"))}";
        if (await api.AskAsync(result, path, null, cancellationToken) is not { } found)
            return ExitCodes.NotFound;
        Answer.Write(json, new { matching = (int)found["matching"]! }, $"{found["matching"]} would be deleted; nothing was sent");
        return ExitCodes.Ok;
    }

    // All are checked before the first is sent.
    private static List<MemoryUpdate> Deletes(Topology topology, string space, string[] ids, string[] pairs, DateTimeOffset now)
    {
        if (ids.Length == 0 == (pairs.Length == 0))
            throw new CommandException("what is deleted: keys, or --where name=value");
        var rules = new MemoryUpdateRules(new EventTimeRange(topology.Runtime.MaxEventTimeAhead));
        var deletes = ids.Select(id => new MemoryUpdate { Id = id, Delete = new MemoryDelete() }).ToList();
        if (pairs.Length > 0)
            deletes.Add(new MemoryUpdate { DeleteWhere = new MemoryDeleteWhere { Attributes = { Attributes(pairs) } } });
        foreach (var delete in deletes)
        {
            (delete.Namespace, delete.EventTimeMs) = (space, now.ToUnixTimeMilliseconds());
            if (rules.Check(delete, null, now) is { } violation)
                throw new CommandException(violation.ToString());
        }
        return deletes;
    }

    private static Dictionary<string, string> Attributes(string[] pairs)
    {
        var (attributes, bad) = AttributePairs.Parse(pairs);
        return bad is null ? attributes! : throw new CommandException($"--where '{bad}': {AttributePairs.Rule}");
    }
}
