using Streaming.Memory;

namespace Streaming.Server.Api;

/// <summary>What a namespace holds, as JSON.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dimension">Numbers of a vector.</param>
/// <param name="Metric">dot, cosine or l2.</param>
/// <param name="Version">The newest version; absent when several instances hold it, each with its own.</param>
/// <param name="OldestVersion">The oldest version that <c>as_of</c> can name.</param>
/// <param name="OldestPublishedAt">When that one became the newest.</param>
/// <param name="Entries">Entries of the newest version, expired ones that were not taken out yet included.</param>
/// <param name="Rows">Rows held: entries, and what older versions or the reclaiming to come still hold.</param>
/// <param name="LiveShare">Entries of all rows, 0 to 1; 1 when it is empty.</param>
/// <param name="Lists">Posting lists; 1 = every search is exact.</param>
/// <param name="Moving">Entries are on their way to newly trained lists.</param>
/// <param name="Drift">The largest of all instances: how far new vectors lie from the lists, relative to those that the lists were trained on; 1 = as trained.</param>
/// <param name="Tombstones">Removals that are remembered.</param>
/// <param name="SizeBytes">Bytes held.</param>
/// <param name="BytesPerEntry">Bytes held for each entry; absent when it is empty.</param>
/// <param name="Recall">The share of the exact neighbours that searches of the last ten minutes found, on a sample; absent without any.</param>
/// <param name="RecallSamples">Searches that it was measured on.</param>
/// <param name="Instance">The instance that holds this part; absent in a sum.</param>
/// <param name="Instances">The parts, when several instances hold it.</param>
internal sealed record NamespaceAnswer(
    string Name,
    int Dimension,
    string Metric,
    long? Version,
    long? OldestVersion,
    DateTime? OldestPublishedAt,
    int Entries,
    int Rows,
    double LiveShare,
    int Lists,
    bool Moving,
    double Drift,
    int Tombstones,
    long SizeBytes,
    double? BytesPerEntry,
    double? Recall = null,
    int RecallSamples = 0,
    string? Instance = null,
    IReadOnlyList<NamespaceAnswer>? Instances = null)
{
    /// <summary>The parts of one namespace as one, at least one.</summary>
    public static NamespaceAnswer Of(IReadOnlyList<NamespaceAnswer> parts)
    {
        if (parts.Count == 1)
            return parts[0] with { Instance = null };
        var (entries, rows, bytes, samples) = (parts.Sum(p => p.Entries), parts.Sum(p => p.Rows), parts.Sum(p => p.SizeBytes), parts.Sum(p => p.RecallSamples));
        return parts[0] with
        {
            Version = null,
            OldestVersion = null,
            OldestPublishedAt = null,
            Entries = entries,
            Rows = rows,
            LiveShare = LiveShareOf(entries, rows),
            Lists = parts.Sum(p => p.Lists),
            Moving = parts.Any(p => p.Moving),
            Drift = parts.Max(p => p.Drift),
            Tombstones = parts.Sum(p => p.Tombstones),
            SizeBytes = bytes,
            BytesPerEntry = entries == 0 ? null : (double)bytes / entries,
            Recall = samples == 0 ? null : parts.Sum(p => (p.Recall ?? 0) * p.RecallSamples) / samples,
            RecallSamples = samples,
            Instance = null,
            Instances = parts,
        };
    }

    public static NamespaceAnswer Of(VectorNamespace space)
    {
        // The writer goes on meanwhile: what is divided must be read once.
        var (entries, rows, bytes) = (space.LiveEntries, space.StoredRows, space.SizeBytes);
        var recall = space.Recall.Estimate;
#pragma warning disable CA1308 // Metrics are lower case in topologies.
        var metric = space.Options.Metric.ToString().ToLowerInvariant();
#pragma warning restore CA1308
        return new(
            space.Options.Name,
            space.Options.Dimension,
            metric,
            space.Version,
            space.OldestVersion,
            space.OldestPublishedAt.UtcDateTime,
            entries,
            rows,
            LiveShareOf(entries, rows),
            space.Lists,
            space.IsMoving,
            space.Drift,
            space.Tombstones,
            bytes,
            entries == 0 ? null : (double)bytes / entries,
            recall?.Recall,
            recall?.Samples ?? 0);
    }

    private static double LiveShareOf(int entries, int rows) => rows == 0 ? 1 : Math.Min(1, (double)entries / rows);
}
