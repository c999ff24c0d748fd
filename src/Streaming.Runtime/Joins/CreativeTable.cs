using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Runtime.Records;

namespace Streaming.Runtime.Joins;

/// <summary>
/// The newest features of every creative under one creative model, for the join with user events: a global table that each instance of the
/// users role builds from the whole topic of that model. Bounded by the creatives that are alive: a tombstone removes one.
/// </summary>
/// <remarks>
/// Written by one reader task, read by any thread. Embeddings of another encoder are left out, and semantic IDs of another codebook too: what
/// is in the topic from before the topology named other models must not be mixed with what they make.
/// </remarks>
/// <param name="log">Reads the topic.</param>
/// <param name="topic">Features of the model.</param>
/// <param name="versions">What they carry.</param>
/// <param name="logger">Names what is left out.</param>
public sealed partial class CreativeTable(ILogReader log, string topic, CreativeModelVersions versions, ILogger logger)
{
    private readonly ConcurrentDictionary<string, CreativeContent> _contents = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly ConcurrentDictionary<int, long> _next = new();

    private bool _foreignTold;

    /// <summary>What every content in the table is of.</summary>
    public CreativeModelVersions Versions => versions;

    /// <summary>Creatives held.</summary>
    public int Count => _contents.Count;

    /// <summary>Ends when everything that was in the topic at the start is in the table. User tasks begin after it, so a restart knows every creative.</summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>The newest content of a creative.</summary>
    public CreativeContent? Find(string creativeId) => _contents.GetValueOrDefault(creativeId);

    /// <summary>It is being read, or was.</summary>
    internal bool HasBegun { get; private set; }

    /// <summary>Builds the table and keeps it fresh until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        HasBegun = true;
        try
        {
            await log.ReadAllAsync(topic, Apply, CatchUp, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _caughtUp.TrySetException(e);
            throw;
        }
    }

    private void CatchUp()
    {
        LogCaughtUp(topic, _contents.Count);
        _caughtUp.TrySetResult();
    }

    /// <summary>Everything before <paramref name="offset"/> of a partition is in the table.</summary>
    public bool HasApplied(int partition, long offset) => offset == 0 || _next.GetValueOrDefault(partition) >= offset;

    internal void Apply(InputRecord record)
    {
        Take(record);
        _next[record.Source.Partition] = record.Offset + 1;
    }

    private void Take(InputRecord record)
    {
        if (record.Key is null)
            return;
        var creativeId = Encoding.UTF8.GetString(record.Key);
        if (record.Value is null)
        {
            _contents.TryRemove(creativeId, out _);
            return;
        }
        try
        {
            var features = CreativeFeatures.Parser.ParseFrom(record.Value);
            if (_contents.TryGetValue(creativeId, out var held) && !FeatureVersions.Replaces(held.Version, features.Version))
                return;
            if (IsOfThisModel(record, features))
                _contents[creativeId] = new(features.Version, features.Embedding.ToArray(), features.SemanticId);
            else
                _contents.TryRemove(creativeId, out _);
        }
        catch (InvalidProtocolBufferException e)
        {
            LogUnreadable(record.Source, record.Offset, e.Message);
        }
    }

    private bool IsOfThisModel(InputRecord record, CreativeFeatures features)
    {
        if (features.EncoderVersion == versions.Encoder && features.CodebookVersion == versions.Codebook)
            return true;
        if (!_foreignTold)
            LogForeign(record.Source, record.Offset, features.EncoderVersion, features.CodebookVersion, versions.Encoder, versions.Codebook);
        _foreignTold = true;
        features.SemanticId = null;
        return features.EncoderVersion == versions.Encoder;
    }

    [LoggerMessage(303, LogLevel.Warning, "Creative table: {Partition} offset {Offset} is of encoder {Encoder} and codebook {Codebook}, and {OwnEncoder} and {OwnCodebook} are in effect: such embeddings and semantic IDs are left out (told once); stage models instead of changing the topology")]
    private partial void LogForeign(TopicPartition partition, long offset, string encoder, string codebook, string ownEncoder, string ownCodebook);

    [LoggerMessage(301, LogLevel.Information, "Creative table: {Topic} is read, {Count} creatives")]
    private partial void LogCaughtUp(string topic, int count);

    [LoggerMessage(302, LogLevel.Error, "Creative table: {Partition} offset {Offset} is not a CreativeFeatures message and is left out: {Reason}")]
    private partial void LogUnreadable(TopicPartition partition, long offset, string reason);
}
