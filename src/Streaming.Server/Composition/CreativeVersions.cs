using System.Collections.Immutable;
using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Server.Topologies;

namespace Streaming.Server.Composition;

/// <summary>
/// Follows the model registry for the creatives, memory and api roles: every creative model that it knows beside the topology's gets task sets
/// of its own, with their own consumer groups, state and topics. A new group begins at the beginning of <c>creatives</c>, so that is the
/// backfill; a store goes on from its own offset, so a crash resumes it. A model that is retired is stopped.
/// </summary>
/// <remarks>Written by one reader task, read by any thread.</remarks>
internal sealed partial class CreativeVersions(ILogReader log, string registryTopic, string firstTopic, Func<ModelPromotion, CreativeVersion> open, Action<string> ended, Action firstRetired, ILogger logger)
{
    private readonly ModelRegistry _registry = new(ModelRegistry.CreativesRole);
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile State _state = new(ImmutableDictionary<string, CreativeVersion>.Empty, [], null);

    /// <summary>Ends when what the registry said at the start is followed.</summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>Faults when the tasks of the model in effect fail. Those of another one stop alone, which a log record and a metric tell.</summary>
    public Task Failed => _failed.Task;

    /// <summary>What runs here beside the topology's model, by version.</summary>
    public IReadOnlyDictionary<string, CreativeVersion> Running => _state.Running;

    /// <summary>Models that the registry knows, the topology's included once anything was staged.</summary>
    public IReadOnlyList<ModelPromotion> Known => _state.Known;

    /// <summary>The model in effect; null = the topology's, as nothing was staged yet.</summary>
    public ModelPromotion? InEffect => _state.InEffect;

    /// <summary>What runs for the model in effect; null when that is the topology's.</summary>
    public CreativeVersion? RunningInEffect => _state is var s && s.InEffect is { } model ? s.Running.GetValueOrDefault(model.ModelVersion) : null;

    /// <summary>Follows until cancelled, and then stops what it has started.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await log.ReadAllAsync(registryTopic, Apply, CatchUp, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _caughtUp.TrySetException(e);
            _failed.TrySetException(e);
        }
        finally
        {
            foreach (var version in Running.Values)
                await version.EndAsync().ConfigureAwait(false);
        }
    }

    private void Apply(InputRecord record)
    {
        if (record.Key is null)
            return;
        try
        {
            _registry.Apply(Encoding.UTF8.GetString(record.Key), record.Value is null ? null : ModelPromotion.Parser.ParseFrom(record.Value));
        }
        catch (InvalidProtocolBufferException)
        {
            // Told by the users role's follower, or left out by a reader that has none.
            return;
        }
        if (_caughtUp.Task.IsCompleted)
            Follow();
    }

    private void CatchUp()
    {
        Follow();
        _caughtUp.TrySetResult();
    }

    private void Follow()
    {
        var known = _registry.Promotions.ToList();
        if (known.Count > 0 && known.TrueForAll(p => p.FeatureTopic != firstTopic))
            firstRetired();
        var running = _state.Running;
        foreach (var (version, gone) in running.Where(r => known.TrueForAll(p => p.ModelVersion != r.Key)))
        {
            LogRetired(version);
            running = running.Remove(version);
            gone.EndAsync().GetAwaiter().GetResult();
            ended(version);
        }
        foreach (var promotion in known.Where(p => p.FeatureTopic != firstTopic))
            running = Begin(running, promotion);
        _state = new(running, known, _registry.Current);
    }

    private ImmutableDictionary<string, CreativeVersion> Begin(ImmutableDictionary<string, CreativeVersion> running, ModelPromotion promotion)
    {
        if (running.TryGetValue(promotion.ModelVersion, out var present))
            return running.SetItem(promotion.ModelVersion, present with { Promotion = promotion });
        try
        {
            var version = open(promotion);
            foreach (var runner in version.Runners)
            {
                runner.Start(version.Stop.Token);
                runner.Ended.ContinueWith(ended => Watch(promotion.ModelVersion, runner.Role, ended.Exception!.InnerException!), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }
            LogBegun(promotion.ModelVersion, promotion.EncoderVersion, promotion.CodebookVersion, promotion.FeatureTopic, promotion.BackfillPerSecond);
            return running.Add(promotion.ModelVersion, version);
        }
        catch (Exception e) when (e is TopologyException or IOException or InvalidDataException or StoreException)
        {
            LogRefused(promotion.ModelVersion, e.Message);
            return running;
        }
    }

    private void Watch(string version, string role, Exception failure)
    {
        LogFailed(version, role, failure.Message);
        if (InEffect?.ModelVersion == version)
            _failed.TrySetException(failure);
    }

    private sealed record State(ImmutableDictionary<string, CreativeVersion> Running, IReadOnlyList<ModelPromotion> Known, ModelPromotion? InEffect);

    [LoggerMessage(521, LogLevel.Information, "Creative model {Version} (encoder {Encoder}, codebook {Codebook}) is computed too, to {Topic}; creatives from before at {Rate} a second at most (0: unlimited)")]
    private partial void LogBegun(string version, string encoder, string codebook, string topic, double rate);

    [LoggerMessage(522, LogLevel.Error, "Creative model {Version} is refused here: {Reason}; the others go on")]
    private partial void LogRefused(string version, string reason);

    [LoggerMessage(523, LogLevel.Information, "Creative model {Version} is retired: its tasks stop")]
    private partial void LogRetired(string version);

    [LoggerMessage(524, LogLevel.Error, "Creative model {Version}: its tasks of role {Role} have failed: {Reason}")]
    private partial void LogFailed(string version, string role, string reason);
}
