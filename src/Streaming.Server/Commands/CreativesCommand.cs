using System.CommandLine;
using System.Globalization;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Core.Topologies;
using Streaming.Kafka.Topics;
using Streaming.Server.Composition;
using Streaming.Server.Output;
using Streaming.Server.Topologies;

namespace Streaming.Server.Commands;

/// <summary><c>streaming creatives …</c>: another encoder or codebook beside the live one, compared, promoted, rolled back and retired while instances run.</summary>
internal static class CreativesCommand
{
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LeavePace = TimeSpan.FromMilliseconds(200);

    public static Command Create(KafkaSettings settings) =>
        new("creatives", "Build another creative model (encoder and codebook) beside the live one, and go over to it without stopping")
        {
            Stage(settings),
            Status(settings),
            Compare(settings),
            Promote(settings),
            RollBack(settings),
            Retire(settings),
        };

    private static Command Stage(KafkaSettings settings)
    {
        var encoder = new Option<string?>("--encoder") { Description = "The encoder's folder, the same on every instance; a relative one begins where the topology's does [default: that of the model in effect]" };
        var codebook = new Option<string?>("--codebook") { Description = "The codebook's folder, likewise" };
        var userModel = new Option<string?>("--user-model") { Description = "The user model that was trained on this encoder's embeddings; needed when the encoder changes" };
        var version = new Option<string?>("--version") { Description = "Name of the model, part of topic names, never used again [default: encoder and codebook versions, with a dot between]" };
        var rate = new Option<double>("--rate") { Description = "Creatives that are there already: most of them a second and instance, 0 = as many as it can", DefaultValueFactory = _ => 200 };
        var command = new Command("stage", "Have running instances compute its features too, of new creatives and of all that are there; nobody reads them unless it asks") { encoder, codebook, userModel, version, rate };
        return Act(command, settings, async (registry, file, result, cancellationToken) =>
        {
            if (result.GetValue(encoder) is null && result.GetValue(codebook) is null)
                throw new CommandException("name --encoder, --codebook or both");
            if (result.GetValue(rate) is var perSecond && (!double.IsFinite(perSecond) || perSecond is < 0 or > 0 and < 1))
                throw new CommandException($"--rate {perSecond.ToString(CultureInfo.InvariantCulture)}: must be 0, or at least 1");
            var folders = new CreativeModelFolders(result.GetValue(encoder), result.GetValue(codebook), result.GetValue(userModel));
            var (model, isNew) = await CreativeStaging.StageAsync(registry, file, folders, result.GetValue(version), perSecond, cancellationToken);
            return (model, isNew ? $"staged, to {model.FeatureTopic}; streaming creatives status shows its backfill" : "is known already, nothing is written");
        });
    }

    private static Command Promote(KafkaSettings settings)
    {
        var version = Version();
        var force = new Option<bool>("--force") { Description = "Even if creatives are missing, behind or mixed" };
        var command = new Command("promote", "Put a staged model into effect, with its user model, once its backfill is complete") { version, force };
        return Act(command, settings, async (registry, file, result, cancellationToken) =>
        {
            if (registry.Models.Promote(result.GetValue(version)!, Now()) is not { } promotion)
                return (registry.Models.Models.Current!, "is in effect already, nothing is written");
            if (!result.GetValue(force))
            {
                var found = await CreativeTopics.CompareAsync(file.Topology, registry.Cluster, registry.Models.Models.Current, promotion, cancellationToken);
                if (!found.IsComplete)
                    throw new CommandException($"'{promotion.ModelVersion}' is not complete: of {found.Creatives} creatives {found.Missing} are missing and {found.Behind} behind, and {found.Mixed} records are of another model; wait (streaming creatives status), or use --force");
            }
            await registry.WriteAsync([promotion], cancellationToken);
            return (promotion, $"in effect, with user model {promotion.UserModel.ModelVersion}; {promotion.Replaces} is kept up to date for a roll-back until it is retired");
        });
    }

    private static Command RollBack(KafkaSettings settings) => Act(
        new Command("rollback", "Put the model before the present one into effect again, with its user model"),
        settings,
        async (registry, _, _, cancellationToken) =>
        {
            var before = registry.Models.RollBack(Now());
            await registry.WriteAsync([before], cancellationToken);
            return (before, $"in effect again, with user model {before.UserModel.ModelVersion}");
        });

