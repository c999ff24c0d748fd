using System.Text;
using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Core.Partitioning;
using Streaming.Core.Validation;
using Streaming.Runtime.Joins;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Users;

/// <summary>The users role for one partition: every event becomes, at once, a fresh user feature record.</summary>
/// <remarks>
/// Hot path, one thread. For one event: (1) decode and validate; (2) skip a replay, drop a duplicate; (3) join the creative, and let the model
/// check the token; (4) find or rebuild the K/V state; (5) update history and windows, after
/// looking the newest semantic IDs up again if the codebook is another one; (6) freeze the feature record and queue the model's step
/// with the <see cref="SequenceBatcher"/>, which fills in the embedding and publishes. Nothing of the user changes before step 5, so a rejected
/// record leaves no trace, and a later event of the same batch sees all of the earlier ones.
/// </remarks>
public sealed class UserProcessor : ITaskProcessor
{
    private static readonly FeatureHeaders Headers = new("/streaming/users", "streaming.v1.UserFeatures");

    private readonly UserSettings _settings;
    private readonly SequenceBatcher _batcher;
    private readonly RuntimeMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly UserActors _actors;
    private readonly UserHistory _history;
    private readonly ContentJoin _join;
    private readonly UserSequences _sequences;
    private readonly UserLimits _limits;
    private readonly double[] _aggregates;

    internal UserProcessor(ITaskState state, UserSettings settings, UserServices services)
    {
        _settings = settings;
        (_batcher, _metrics, _clock) = (services.Batcher, services.Metrics, services.Clock);
        _actors = new UserActors(state, settings.Aggregates, settings.Options.MaxActors) { Leaving = _batcher.Cache.Left };
        _history = new UserHistory(state, settings.Options.SegmentTokens);
        _join = new ContentJoin(() => _batcher.Contents, state, services.FirstEncoder);
        _sequences = new UserSequences(_actors, _history, _join, _batcher, _metrics, _clock);
        _limits = new UserLimits(settings.Options.DuplicateWindow, settings.Options.RecentSemanticIds);
        _aggregates = new double[settings.Aggregates.Definitions.Count];
    }

    /// <inheritdoc />
    public ProcessResult Process(InputRecord record, ITaskOutput output)
    {
        _batcher.Begin();
        if (Decode(record) is not { } @event)
            return ProcessResult.Rejected(Rejection.Malformed(nameof(UserEvent), record.Value?.Length ?? 0));
        var key = record.Key is null ? null : Encoding.UTF8.GetString(record.Key);
        if (_settings.Rules.Check(@event, key, _clock.GetUtcNow()) is { } violation)
            return ProcessResult.Rejected(Rejection.Invalid(violation));

        var actor = _actors.Use(@event.UserId);
        if (record.Offset <= actor.Version)
            return ProcessResult.Replayed;
        var eventId = StableHash.Of(@event.EventId.AsSpan());
        if (actor.IsDuplicate(eventId))
            return ProcessResult.Duplicate;

        var content = _join.Join(@event.CreativeId);
        var token = Token(@event, record.Offset, content, actor);
        var input = UserSequences.Input(token, content);
        if ((_batcher.Model.Check(input) ?? _sequences.Prepare(actor)) is { } unfit)
            return ProcessResult.Rejected(Rejection.Invalid(unfit));

        _actors.Touch(actor);
        BeginCodebook(actor);
        actor.Apply(@event, token, eventId, content?.SemanticId, _limits);
        _history.SealIfFull(actor);
        Count(token);
        var published = new OutputRecord(_settings.FeatureTopic, record.Key ?? Encoding.UTF8.GetBytes(actor.UserId), null, Headers.For(record));
        _batcher.Add(new(this, output, new(actor.Sequence!, input), Features(actor, token, record), published, record, @event.EventTimeMs));
        return ProcessResult.Applied;
    }

    /// <inheritdoc />
    public bool EndBatch() => _batcher.Flush();

    /// <inheritdoc />
    public void SaveState()
    {
        _batcher.Flush();
        // State must not run ahead of its features.
        if (_batcher.Holds(this))
            throw new DeliveryException("features could not be published under the lease");
        _actors.Save();
    }

    /// <inheritdoc />
    public void Close()
    {
        _batcher.Drop(this);
        foreach (var actor in _actors.InMemory)
            _batcher.Cache.Left(actor);
    }

    /// <summary>The newest tokens of a user, newest first; null for a user without history. On the task's thread.</summary>
    public IReadOnlyList<HistoryToken>? RecentHistory(string userId, int count)
    {
        if (_actors.Peek(userId) is not { } actor)
            return null;
        var tokens = _history.Newest(actor, count);
        tokens.Reverse();
        return tokens;
    }

    // Creatives that the codebook has no ID for are left out, as in the list that it takes the place of.
    private void BeginCodebook(UserActor actor)
    {
        var contents = _batcher.Contents;
        if (actor.CodebookVersion == contents.Versions.Codebook)
            return;
        var newest = actor.HistoryLength == 0 ? [] : _history.Newest(actor, _limits.RecentSemanticIds);
        actor.BeginCodebook(contents.Versions.Codebook, newest.Select(t => contents.Find(t.CreativeId)?.SemanticId).OfType<SemanticId>());
    }

    private static UserEvent? Decode(InputRecord record)
    {
        try
        {
            return record.Value is null ? null : UserEvent.Parser.ParseFrom(record.Value);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static HistoryToken Token(UserEvent @event, long offset, CreativeContent? content, UserActor actor) => new()
    {
        CreativeId = @event.CreativeId,
        Action = @event.Action,
        Scene = @event.Scene,
        EventTimeMs = @event.EventTimeMs,
        Value = @event.Value,
        JoinedVersionPlusOne = content is null ? 0 : content.Version + 1,
        SourceOffset = offset,
        Late = @event.EventTimeMs < actor.NewestEventTimeMs,
        Correction = @event.Correction,
    };

    // All but the embedding, as of this moment: later events of the batch change the actor.
    private UserFeatures Features(UserActor actor, HistoryToken token, InputRecord cause)
    {
        var model = _batcher.Model;
        var features = new UserFeatures
        {
            UserId = actor.UserId,
            Version = actor.Version,
            EventTimeMs = actor.NewestEventTimeMs,
            ModelVersion = model.Version,
            ModelTrained = model.Trained,
            HistoryLength = actor.HistoryLength,
            SourceAppendTimeMs = cause.AppendTimeMs,
            Late = token.Late,
            CodebookVersion = actor.CodebookVersion,
            EncoderVersion = actor.EncoderVersion,
        };
        for (var i = actor.RecentSemanticIds.Count - 1; i >= 0; i--)
            features.RecentSemanticIds.Add(actor.RecentSemanticIds[i]);
        actor.Aggregates.Read(actor.NewestEventTimeMs, _aggregates);
        for (var i = 0; i < _aggregates.Length; i++)
            features.Aggregates.Add(new Aggregate { Name = _settings.Aggregates.Definitions[i].Name, Value = _aggregates[i] });
        return features;
    }

    private void Count(HistoryToken token)
    {
        if (token.Late)
            _metrics.Late();
        if (token.JoinedVersionPlusOne == 0)
            _metrics.UnknownCreative();
    }
}
