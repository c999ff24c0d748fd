using Streaming.Runtime.Joins;
using Streaming.Runtime.Metrics;

namespace Streaming.Runtime.Users;

/// <summary>What the user tasks of one stream thread share.</summary>
public sealed record UserServices(SequenceBatcher Batcher, CreativeTable Creatives, RuntimeMetrics Metrics, TimeProvider Clock);
