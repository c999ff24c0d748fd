namespace Streaming.Memory.Rules;

/// <summary>How two vectors are compared. A higher score is always nearer.</summary>
public enum Metric
{
    /// <summary>Score = Σ aᵢ·bᵢ.</summary>
    Dot,

    /// <summary>Score = Σ aᵢ·bᵢ / (|a|·|b|), in −1..1 up to rounding; a vector of norm 0 is a violation.</summary>
    Cosine,

    /// <summary>Score = −|a − b|, so 0 is the best score.</summary>
    L2,
}
