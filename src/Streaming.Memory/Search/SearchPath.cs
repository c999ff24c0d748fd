namespace Streaming.Memory.Search;

/// <summary>How a search came upon the entries that it scored; more than one way where the first gave too few.</summary>
[Flags]
public enum SearchPath
{
    /// <summary>It scored none.</summary>
    None = 0,

    /// <summary>Every entry, by its vector: exactness was asked for, or there are no lists yet.</summary>
    Vectors = 1,

    /// <summary>The lists nearest to the query, by their codes.</summary>
    Lists = 2,

    /// <summary>The rows listed for the rarest attribute that was wanted.</summary>
    Attribute = 4,
}
