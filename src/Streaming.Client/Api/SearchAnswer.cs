namespace Streaming.Client.Api;

/// <summary>What a search found.</summary>
/// <param name="Namespace">Where.</param>
/// <param name="Partial">True when entries of some partitions were not searched: those of <paramref name="Missing"/>.</param>
/// <param name="Neighbours">The nearest first.</param>
/// <param name="Version">The version searched; null with several instances, each of which counts its own.</param>
/// <param name="PublishedAt">When that version became the newest.</param>
/// <param name="Time">The clock reading that decided which entries are expired.</param>
/// <param name="Cut">lists or time: the budget that ended the search early; null when none did.</param>
/// <param name="Explain">What the search looked at, if asked for.</param>
/// <param name="Instances">The instances that answered, when there are several.</param>
/// <param name="Missing">The partitions that make it partial.</param>
public sealed record SearchAnswer(
    string Namespace,
    bool Partial,
    IReadOnlyList<Neighbour> Neighbours,
    long? Version = null,
    DateTime? PublishedAt = null,
    DateTime? Time = null,
    string? Cut = null,
    SearchExplanation? Explain = null,
    IReadOnlyList<InstanceVersion>? Instances = null,
    IReadOnlyList<MissingPartition>? Missing = null);
