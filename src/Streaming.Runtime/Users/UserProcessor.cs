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
/// Hot path, one thread. For one event: (1) decode and validate; (2) skip a replay, drop a duplicate; (3) join the creative; (4) step the
/// model; (5) update history and windows; (6) publish. Nothing changes before step 4, so a rejected record leaves no trace.
/// </remarks>
public sealed class UserProcessor : ITaskProcessor
{
    private static readonly FeatureHeaders Headers = new("/streaming/users", "streaming.v1.UserFeatures");

    private readonly UserSettings _settings;
    private readonly ISequenceModel _model;
    private readonly SequenceCache _cache;
    private readonly RuntimeMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly UserActors _actors;
    private readonly UserHistory _history;
    private readonly ContentJoin _join;
    private readonly UserLimits _limits;
    private readonly float[] _embedding;
    private readonly double[] _aggregates;

    internal UserProcessor(ITaskState state, UserSettings settings, UserServices services)
    {
        _settings = settings;
        (_model, _cache, _metrics, _clock) = (services.Model, services.Cache, services.Metrics, services.Clock);
        _actors = new UserActors(state, settings.Aggregates, settings.Options.MaxActors) { Leaving = _cache.Left };
        _history = new UserHistory(state, settings.Options.SegmentTokens);
        _join = new ContentJoin(services.Creatives, state);
        _limits = new UserLimits(settings.Options.DuplicateWindow, settings.Options.RecentSemanticIds);
        _embedding = new float[_model.Dimension];
        _aggregates = new double[settings.Aggregates.Definitions.Count];
    }

    /// <inheritdoc />
    public ProcessResult Process(InputRecord record, ITaskOutput output)
    {
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
        Step(actor, token, content);
        _actors.Touch(actor);
        actor.Apply(@event, token, eventId, content?.SemanticId, _limits);
        _history.SealIfFull(actor);
        output.Publish(Features(actor, token, record), record, @event.EventTimeMs);
        Count(token);
        return ProcessResult.Applied;
    }

    /// <inheritdoc />
    public void EndBatch()
    {
    }

    /// <inheritdoc />
    public void SaveState() => _actors.Save();

    /// <inheritdoc />
    public void Close()
    {
        foreach (var actor in _actors.InMemory)
            _cache.Left(actor);
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

    private void Step(UserActor actor, HistoryToken token, CreativeContent? content)
    {
        if (actor.Sequence is null || actor.ModelVersion != _model.Version)
            Rebuild(actor);
        var started = _clock.GetTimestamp();
        try
        {
            _model.Step(actor.Sequence!, Input(token, content), _embedding);
        }
        catch
        {
            // Half a token may be in the K/V state; history does not have it.
            actor.Sequence = null;
            throw;
        }
        _metrics.Stepped(_clock.GetElapsedTime(started));
        _cache.Used(actor);
    }

    private void Rebuild(UserActor actor)
    {
        if (actor.ModelVersion != _model.Version)
            BeginModel(actor);
        // The actor gets the state only when it is whole: the model may throw half-way, which rejects the event and not the user.
        var sequence = _model.CreateState();
        if (actor.HistoryLength > 0)
        {
            foreach (var token in _history.Newest(actor, _model.RebuildTokens))
                _model.Append(sequence, Input(token, _join.Recall(token)));
            _metrics.Rebuilt();
        }
        actor.Sequence = sequence;
    }

    // The same model repeats its joins, so that its results do not change. Another one is the occasion to join creatives that were late.
    private void BeginModel(UserActor actor)
    {
        _actors.Touch(actor);
        actor.ModelVersion = _model.Version;
        _history.Update(actor, _model.RebuildTokens, token =>
        {
            if (token.JoinedVersionPlusOne != 0 || _join.Join(token.CreativeId) is not { } content)
                return false;
            token.JoinedVersionPlusOne = content.Version + 1;
            return true;
        });
    }

    private static SequenceToken Input(HistoryToken token, CreativeContent? content) =>
        new(content?.Embedding ?? default, token.Action, Math.DivRem(token.EventTimeMs, 1000).Quotient);

    private OutputRecord Features(UserActor actor, HistoryToken token, InputRecord cause)
    {
        var features = new UserFeatures
        {
            UserId = actor.UserId,
            Version = actor.Version,
            EventTimeMs = actor.NewestEventTimeMs,
            ModelVersion = _model.Version,
            ModelTrained = _model.Trained,
            HistoryLength = actor.HistoryLength,
            SourceAppendTimeMs = cause.AppendTimeMs,
            Late = token.Late,
        };
        features.Embedding.AddRange(_embedding);
        for (var i = actor.RecentSemanticIds.Count - 1; i >= 0; i--)
            features.RecentSemanticIds.Add(actor.RecentSemanticIds[i]);
        actor.Aggregates.Read(actor.NewestEventTimeMs, _aggregates);
        for (var i = 0; i < _aggregates.Length; i++)
            features.Aggregates.Add(new Aggregate { Name = _settings.Aggregates.Definitions[i].Name, Value = _aggregates[i] });
        return new(_settings.FeatureTopic, cause.Key ?? Encoding.UTF8.GetBytes(actor.UserId), features.ToByteArray(), Headers.For(cause));
    }

    private void Count(HistoryToken token)
    {
        if (token.Late)
            _metrics.Late();
        if (token.JoinedVersionPlusOne == 0)
            _metrics.UnknownCreative();
    }
}
