namespace Streaming.Server.Accuracy;

/// <summary>The accuracy of one staleness.</summary>
/// <param name="Staleness">Its name, or <c>popularity</c> for the baseline that knows no user.</param>
/// <param name="Metrics">Over all targets.</param>
/// <param name="Hr10WithoutFallback">HR@10 among unseen items when a user without an embedding counts as a miss.</param>
/// <param name="MissedEvents">Events of the user, up to the request, that the embedding does not know: mean over targets.</param>
/// <param name="WithoutEmbedding">Share of targets whose user had no embedding yet, so that popularity stood in.</param>
public sealed record FreshnessRow(string Staleness, RankingMetrics Metrics, double Hr10WithoutFallback, double MissedEvents, double WithoutEmbedding);
