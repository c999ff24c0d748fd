using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Runtime.Joins;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Runtime.Users;

namespace Streaming.Runtime.Registry;

/// <summary>
/// Follows the <c>model-registry</c> topic for the users role while the stream runs: a promoted user model is loaded and checked here, off the
/// stream thread, and the contents of a promoted creative model are read to their end; then both are offered to the stream thread as one. What
/// is refused is told by a log record and a metric, and nothing changes.
/// </summary>
/// <remarks>Used by one reader task, which waits here for a table that is not read yet: a later record of the registry waits with it.</remarks>
public sealed partial class PromotionFollower
{
    private readonly ILogReader _log;
    private readonly string _topic;
    private readonly ISequenceModelLoader _loader;
    private readonly CreativeTables _tables;
    private readonly SequenceBatcher _batcher;
    private readonly RuntimeMetrics _metrics;
    private readonly ILogger _logger;
    private readonly CreativeModels _models = new();
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (string Version, string WeightsSha256) _running;
    private CreativeTable _contents;
    private CancellationToken _stopping;

    /// <summary>Prepares; <see cref="RunAsync"/> follows.</summary>
    /// <param name="log">Reads the topic.</param>
    /// <param name="topic">The registry.</param>
    /// <param name="running">Version and weights of the model that <paramref name="batcher"/> begins with.</param>
    /// <param name="loader">Loads models.</param>
    /// <param name="tables">Reads creative contents; the batcher begins with the first of them.</param>
    /// <param name="batcher">Runs models on contents.</param>
    /// <param name="metrics">Counts promotions.</param>
    /// <param name="logger">Names them.</param>
    public PromotionFollower(
        ILogReader log, string topic, (string Version, string WeightsSha256) running, ISequenceModelLoader loader, CreativeTables tables, SequenceBatcher batcher, RuntimeMetrics metrics, ILogger logger)
    {
        (_log, _topic, _running, _loader, _tables, _batcher, _metrics, _logger) = (log, topic, running, loader, tables, batcher, metrics, logger);
        _contents = tables.First;
    }

    /// <summary>
    /// Ends when what was in effect at the start is offered or refused, and its creative contents are read. User tasks begin after it, so that a
    /// restart does not step back, and knows every creative.
    /// </summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>Follows until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _stopping = cancellationToken;
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
            _models.Apply(Encoding.UTF8.GetString(record.Key), record.Value is null ? null : ModelPromotion.Parser.ParseFrom(record.Value));
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
        if (_contents == _tables.First)
            _tables.Of(null).CaughtUp.Wait(_stopping);
        _caughtUp.TrySetResult();
    }

    private void Follow()
    {
        var (users, creatives) = (_models.UserModels.Current, _models.Models.Current);
        _tables.Keep(_models.Models.Promotions);
        var contents = _tables.Of(creatives);
        var model = users is null || (users.ModelVersion, users.WeightsSha256) == _running ? null : users;
        if (model is null && contents == _contents)
            return;
        try
        {
            contents.CaughtUp.Wait(_stopping);
            _batcher.Offer(model is null ? null : _loader.Load(model), contents);
        }
        catch (Exception e) when (e is ModelRefusedException or AggregateException)
        {
            LogRefused(Name(users, creatives), (e.InnerException ?? e).Message, _running.Version);
            _metrics.Promoted(applied: false);
            return;
        }
        if (model is not null)
            LogOffered(model.ModelVersion, model.Location, _running.Version);
        if (contents != _contents)
            LogContents(creatives!.ModelVersion, creatives.EncoderVersion, creatives.CodebookVersion, contents.Count);
        _metrics.Promoted(applied: true);
        _running = model is null ? _running : (model.ModelVersion, model.WeightsSha256);
        _contents = contents;
    }

    private static string Name(ModelPromotion? user, ModelPromotion? creative) =>
        creative is null ? user!.ModelVersion : $"{user?.ModelVersion ?? "the topology's model"} with creative model {creative.ModelVersion}";

    [LoggerMessage(321, LogLevel.Information, "Model registry: {Version} from {Location} is loaded and takes the place of {Old} at the next event")]
    private partial void LogOffered(string version, string location, string old);

    [LoggerMessage(322, LogLevel.Error, "Model registry: {Version} is refused: {Reason}; {Old} goes on")]
    private partial void LogRefused(string version, string reason, string old);

    [LoggerMessage(323, LogLevel.Error, "Model registry: {Partition} offset {Offset} is not a ModelPromotion message and is left out: {Reason}")]
    private partial void LogUnreadable(TopicPartition partition, long offset, string reason);

    [LoggerMessage(324, LogLevel.Information, "Model registry: creative model {Version} (encoder {Encoder}, codebook {Codebook}) is read, {Count} creatives, and is in effect from the next event on")]
    private partial void LogContents(string version, string encoder, string codebook, int count);
}
