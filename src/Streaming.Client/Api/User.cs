namespace Streaming.Client.Api;

/// <summary>A user's newest features.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Version">Rises with each event; a lower one is older.</param>
/// <param name="EventTimeMs">Of the newest event; Unix milliseconds, UTC.</param>
/// <param name="ModelVersion">The model that made the embedding. Those of two models are not comparable.</param>
/// <param name="Trained">False for a model that was only seeded.</param>
/// <param name="HistoryLength">Events of the user so far.</param>
/// <param name="Late">The event was older than one before it.</param>
/// <param name="SourceAppendTimeMs">When the brokers had the event.</param>
/// <param name="EncoderVersion">The encoder whose space the embedding is in.</param>
/// <param name="CodebookVersion">Of the semantic IDs.</param>
/// <param name="Aggregates">By name, as the topology names them.</param>
/// <param name="RecentSemanticIds">Of the creatives last engaged with.</param>
/// <param name="Embedding">The embedding.</param>
public sealed record User(
    string UserId,
    long Version,
    long EventTimeMs,
    string ModelVersion,
    bool Trained,
    long HistoryLength,
    bool Late,
    long SourceAppendTimeMs,
    string EncoderVersion,
    string CodebookVersion,
    IReadOnlyDictionary<string, double> Aggregates,
    IReadOnlyList<string> RecentSemanticIds,
    IReadOnlyList<float> Embedding);
