using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Joins;

/// <summary>
/// The join of a task's events with creatives, recorded: the content of every (creative, version) that a token used is kept with the state, so
/// that a restore joins the token with what it was joined with, whatever has happened to the creative since.
/// </summary>
/// <remarks>
/// Recorded by encoder: under another one, a token is joined anew once, with the creative's newest content of that encoder, and that is
/// recorded beside the first. So going back to the first encoder finds its contents as they were, and no two encoders meet in one sequence.
/// </remarks>
/// <param name="table">The contents in effect now.</param>
/// <param name="state">Keeps what was joined.</param>
/// <param name="firstEncoder">The encoder of contents that were recorded before encoder versions were: the topology's.</param>
internal sealed class ContentJoin(Func<CreativeTable> table, ITaskState state, string firstEncoder)
{
    private const int MaxRemembered = 65_536;

    // Contents known to be stored, with their value. Cleared when full: it is only a shortcut to the store.
    private readonly Dictionary<StateKey, CreativeContent> _stored = [];

    /// <summary>Joins a new event's creative, now; null when its features are unknown.</summary>
    public CreativeContent? Join(string creativeId) =>
        table() is var now && now.Find(creativeId) is { } content ? Record(creativeId, content.Version, now.Versions.Encoder, content) : null;

    /// <summary>The content that a token was joined with; null when it was unknown.</summary>
    /// <exception cref="StoreException">The recorded content is missing.</exception>
    public CreativeContent? Recall(HistoryToken token)
    {
        if (token.JoinedVersionPlusOne == 0)
            return null;
        var version = token.JoinedVersionPlusOne - 1;
        var encoder = table().Versions.Encoder;
        var recorded = Recorded(token.CreativeId, version, encoder)
            ?? throw new StoreException($"content of creative '{token.CreativeId}' version {version} under encoder '{encoder}' is missing from the state store");
        return recorded.Embedding.IsEmpty ? null : recorded;
    }

    /// <summary>
    /// Joins a token that was joined under another encoder, or was unknown, anew. Recorded under the version that the token names already, even
    /// if the creative has a newer one by now, or is gone.
    /// </summary>
    /// <returns>True when the token was changed.</returns>
    public bool Renew(HistoryToken token)
    {
        var now = table();
        var content = now.Find(token.CreativeId);
        if (token.JoinedVersionPlusOne != 0)
        {
            var version = token.JoinedVersionPlusOne - 1;
            Record(token.CreativeId, version, now.Versions.Encoder, content ?? new CreativeContent(version, ReadOnlyMemory<float>.Empty, null));
            return false;
        }
        if (content is null)
            return false;
        Record(token.CreativeId, content.Version, now.Versions.Encoder, content);
        token.JoinedVersionPlusOne = content.Version + 1;
        return true;
    }

    // What is recorded under a version stays, even if the version is published again with another content: a token names a version, so a
    // version must mean one content for as long as the history lives.
    private CreativeContent Record(string creativeId, long version, string encoder, CreativeContent content)
    {
        if (Recorded(creativeId, version, encoder) is { } recorded)
            return recorded with { SemanticId = content.SemanticId };
        content = content with { Version = version };
        var key = StateKey.Content(creativeId, version, encoder);
        var joined = new JoinedContent { SemanticId = content.SemanticId };
        joined.Embedding.AddRange(content.Embedding.ToArray());
        state.Put(key, joined.ToByteArray());
        Remember(key, content);
        return content;
    }

    private CreativeContent? Recorded(string creativeId, long version, string encoder)
    {
        var key = StateKey.Content(creativeId, version, encoder);
        if (_stored.TryGetValue(key, out var content))
            return content;
        var stored = state.Get(key) ?? (encoder == firstEncoder ? state.Get(StateKey.Content(creativeId, version)) : null);
        if (stored is null)
            return null;
        var joined = StoredMessage.Parse(JoinedContent.Parser, key, stored);
        content = new CreativeContent(version, joined.Embedding.ToArray(), joined.SemanticId);
        Remember(key, content);
        return content;
    }

    private void Remember(StateKey key, CreativeContent content)
    {
        if (_stored.Count >= MaxRemembered)
            _stored.Clear();
        _stored[key] = content;
    }
}
