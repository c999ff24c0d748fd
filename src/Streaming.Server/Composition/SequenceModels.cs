using Microsoft.Extensions.Logging;
using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Core.Validation;
using Streaming.Models.Hstu;
using Streaming.Runtime.Registry;
using Streaming.Runtime.Users;
using Streaming.Server.Composition.Adapters;
using Streaming.Server.Topologies;

namespace Streaming.Server.Composition;

/// <summary>Makes sequence models ready to run: those that the registry names, from this instance's disk.</summary>
internal sealed partial class SequenceModels(TopologyFile file, int contentWidth, ILogger logger) : ISequenceModelLoader
{
    /// <summary>Why a model does not fit a topology and its encoder.</summary>
    public static IEnumerable<Violation> Check(HstuConfig config, Topology topology, int contentWidth)
    {
        if (config.ContentWidth != contentWidth)
            yield return new("users.model", config.ContentWidth, $"must take contents of the encoder's dimension {contentWidth}");
        foreach (var action in topology.Actions.Except(config.Actions))
            yield return new("actions", action, $"must be known to the model, which knows {string.Join(", ", config.Actions)}");
    }

    /// <summary>A loaded model on the engine that the topology asks for.</summary>
    /// <exception cref="TopologyException">There is no such engine here.</exception>
    public HstuSequenceModel Open(HstuModel model)
    {
        var users = file.Topology.Users;
        var engine = SequenceEngines.Create(model, users);
        LogEngine(model.ModelVersion, engine.Name, users.Engine, engine.KvPrecision, users.CacheBytes, engine.Engine.MaxBatch);
        if (engine.PrefillObstacle is { } obstacle)
            LogPrefill(users.Prefill, obstacle);
        return new HstuSequenceModel(engine);
    }

    /// <inheritdoc />
    public ISequenceModel Load(ModelPromotion promotion)
    {
        try
        {
            var model = HstuModel.Load(file.Resolve(promotion.Location));
            var violations = Check(model, promotion).ToList();
            if (violations.Count > 0)
                throw new ModelRefusedException(string.Join("; ", violations));
            return Open(model);
        }
        catch (Exception e) when (e is not (ModelRefusedException or OutOfMemoryException))
        {
            // Files, formats, devices: whatever keeps it from running here is told, and the model that runs goes on.
            throw new ModelRefusedException(e.Message, e);
        }
    }

    private IEnumerable<Violation> Check(HstuModel model, ModelPromotion promotion)
    {
        if (model.ModelVersion != promotion.ModelVersion)
            yield return new("model_version", model.ModelVersion, $"must be the promoted '{promotion.ModelVersion}' in {promotion.Location}");
        if (model.WeightsSha256 != promotion.WeightsSha256)
            yield return new("weights_sha256", model.WeightsSha256, $"must be the promoted {promotion.WeightsSha256} in {promotion.Location}");
        foreach (var violation in Check(model.Config, file.Topology, contentWidth))
            yield return violation;
    }

    [LoggerMessage(511, LogLevel.Information, "Model {Version} on engine {Engine} (users.engine: {Asked}), K/V {KvPrecision} in at most {CacheBytes} bytes, batches of at most {MaxBatch}")]
    private partial void LogEngine(string version, string engine, string asked, string kvPrecision, long cacheBytes, int maxBatch);

    [LoggerMessage(512, LogLevel.Warning, "users.prefill = '{Asked}': {Obstacle}")]
    private partial void LogPrefill(string asked, string obstacle);
}
