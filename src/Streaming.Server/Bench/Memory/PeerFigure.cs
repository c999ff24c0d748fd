namespace Streaming.Server.Bench.Memory;

/// <summary>One line of bench/memory/peers.sh: a library at its fastest setting that reaches the recall.</summary>
/// <param name="Peer">The library and its index.</param>
/// <param name="Setting">What was chosen; null with an <paramref name="Error"/>.</param>
/// <param name="Recall">Recall@10 on all queries.</param>
/// <param name="QueriesPerSecond">One thread, one query at a time; absent with an error.</param>
/// <param name="InsertsPerSecond">Single inserts; absent where they were not measured.</param>
/// <param name="Error">Why there is no rate.</param>
internal sealed record PeerFigure(string Peer, string? Setting, double? Recall, double? QueriesPerSecond, double? InsertsPerSecond, string? Error);
