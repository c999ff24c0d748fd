using Streaming.Runtime.Joins;
using Streaming.Runtime.Metrics;

namespace Streaming.Runtime.Users;

/// <summary>What the user tasks of one stream thread share.</summary>
public sealed record UserServices(ISequenceModel Model, SequenceCache Cache, CreativeTable Creatives, RuntimeMetrics Metrics, TimeProvider Clock);
