namespace Streaming.Runtime.Stores;

/// <summary>The key-value stores inside a task's database; see schemas/state.proto for their values.</summary>
public enum StoreName
{
    /// <summary>user_id → UserState.</summary>
    Users,

    /// <summary>user_id + segment number → HistorySegment.</summary>
    History,

    /// <summary>creative_id + version → JoinedContent.</summary>
    Contents,

    /// <summary>creative_id → SemanticIdState.</summary>
    SemanticIds,

    /// <summary>codes → CollisionState.</summary>
    Collisions,
}
