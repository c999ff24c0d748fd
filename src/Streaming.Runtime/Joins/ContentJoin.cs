using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Joins;

/// <summary>
/// The join of a task's events with creatives, recorded: the content of every (creative, version) that a token used is kept with the state, so
/// that a restore joins the token with what it was joined with, whatever has happened to the creative since.
/// </summary>
internal sealed class ContentJoin(CreativeTable table, ITaskState state)
{
    private const int MaxRemembered = 65_536;

    // Contents known to be stored, with their value. Cleared when full: it is only a shortcut to the store.
    private readonly Dictionary<StateKey, CreativeContent> _stored = [];

    /// <summary>Joins a new event's creative, now; null when its features are unknown.</summary>
    public CreativeContent? Join(string creativeId) =>
        table.Find(creativeId) is { } content ? Record(creativeId, content) : null;

    /// <summary>The content that a token was joined with; null when it was unknown.</summary>
    /// <exception cref="StoreException">The recorded content is missing.</exception>
    public CreativeContent? Recall(HistoryToken token)
    {
        if (token.JoinedVersionPlusOne == 0)
            return null;
        var version = token.JoinedVersionPlusOne - 1;
        return Recorded(StateKey.Content(token.CreativeId, version), version)
            ?? throw new StoreException($"content of creative '{token.CreativeId}' version {version} is missing from the state store");
    }

    // What is recorded under a version stays, even if the version is published again with another content (a crash, then a new encoder): a token
    // names a version, so a version must mean one content for as long as the history lives.
    private CreativeContent Record(string creativeId, CreativeContent content)
    {
        var key = StateKey.Content(creativeId, content.Version);
        if (Recorded(key, content.Version) is { } recorded)
            return recorded;
        var joined = new JoinedContent { SemanticId = content.SemanticId };
        joined.Embedding.AddRange(content.Embedding.ToArray());
        state.Put(key, joined.ToByteArray());
        Remember(key, content);
        return content;
    }

    private CreativeContent? Recorded(StateKey key, long version)
    {
        if (_stored.TryGetValue(key, out var content))
            return content;
        if (state.Get(key) is not { } stored)
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
