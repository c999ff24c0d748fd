namespace Streaming.Server.Composition;

/// <summary>What an instance does.</summary>
[Flags]
public enum Roles
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>User events → user features.</summary>
    Users = 1,

    /// <summary>Creatives → creative features.</summary>
    Creatives = 2,

    /// <summary>Creative features and memory updates → vector memory.</summary>
    Memory = 4,

    /// <summary>Views of the feature topics for HTTP.</summary>
    Api = 8,

    /// <summary>Everything in one process.</summary>
    All = Users | Creatives | Memory | Api,
}
