using Google.Protobuf;
using Streaming.Core.Aggregates;
using Streaming.Core.Contracts;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Users;

/// <summary>One user inside one task: history tail, windows, duplicate filter and the derived K/V state. State; owned by the task's thread.</summary>
internal sealed class UserActor
{
    private readonly UserState _state;

    private UserActor(string userId, UserState state, AggregatePlan plan)
    {
        (UserId, _state) = (userId, state);
        _state.Tail ??= new HistorySegment();
        Aggregates = new UserAggregates(plan);
        Aggregates.Load(state.Aggregates);
    }

    public string UserId { get; }

    public UserAggregates Aggregates { get; }

    /// <summary>Offset of the last applied event.</summary>
    public long Version => _state.SourceOffset;

    public long NewestEventTimeMs => _state.NewestEventTimeMs;

    public long HistoryLength => _state.HistoryLength;

    public int SealedSegments => _state.SealedSegments;

    public HistorySegment Tail => _state.Tail;

    /// <summary>Newest last.</summary>
    public IReadOnlyList<SemanticId> RecentSemanticIds => _state.RecentSemanticIds;

    /// <summary>The model that last stepped this user; empty before the first event.</summary>
    public string ModelVersion
    {
        get => _state.ModelVersion;
        set => _state.ModelVersion = value;
    }

    /// <summary>The encoder of the contents that the model was given; empty before the first event, and in states from before encoder versions.</summary>
    public string EncoderVersion
    {
        get => _state.EncoderVersion;
        set => _state.EncoderVersion = value;
    }

    /// <summary>The codebook of <see cref="RecentSemanticIds"/>.</summary>
    public string CodebookVersion => _state.CodebookVersion;

    /// <summary>Derived K/V state; null when it has to be rebuilt from history.</summary>
    public ISequenceState? Sequence { get; set; }

    /// <summary>Changed since it was last saved; a dirty actor stays in memory.</summary>
    public bool IsDirty { get; private set; }

    public static UserActor New(string userId, AggregatePlan plan) => new(userId, new UserState { SourceOffset = -1 }, plan);

    public static UserActor Load(string userId, byte[] state, AggregatePlan plan) => new(userId, StoredMessage.Parse(UserState.Parser, StateKey.User(userId), state), plan);

    public void MarkDirty() => IsDirty = true;

    public bool IsDuplicate(ulong eventId) => _state.RecentEventIds.Contains(eventId);

    /// <summary>Applies an event that was validated and joined.</summary>
    public void Apply(UserEvent @event, HistoryToken token, ulong eventId, SemanticId? semanticId, in UserLimits limits)
    {
        _state.SourceOffset = token.SourceOffset;
        _state.NewestEventTimeMs = Math.Max(_state.NewestEventTimeMs, @event.EventTimeMs);
        _state.HistoryLength++;
        _state.Tail.Tokens.Add(token);
        Aggregates.Apply(@event, _state.NewestEventTimeMs);
        Remember(_state.RecentEventIds, eventId, limits.DuplicateWindow);
        if (semanticId is not null)
            Remember(_state.RecentSemanticIds, semanticId, limits.RecentSemanticIds);
    }

    /// <summary>Another codebook: semantic IDs of the old one are forgotten.</summary>
    /// <param name="codebookVersion">The codebook of <paramref name="ids"/>.</param>
    /// <param name="ids">Newest last.</param>
    public void BeginCodebook(string codebookVersion, IEnumerable<SemanticId> ids)
    {
        _state.CodebookVersion = codebookVersion;
        _state.RecentSemanticIds.Clear();
        _state.RecentSemanticIds.AddRange(ids);
    }

    /// <summary>Takes a full tail out as the next sealed segment, which is never written again.</summary>
    public (int Number, HistorySegment Segment) SealTail()
    {
        var segment = _state.Tail;
        _state.Tail = new HistorySegment();
        return (_state.SealedSegments++, segment);
    }

    /// <summary>The stored form; the actor is clean from now on.</summary>
    public byte[] Save()
    {
        _state.Aggregates.Clear();
        _state.Aggregates.AddRange(Aggregates.Save());
        IsDirty = false;
        return _state.ToByteArray();
    }

    private static void Remember<T>(Google.Protobuf.Collections.RepeatedField<T> newest, T value, int limit)
    {
        newest.Add(value);
        while (newest.Count > limit)
            newest.RemoveAt(0);
    }
}
