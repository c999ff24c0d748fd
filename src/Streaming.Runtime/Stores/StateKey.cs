using System.Globalization;

namespace Streaming.Runtime.Stores;

/// <summary>A key of a task's state. Parts are joined by U+001F, which identifiers cannot hold.</summary>
public readonly record struct StateKey(StoreName Store, string Key)
{
    private const char Separator = '\u001f';

    /// <summary>A user's state.</summary>
    public static StateKey User(string userId) => new(StoreName.Users, userId);

    /// <summary>A sealed segment of a user's history.</summary>
    public static StateKey Segment(string userId, int number) =>
        new(StoreName.History, string.Create(CultureInfo.InvariantCulture, $"{userId}{Separator}{number:D8}"));

    /// <summary>The content that tokens were joined with; without <paramref name="encoderVersion"/>, as stores from before encoder versions have it.</summary>
    public static StateKey Content(string creativeId, long version, string encoderVersion = "") => new(
        StoreName.Contents,
        encoderVersion.Length == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{creativeId}{Separator}{version}")
            : string.Create(CultureInfo.InvariantCulture, $"{creativeId}{Separator}{version}{Separator}{encoderVersion}"));

    /// <summary>A creative's semantic ID.</summary>
    public static StateKey SemanticId(string creativeId) => new(StoreName.SemanticIds, creativeId);

    /// <summary>The collision counter of a codebook's codes.</summary>
    public static StateKey Collision(string codebookVersion, IEnumerable<uint> codes) =>
        new(StoreName.Collisions, codebookVersion + Separator + string.Join('-', codes));
}
