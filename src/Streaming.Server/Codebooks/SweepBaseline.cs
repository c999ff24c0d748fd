namespace Streaming.Server.Codebooks;

/// <summary>Recall@10 of a predictor that uses no semantic IDs.</summary>
internal sealed record SweepBaseline(string Name, double RecallValidation, double RecallTest);
