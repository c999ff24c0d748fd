using System.CommandLine;
using System.Globalization;
using Streaming.Core.Contracts;
using Streaming.Server.Composition;
using Streaming.Server.Output;
using Streaming.Server.Topologies;

namespace Streaming.Server.Commands;

/// <summary><c>streaming model promote | rollback | list</c>: read and write the model registry, which running instances follow.</summary>
internal static class ModelPromotionCommands
{
    public static Command Promote(KafkaSettings settings)
    {
        var directory = new Argument<string?>("directory")
        {
            Description = "The model's folder, the same on every instance; a relative one begins where the topology's users.model does",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var version = new Option<string?>("--version") { Description = "Promote a version that is in the registry already, instead of a folder" };
        var command = new Command("promote", "Have running instances go over to another model, without stopping; a restart keeps it") { directory, version };
        return Run(command, settings, async (registry, file, result, cancellationToken) =>
        {
            var (folder, name) = (result.GetValue(directory), result.GetValue(version));
            if (folder is null == name is null)
                throw new CommandException("name either the model's folder or --version");
            var encoder = registry.Models.Models.Current?.EncoderVersion ?? "";
            var configured = PromotableModel.Of(file, file.Topology.Users.Model);
            var candidate = folder is null
                ? registry.Known.Find(name!) ?? throw new CommandException($"--version '{name}': not in the registry (see streaming model list)")
                : new ModelPromotion(PromotableModel.Of(file, folder)) { EncoderVersion = encoder };
            var written = registry.Known.Promote(new ModelPromotion(candidate) { PromotedAtMs = Now() }, configured);
            await registry.WriteAsync(written, cancellationToken);
            return written.Count > 0 ? (written[^1], "promoted") : (candidate, "in effect already, nothing is written");
        });
    }

    public static Command RollBack(KafkaSettings settings) => Run(
        new Command("rollback", "Have running instances go back to the model before the present one"),
        settings,
        async (registry, _, _, cancellationToken) =>
        {
            var before = registry.Known.RollBack(Now());
            await registry.WriteAsync([before], cancellationToken);
            return (before, "promoted again");
        });

    public static Command List(KafkaSettings settings)
    {
        var json = JsonOption.Create();
        var command = new Command("list", "The models of the registry, the one in effect first") { json };
        var topology = new TopologyOption(command);
        var cluster = new ClusterOptions(command, settings, required: true);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var registry = await RegistryConnection.OpenAsync(topology.Read(result).Topology, await cluster.ConnectAsync(result, cancellationToken), cancellationToken);
            var models = registry.Known.Promotions.Reverse().ToList();
            Answer.Write(
                result.GetValue(json),
                new { models = models.Select(m => Describe(m, m == registry.Known.Current)) },
                models.Count == 0 ? "nothing was promoted: instances run the topology's model" : string.Join('\n', models.Select(m => Line(m, m == registry.Known.Current))));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Run(Command command, KafkaSettings settings, RegistryAction.Act act) => RegistryAction.Of(
        command,
        settings,
        act,
        (model, _) => Describe(model, true),
        (model, done) => $"{model.ModelVersion} ({model.Location}) {done}; streaming_model_info of an instance says when it runs there");

    private static object Describe(ModelPromotion model, bool current) => new
    {
        model.Role,
        model.ModelVersion,
        model.Location,
        model.WeightsSha256,
        promoted_at = At(model),
        model.Replaces,
        current,
    };

    private static string Line(ModelPromotion model, bool current) =>
        $"{(current ? "*" : " ")} {model.ModelVersion}  {At(model)}  {model.Location}  sha256 {model.WeightsSha256[..Math.Min(12, model.WeightsSha256.Length)]}{(model.Replaces.Length > 0 ? $"  after {model.Replaces}" : "")}";

    private static string At(ModelPromotion model) =>
        DateTimeOffset.FromUnixTimeMilliseconds(model.PromotedAtMs).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
}
