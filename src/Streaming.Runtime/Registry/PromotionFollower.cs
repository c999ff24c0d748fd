using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Runtime.Users;

namespace Streaming.Runtime.Registry;

/// <summary>
/// Follows the <c>model-registry</c> topic while the stream runs: a promoted model is loaded and checked here, off the stream thread, and then
/// offered to it. A model that is refused is told by a log record and a metric, and nothing changes.
/// </summary>
/// <remarks>Used by one reader task.</remarks>
public sealed partial class PromotionFollower
{
    private readonly ILogReader _log;
    private readonly string _topic;
    private readonly ISequenceModelLoader _loader;
    private readonly SequenceBatcher _batcher;
    private readonly RuntimeMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ModelRegistry _registry = new("users");
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (string Version, string WeightsSha256) _running;

    /// <summary>Prepares; <see cref="RunAsync"/> follows.</summary>
    /// <param name="log">Reads the topic.</param>
    /// <param name="topic">The registry.</param>
    /// <param name="running">Version and weights of the model that <paramref name="batcher"/> begins with.</param>
    /// <param name="loader">Loads models.</param>
    /// <param name="batcher">Runs them.</param>
    /// <param name="metrics">Counts them.</param>
    /// <param name="logger">Names them.</param>
    public PromotionFollower(ILogReader log, string topic, (string Version, string WeightsSha256) running, ISequenceModelLoader loader, SequenceBatcher batcher, RuntimeMetrics metrics, ILogger logger) =>
        (_log, _topic, _running, _loader, _batcher, _metrics, _logger) = (log, topic, running, loader, batcher, metrics, logger);

    /// <summary>Ends when the model that was in effect at the start is offered or refused. User tasks begin after it, so that a restart does not step back.</summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>Follows until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _log.ReadAllAsync(_topic, Apply, CatchUp, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _caughtUp.TrySetException(e);
            throw;
        }
    }

    internal void Apply(InputRecord record)
    {
        if (record.Key is null)
            return;
        try
        {
            _registry.Apply(Encoding.UTF8.GetString(record.Key), record.Value is null ? null : ModelPromotion.Parser.ParseFrom(record.Value));
        }
        catch (InvalidProtocolBufferException e)
        {
            LogUnreadable(record.Source, record.Offset, e.Message);
            return;
        }
        if (_caughtUp.Task.IsCompleted)
            Follow();
    }

    internal void CatchUp()
    {
        Follow();
        _caughtUp.TrySetResult();
    }

    private void Follow()
    {
        if (_registry.Current is not { } promotion || (promotion.ModelVersion, promotion.WeightsSha256) == _running)
            return;
        try
        {
            _batcher.Offer(_loader.Load(promotion));
        }
        catch (ModelRefusedException e)
        {
            LogRefused(promotion.ModelVersion, e.Message, _running.Version);
            _metrics.Promoted(applied: false);
            return;
        }
        LogOffered(promotion.ModelVersion, promotion.Location, _running.Version);
        _metrics.Promoted(applied: true);
        _running = (promotion.ModelVersion, promotion.WeightsSha256);
    }

    [LoggerMessage(321, LogLevel.Information, "Model registry: {Version} from {Location} is loaded and takes the place of {Old} at the next event")]
    private partial void LogOffered(string version, string location, string old);

    [LoggerMessage(322, LogLevel.Error, "Model registry: {Version} is refused: {Reason}; {Old} goes on")]
    private partial void LogRefused(string version, string reason, string old);

    [LoggerMessage(323, LogLevel.Error, "Model registry: {Partition} offset {Offset} is not a ModelPromotion message and is left out: {Reason}")]
    private partial void LogUnreadable(TopicPartition partition, long offset, string reason);
}
