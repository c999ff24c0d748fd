namespace Streaming.Models.SemanticIds;

/// <summary>Where a layer's centroids begin.</summary>
public enum CodebookInitialisation
{
    /// <summary>Rows drawn far from each other: k-means++ (Arthur and Vassilvitskii 2007).</summary>
    KMeansPlusPlus,

    /// <summary>Rows drawn at random, each at most once.</summary>
    RandomRows,

    /// <summary>Small random numbers that know nothing of the rows, and clusters that end empty stay so: what a codebook without any care does.</summary>
    None,
}
