using System.CommandLine;
using Streaming.Client;
using Streaming.Core.Contracts;
using Streaming.Core.Events;
using Streaming.Core.Memory;
using Streaming.Core.Topologies;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming memory delete NAMESPACE ID…</c>: deletes on <c>memory-updates</c>, so that they outlive a restart of the memory.</summary>
internal static class MemoryDeleteCommand
{
    public static Command Create(KafkaSettings settings)
    {
        var space = new Argument<string>("namespace") { Description = "Memory namespace" };
        var ids = new Argument<string[]>("id") { Description = "Keys of entries", Arity = ArgumentArity.OneOrMore };
        var json = JsonOption.Create();
        var command = new Command("delete", "Produce deletes of entries to memory-updates") { space, ids, json };
        var topology = new TopologyOption(command);
        var cluster = new ClusterOptions(command, settings, required: true);
        command.SetAction(async (result, cancellationToken) =>
        {
            var pipeline = topology.Read(result).Topology;
            var name = result.GetValue(space)!;
            if (pipeline.Memory.All(n => n.Name != name))
                throw new CommandException($"namespace '{name}': must be one of {string.Join(", ", pipeline.Memory.Select(n => n.Name))}");
            var deletes = Deletes(pipeline, name, result.GetValue(ids)!, TimeProvider.System.GetUtcNow());
            using var open = await cluster.ConnectAsync(result, cancellationToken);
            using var producer = new StreamingProducer(open.Client("/streaming/memory"), pipeline, TimeProvider.System);
            await Task.WhenAll(deletes.Select(producer.SendAsync).ToList());
            Answer.Write(result.GetValue(json), new { sent = deletes.Count }, $"{deletes.Count} sent");
            return ExitCodes.Ok;
        });
        return command;
    }

    // All are checked before the first is sent.
    private static List<MemoryUpdate> Deletes(Topology topology, string space, string[] ids, DateTimeOffset now)
    {
        var rules = new MemoryUpdateRules(new EventTimeRange(topology.Runtime.MaxEventTimeAhead));
        var deletes = ids.Select(id => new MemoryUpdate { Namespace = space, Id = id, EventTimeMs = now.ToUnixTimeMilliseconds(), Delete = new MemoryDelete() }).ToList();
        foreach (var delete in deletes)
        {
            if (rules.Check(delete, null, now) is { } violation)
                throw new CommandException(violation.ToString());
        }
        return deletes;
    }
}
