using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Tasks;

/// <summary>What every task of an instance shares.</summary>
public sealed record TaskContext(StateDirectory State, IRecordSink Sink, TimeProvider Clock, RuntimeMetrics Metrics);
