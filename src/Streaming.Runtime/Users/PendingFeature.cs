using Streaming.Core.Contracts;
using Streaming.Runtime.Records;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Users;

/// <summary>An event that is applied in all but the model's step: its feature record, as of its own moment, lacks the embedding.</summary>
/// <param name="Owner">The task that applied it.</param>
/// <param name="Output">Where its record goes.</param>
/// <param name="Step">What the model has to do.</param>
/// <param name="Features">Everything but the embedding.</param>
/// <param name="Record">The record without its value.</param>
/// <param name="Cause">The source record.</param>
/// <param name="EventTimeMs">Event time, Unix milliseconds.</param>
internal readonly record struct PendingFeature(
    UserProcessor Owner, ITaskOutput Output, SequenceStep Step, UserFeatures Features, OutputRecord Record, InputRecord Cause, long EventTimeMs);
