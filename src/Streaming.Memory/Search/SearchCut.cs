namespace Streaming.Memory.Search;

/// <summary>What ended a search before it had looked at all that it would have.</summary>
public enum SearchCut
{
    /// <summary>Nothing did.</summary>
    None,

    /// <summary><see cref="SearchOptions.MaxLists"/>.</summary>
    Lists,

    /// <summary><see cref="SearchOptions.Budget"/>.</summary>
    Time,
}
