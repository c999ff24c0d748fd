using Streaming.Memory.Search;

namespace Streaming.Server.Bench.Memory;

/// <summary>What a few searches of one version answered while the content moved.</summary>
/// <param name="At">When, since the first write.</param>
/// <param name="Replaced">Rows of the new content in that version: the first so many.</param>
/// <param name="Queries">What was asked.</param>
/// <param name="Answers">For each query.</param>
internal sealed record DriftSample(TimeSpan At, int Replaced, VectorTable Queries, IReadOnlyList<IReadOnlyList<Neighbour>> Answers);
