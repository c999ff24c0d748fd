using Streaming.Core.Contracts;

namespace Streaming.Server.Bench;

/// <summary>
/// Finds records that mix creative models: user features with a semantic ID that their codebook gave to no creative, and creative features
/// in a topic of another model.
/// </summary>
public sealed class VersionMixing
{
    private readonly Dictionary<string, HashSet<string>> _given = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Encoder, string Codebook)> _topics = new(StringComparer.Ordinal);

    /// <summary>Creative records that another model made than the first ones of their topic.</summary>
    public int MixedCreatives { get; private set; }

    /// <summary>Takes a creative's features, of a topic, from its beginning on.</summary>
    public void Add(string topic, CreativeFeatures features)
    {
        var made = (features.EncoderVersion, features.CodebookVersion);
        if (_topics.TryAdd(topic, made) || _topics[topic] == made)
        {
            if (!_given.TryGetValue(features.CodebookVersion, out var ids))
                _given[features.CodebookVersion] = ids = new(StringComparer.Ordinal);
            ids.Add(Text(features.SemanticId));
            return;
        }
        MixedCreatives++;
    }

    /// <summary>The user features say no codebook, an unknown one, or hold an ID that it did not give.</summary>
    public bool IsMixed(UserFeatures features) =>
        !_given.TryGetValue(features.CodebookVersion, out var ids) || features.RecentSemanticIds.Any(id => !ids.Contains(Text(id)));

    private static string Text(SemanticId id) => $"{string.Join('-', id.Codes)}-{id.Collision}";
}
