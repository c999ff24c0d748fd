using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Users;

/// <summary>A user's behaviour sequence: sealed segments in the store, written once each, and the unsealed tail in the actor.</summary>
internal sealed class UserHistory(ITaskState state, int segmentTokens)
{
    private const int TailNumber = -1;

    /// <summary>Moves a full tail into the store. An append so costs the same at ten events and at ten million.</summary>
    public void SealIfFull(UserActor actor)
    {
        if (actor.Tail.Tokens.Count < segmentTokens)
            return;
        var (number, segment) = actor.SealTail();
        state.Put(StateKey.Segment(actor.UserId, number), segment.ToByteArray());
    }

    /// <summary>The newest tokens, oldest first; fewer when the history is shorter.</summary>
    public List<HistoryToken> Newest(UserActor actor, int count)
    {
        var tokens = Segments(actor, count).Reverse().SelectMany(s => s.Segment.Tokens).ToList();
        if (tokens.Count > count)
            tokens.RemoveRange(0, tokens.Count - count);
        return tokens;
    }

    /// <summary>Lets <paramref name="change"/> amend the segments that hold the newest tokens; those it changed are stored again.</summary>
    public void Update(UserActor actor, int count, Func<HistoryToken, bool> change)
    {
        foreach (var (number, segment) in Segments(actor, count))
        {
            var changed = false;
            foreach (var token in segment.Tokens)
                changed |= change(token);
            if (changed && number != TailNumber)
                state.Put(StateKey.Segment(actor.UserId, number), segment.ToByteArray());
        }
    }

    // Newest first, as many as hold `count` tokens.
    private IEnumerable<(int Number, HistorySegment Segment)> Segments(UserActor actor, int count)
    {
        yield return (TailNumber, actor.Tail);
        var found = actor.Tail.Tokens.Count;
        for (var number = actor.SealedSegments - 1; number >= 0 && found < count; number--)
        {
            var key = StateKey.Segment(actor.UserId, number);
            var stored = state.Get(key)
                ?? throw new StoreException($"history segment {number} of user '{actor.UserId}' is missing from the state store");
            var segment = StoredMessage.Parse(HistorySegment.Parser, key, stored);
            found += segment.Tokens.Count;
            yield return (number, segment);
        }
    }
}
