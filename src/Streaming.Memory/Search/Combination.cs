namespace Streaming.Memory.Search;

/// <summary>What becomes of the answers when several vectors are searched for at once.</summary>
public enum Combination
{
    /// <summary>The k entries with the highest score for any of the vectors.</summary>
    Maximum,

    /// <summary>The k nearest of each vector, an entry once and with its highest score: up to k times the number of vectors.</summary>
    Union,
}
