namespace Streaming.Memory.Recall;

/// <summary>What searches of late have found of what there was.</summary>
/// <param name="Recall">The share of the exact neighbours that was found, 0 to 1.</param>
/// <param name="Samples">Searches that it was measured on.</param>
public readonly record struct RecallEstimate(double Recall, int Samples);
