using Streaming.Runtime.Metrics;

namespace Streaming.Runtime.Users;

/// <summary>What the user tasks of one stream thread share.</summary>
/// <param name="Batcher">Steps the model, and says which creative contents are in effect.</param>
/// <param name="FirstEncoder">The encoder of the topology: what state from before encoder versions is of.</param>
/// <param name="Metrics">Counts.</param>
/// <param name="Clock">Time.</param>
public sealed record UserServices(SequenceBatcher Batcher, string FirstEncoder, RuntimeMetrics Metrics, TimeProvider Clock);