    private static Command Retire(KafkaSettings settings)
    {
        var version = Version();
        var delete = new Option<bool>("--delete-topics") { Description = "Delete its topics too, once no instance works for it" };
        var command = new Command("retire", "Have running instances stop computing a model's features; it cannot be rolled back to") { version, delete };
        return Act(command, settings, async (registry, file, result, cancellationToken) =>
        {
            var retired = registry.Models.Retire(result.GetValue(version)!);
            if (result.GetValue(delete) && retired.FeatureTopic == file.Topology.Topics.CreativeFeatures.Name)
                throw new CommandException($"--delete-topics: '{retired.ModelVersion}' is in the topology's own topics, which stay");
            await registry.WriteAsync([retired], cancellationToken);
            var topics = TopicDefinitions.NamesOfCreativeModel(file.Topology, retired.ModelVersion);
            if (!result.GetValue(delete))
                return (retired, $"retired; nothing writes to {retired.FeatureTopic} any more");
            await LeftAsync(registry.Cluster, file.Topology, retired.ModelVersion, cancellationToken);
            await new KafkaTopicAdmin(registry.Cluster.Options).DeleteAsync(topics, cancellationToken);
            return (retired, $"retired; deleted {string.Join(", ", topics)}");
        });
    }

    private static Command Status(KafkaSettings settings)
    {
        var json = JsonOption.Create();
        var command = new Command("status", "The creative models of the registry, their state, and how far their backfills are") { json };
        var topology = new TopologyOption(command);
        var cluster = new ClusterOptions(command, settings, required: true);
        command.SetAction(async (result, cancellationToken) =>
        {
            var file = topology.Read(result);
            using var registry = await RegistryConnection.OpenAsync(file.Topology, await cluster.ConnectAsync(result, cancellationToken), cancellationToken);
            var current = registry.Models.Models.Current;
            var models = await Task.Run(() => registry.Models.Models.Promotions.Reverse().Select(m => CreativeModelStatus.Read(file.Topology, registry.Cluster, m, m == current)).ToList(), cancellationToken);
            Answer.Write(result.GetValue(json), new { models }, models.Count == 0 ? "nothing was staged: instances run the topology's creative model" : string.Join('\n', models.Select(m => m.Line)));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Compare(KafkaSettings settings)
    {
        var version = Version();
        var json = JsonOption.Create();
        var command = new Command("compare", "A model's semantic IDs beside those in effect, over all creatives: what is missing, what changed, collisions of both") { version, json };
        var topology = new TopologyOption(command);
        var cluster = new ClusterOptions(command, settings, required: true);
        command.SetAction(async (result, cancellationToken) =>
        {
            var file = topology.Read(result);
            using var registry = await RegistryConnection.OpenAsync(file.Topology, await cluster.ConnectAsync(result, cancellationToken), cancellationToken);
            var models = registry.Models.Models;
            var other = models.Find(result.GetValue(version)!) ?? throw new CommandException($"'{result.GetValue(version)}' is not in the registry (see streaming creatives status)");
            var found = await CreativeTopics.CompareAsync(file.Topology, registry.Cluster, models.Current, other, cancellationToken);
            var report = new CreativeModelReport(models.Current!.ModelVersion, other.ModelVersion, found);
            Answer.Write(result.GetValue(json), report, report.Text);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Act(Command command, KafkaSettings settings, RegistryAction.Act act) => RegistryAction.Of(
        command,
        settings,
        act,
        (model, done) => new { version = model.ModelVersion, model.EncoderVersion, model.CodebookVersion, model.FeatureTopic, user_model = model.UserModel?.ModelVersion, done },
        (model, done) => $"{model.ModelVersion}: {done}");

    private static Argument<string> Version() => new("version") { Description = "The creative model, as streaming creatives status names it" };

    private static async Task LeftAsync(Cluster cluster, Topology topology, string version, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(LeaveTimeout);
        foreach (var role in new[] { "creatives", "memory" })
        {
            var group = $"{topology.Name}.{Topology.RoleOf(role, version)}";
            while (await Task.Run(() => GroupProgress.HasMembers(cluster.Options, group), cancellationToken))
            {
                if (deadline.IsCancellationRequested)
                    throw new TimeoutException($"consumer group '{group}' still has members after {LeaveTimeout.TotalSeconds:0} s: the model is retired, and its topics stay");
                await Task.Delay(LeavePace, cancellationToken);
            }
        }
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
}
