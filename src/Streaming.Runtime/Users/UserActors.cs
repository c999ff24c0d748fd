using Streaming.Core.Aggregates;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Users;

/// <summary>
/// A task's users in memory, over its store. At most <paramref name="maxActors"/>: the least recently used clean one leaves when full. Dirty
/// ones stay until the next commit, so the bound may be passed by the users of one commit interval.
/// </summary>
internal sealed class UserActors(ITaskState state, AggregatePlan plan, int maxActors)
{
    // Dirty actors gather at the young end: a short look is enough, and keeps a full cache from scanning itself.
    private const int EvictionLook = 16;

    private readonly RecencyList<string, UserActor> _actors = new();
    private readonly List<UserActor> _dirty = [];

    public IEnumerable<UserActor> InMemory => _actors.Oldest;

    /// <summary>Called with an actor that leaves memory.</summary>
    public Action<UserActor>? Leaving { get; set; }

    public UserActor Use(string userId)
    {
        if (_actors.TryUse(userId, out var actor))
            return actor;
        actor = Find(userId) ?? UserActor.New(userId, plan);
        MakeRoom();
        _actors.Add(userId, actor);
        return actor;
    }

    /// <summary>An actor for reading, without keeping it in memory; null for an unknown user.</summary>
    public UserActor? Peek(string userId) => _actors.TryUse(userId, out var actor) ? actor : Find(userId);

    /// <summary>Must be called before an actor is changed.</summary>
    public void Touch(UserActor actor)
    {
        if (actor.IsDirty)
            return;
        actor.MarkDirty();
        _dirty.Add(actor);
    }

    public void Save()
    {
        foreach (var actor in _dirty)
            state.Put(StateKey.User(actor.UserId), actor.Save());
        _dirty.Clear();
    }

    private UserActor? Find(string userId) =>
        state.Get(StateKey.User(userId)) is { } stored ? UserActor.Load(userId, stored, plan) : null;

    private void MakeRoom()
    {
        while (_actors.Count >= maxActors && _actors.TryFindOldest(a => !a.IsDirty, EvictionLook, out var oldest))
        {
            _actors.Remove(oldest.UserId);
            Leaving?.Invoke(oldest);
        }
    }
}
