namespace Streaming.Client.Api;

/// <summary>What becomes of several vectors in one search.</summary>
public enum Combination
{
    /// <summary>The k entries with the highest score for any of the vectors.</summary>
    Maximum,

    /// <summary>The k nearest of each vector, an entry once.</summary>
    Union,
}
